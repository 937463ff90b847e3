import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { applyAttendance, endAttendance, noAttendance, type attendanceEntries, type AttendanceState } from './attendance.ts'
import { modeWithin, presenceByItem, presentMs, staysOf, staysWithin, united, without, type Span, type Stay, type Stretch } from './stays.ts'

const instant = (second: number) => new Date(Date.UTC(2026, 5, 8, 1) + second * 1000).toISOString()
const LENGTH = 600

const closedSpan = fc.tuple(fc.nat(LENGTH), fc.nat(LENGTH)).map(([a, b]): Span => ({ from: instant(Math.min(a, b)), to: instant(Math.max(a, b)) }))
const openSpan = fc.nat(LENGTH).map((from): Span => ({ from: instant(from), to: null }))
const anySpan = fc.oneof({ weight: 6, arbitrary: closedSpan }, { weight: 1, arbitrary: openSpan })
const spans = fc.array(anySpan, { maxLength: 12 })

/** By the second, the plain way: what the arithmetic of spans must come to. */
const covers = (list: readonly Span[], second: number) =>
  list.some(({ from, to }) => from <= instant(second) && (to === null || instant(second) < to))
const seconds = Array.from({ length: LENGTH + 1 }, (_, second) => second)

function expectOrdered(list: readonly Span[]): void {
  for (const [index, { from, to }] of list.entries()) {
    if (to !== null) expect(from < to).toBe(true)
    const next = list[index + 1]
    if (next) expect(to !== null && to <= next.from).toBe(true)
  }
}

describe('spans', () => {
  it('united tell the same time, in order and apart', () => {
    fc.assert(fc.property(spans, (list) => {
      const result = united(list)
      expectOrdered(result)
      for (const second of seconds) expect(covers(result, second)).toBe(covers(list, second))
    }), { numRuns: 60 })
  })

  it('without others leave what these do not cover', () => {
    fc.assert(fc.property(spans, spans, (list, others) => {
      const result = without(united(list), united(others))
      expectOrdered(result)
      for (const second of seconds) expect(covers(result, second)).toBe(covers(list, second) && !covers(others, second))
    }), { numRuns: 60 })
  })
})

describe('stays', () => {
  it('never overlap; who is in the hall and in the room counts once, in person', () => {
    fc.assert(fc.property(spans, spans, (inPerson, online) => {
      const stays = staysOf(inPerson, online)
      expectOrdered(stays)
      for (const second of seconds) {
        const mode = stays.find((stay) => covers([stay], second))?.mode
        expect(mode).toBe(covers(inPerson, second) ? 'inPerson' : covers(online, second) ? 'online' : undefined)
      }
    }), { numRuns: 60 })
  })

  it('within a sitting sum to no more than the sitting, and to what each second says', () => {
    fc.assert(fc.property(spans, spans, fc.nat(LENGTH), fc.nat(LENGTH), (inPerson, online, a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const stays = staysOf(inPerson, online)
      const ms = presentMs(stays, instant(from), instant(to))
      expect(ms).toBeLessThanOrEqual((to - from) * 1000)
      expect(ms).toBe(1000 * seconds.filter((second) => second >= from && second < to && covers(stays, second)).length)
      const mode = modeWithin(stays, instant(from), instant(to))
      const inHall = presentMs(stays.filter((stay) => stay.mode === 'inPerson'), instant(from), instant(to))
      expect(mode).toBe(ms === 0 ? null : inHall * 2 >= ms ? 'inPerson' : 'online')
      for (const stay of staysWithin(stays, instant(from), instant(to))) expect(stay.from >= instant(from) && stay.to <= instant(to)).toBe(true)
    }), { numRuns: 100 })
  })
})

describe('presence per item', () => {
  const items = ['one', 'two', 'three']
  const stretches = fc.array(fc.tuple(fc.constantFrom(...items), fc.nat(LENGTH), fc.nat(LENGTH)), { maxLength: 8 }).map((list) =>
    list.map(([itemId, a, b]): Stretch => ({ itemId, from: instant(Math.min(a, b)), to: instant(Math.max(a, b)) })))

  it('is the time that stays and item have in common', () => {
    fc.assert(fc.property(fc.array(spans, { minLength: 1, maxLength: 4 }), stretches, (people, course) => {
      const stays = Object.fromEntries(people.map((list, index) => [`person ${index}`, staysOf([], list)]))
      const presence = presenceByItem(stays, course, instant(LENGTH))
      expect([...presence.keys()].toSorted()).toEqual([...new Set(course.map(({ itemId }) => itemId))].toSorted())
      for (const [itemId, present] of presence) {
        const times = course.filter((stretch) => stretch.itemId === itemId)
        for (const [personId, list] of Object.entries(stays)) {
          const expected = 1000 * seconds.filter((second) => covers(times, second) && covers(list, second)).length
          expect(present.find((one) => one.personId === personId)?.ms ?? 0).toBe(expected)
        }
        for (const { ms } of present) expect(ms).toBeGreaterThan(0)
      }
    }), { numRuns: 60 })
  })

  it('of an item under way counts up to now, and no further', () => {
    const stays = {
      a: staysOf([], [{ from: instant(0), to: null }]), b: staysOf([{ from: instant(50), to: instant(70) }], []),
      c: staysOf([], [{ from: instant(0), to: instant(20) }]),
    }
    const presence = presenceByItem(stays, [{ itemId: 'one', from: instant(30), to: null }], instant(100))
    expect(presence.get('one')).toEqual([{ personId: 'a', ms: 70_000 }, { personId: 'b', ms: 20_000 }])
  })
})

type Entry = z.infer<typeof attendanceEntries[number]> & { at: string }
const foldAll = (entries: readonly Entry[], state: AttendanceState = noAttendance) => entries.reduce(applyAttendance, state)

/** What one device tells: it comes and goes, each time later than before. */
const deviceStory = (personId: string, peerId: string) => fc.uniqueArray(fc.nat(LENGTH), { maxLength: 6 }).map((times) =>
  times.toSorted((a, b) => a - b).map((second, index): Entry => index % 2
    ? { kind: 'attendance.left', at: instant(second + 30), data: { personId, peerId, leftAt: instant(second) } }
    : { kind: 'attendance.joined', at: instant(second), data: { personId, peerId } }))
/** What is told of a person in the hall. */
const hallStory = (personId: string) => fc.uniqueArray(fc.nat(LENGTH), { maxLength: 6 }).map((times) =>
  times.toSorted((a, b) => a - b).map((second, index): Entry => (
    { kind: index % 2 ? 'attendance.checkedOut' : 'attendance.checkedIn', at: instant(second), data: { personId, how: 'rollCall' } })))

const storiesOf = (personId: string) => [deviceStory(personId, `${personId}.1`), deviceStory(personId, `${personId}.2`), hallStory(personId)]

/** One order in which several stories may come, each in its own. */
function interleaved(stories: readonly (readonly Entry[])[], picks: readonly number[]): Entry[] {
  const left = stories.map((story) => [...story])
  const result: Entry[] = []
  for (let turn = 0; left.some((story) => story.length); turn += 1) {
    const open = left.filter((story) => story.length)
    const next = open[(picks[turn % picks.length] ?? 0) % open.length]?.shift()
    if (next) result.push(next)
  }
  return result
}

describe('the attendance that is told', () => {
  const stories = fc.tuple(...['a', 'b'].flatMap(storiesOf))
  const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 })

  it('is the same in whatever order the devices, the hall and other people are heard of', () => {
    fc.assert(fc.property(stories, picks, picks, (told, one, another) => {
      const [first, second] = [foldAll(interleaved(told, one)), foldAll(interleaved(told, another))]
      expect(first.stays).toEqual(second.stays)
      for (const stays of Object.values(first.stays)) expectOrdered(stays)
    }), { numRuns: 200 })
  })

  it('ends with the meeting, at its end', () => {
    fc.assert(fc.property(stories, picks, (told, order) => {
      const ended = endAttendance(foldAll(interleaved(told, order)), instant(LENGTH + 60))
      for (const stays of Object.values(ended.stays)) {
        expectOrdered(stays)
        for (const { to } of stays) expect(to !== null && to <= instant(LENGTH + 60)).toBe(true)
      }
      expect(ended.devices).toEqual({})
    }), { numRuns: 100 })
  })

  it('told again changes nothing', () => {
    fc.assert(fc.property(stories, picks, (told, order) => {
      const entries = interleaved(told, order)
      const twice = entries.flatMap((entry) => [entry, entry])
      expect(foldAll(twice).stays).toEqual(foldAll(entries).stays)
    }), { numRuns: 100 })
  })

  it('after a correction is what the clerk stated, and what comes after it', () => {
    const correction = fc.array(closedSpan, { maxLength: 4 }).map((list) => united(list).map((span): Stay => ({ ...span, mode: 'inPerson' })))
    const later = fc.uniqueArray(fc.integer({ min: LENGTH + 120, max: 2 * LENGTH }), { maxLength: 4 }).map((times) =>
      times.toSorted((a, b) => a - b).map((second, index): Entry => (
        { kind: index % 2 ? 'attendance.checkedOut' : 'attendance.checkedIn', at: instant(second), data: { personId: 'a', how: 'code' } })))
    fc.assert(fc.property(stories, picks, correction, later, (told, order, stays, more) => {
      const before = foldAll(interleaved(told, order))
      const corrected = applyAttendance(before, { kind: 'attendance.corrected', at: instant(LENGTH + 60), data: { personId: 'a', stays } })
      expect(corrected.stays['a'] ?? []).toEqual(stays)
      expect(corrected.stays['b']).toEqual(before.stays['b'])
      expect(corrected.devices).toEqual(before.devices)
      const after = foldAll(more, corrected)
      expectOrdered(after.stays['a'] ?? [])
      expect((after.stays['a'] ?? []).slice(0, stays.length)).toEqual(stays)
      expect(after.stays['a']?.slice(stays.length) ?? []).toEqual(foldAll(more).stays['a'] ?? [])
    }), { numRuns: 100 })
  })

  it('a correction that leaves a stay open goes on as it does, in the hall or by a device', () => {
    const joined: Entry = { kind: 'attendance.joined', at: instant(100), data: { personId: 'a', peerId: 'a.1' } }
    const state = foldAll([joined])
    const correct = (stays: Stay[]) => applyAttendance(state, { kind: 'attendance.corrected', at: instant(200), data: { personId: 'a', stays } })
    const left: Entry = { kind: 'attendance.left', at: instant(330), data: { personId: 'a', peerId: 'a.1', leftAt: instant(300) } }
    const online = correct([{ from: instant(0), to: null, mode: 'online' }])
    expect(foldAll([left], online).stays['a']).toEqual([{ from: instant(0), to: instant(300), mode: 'online' }])
    const hall = correct([{ from: instant(0), to: null, mode: 'inPerson' }])
    expect(foldAll([left], hall).stays['a']).toEqual([{ from: instant(0), to: null, mode: 'inPerson' }])
    const out: Entry = { kind: 'attendance.checkedOut', at: instant(250), data: { personId: 'a', how: 'rollCall' } }
    // The device that is still in the room counts again.
    expect(foldAll([out, left], hall).stays['a']).toEqual([
      { from: instant(0), to: instant(250), mode: 'inPerson' }, { from: instant(250), to: instant(300), mode: 'online' }])
    const gone = correct([{ from: instant(0), to: instant(150), mode: 'online' }])
    expect(foldAll([left], gone).stays['a']).toEqual([{ from: instant(0), to: instant(150), mode: 'online' }])
  })
})
