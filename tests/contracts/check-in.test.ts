import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CHECK_IN_BEFORE_MS, CODE_EVERY_MS, CODE_GRACE_MS } from '../../protocol/check-in.ts'
import { attendanceStatus } from '../../protocol/roll.ts'
import { createCheckIn, type CheckIn } from '../../server/attendance/check-in.ts'
import { createCheckInCodes } from '../../server/attendance/codes.ts'
import { createAccess } from '../../server/meetings/access.ts'
import { meetingStore } from '../../server/meetings/store.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { draft, freshKey, itemDraft, openHouse, type House } from '../support/house.ts'

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let checkIn: CheckIn
let meetingId: string
/** The clock of the codes; the journal has its own. */
let clock: number

const ORIGINS = ['https://hop.example.vn', 'http://10.1.2.3:3000']

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody({ members: 4, sites: 1 })
  const { db, journal } = house
  checkIn = createCheckIn({
    access: createAccess({ db, journal, store: meetingStore }), origins: ORIGINS, people: house.domains.identity.people,
    codes: createCheckInCodes({ secret: createHash('sha256').update('check-in').digest(), now: () => clock }),
  })
})
afterAll(() => house.close())
beforeEach(async () => {
  clock = Date.now();
  ({ meetingId } = await house.newMeeting(body, 'live'))
})

const shown = async (caller: Caller = body.clerk, id = meetingId) => {
  const { link } = await checkIn.code(id, caller, undefined)
  return new URL(link).searchParams.get('code') ?? ''
}
const scans = (caller: Caller, code: string, going: 'in' | 'out' = 'in', id = meetingId, key = freshKey()) => checkIn.byCode(id, caller, { key, code, going })
const called = (people: readonly Caller[]) => ({ key: freshKey(), personIds: people.map(({ personId }) => personId) })
const roll = (caller: Caller, ...people: Caller[]) => checkIn.checkIn(meetingId, caller, called(people))
const out = (caller: Caller, ...people: Caller[]) => checkIn.checkOut(meetingId, caller, called(people))
const withdraw = (caller: Caller, ...people: Caller[]) => checkIn.withdraw(meetingId, caller, called(people))
const stays = async ({ personId }: Caller) => (await house.state(meetingId)).attendance.stays[personId] ?? []
const status = async ({ personId }: Caller) => attendanceStatus(await house.state(meetingId), personId)
const comes = ({ personId }: Caller) =>
  house.domains.attendance.event({ event: 'peerJoined', room: meetingId, peer: `${personId}.${randomUUID()}`, label: '', at: Date.now() })
const kinds = async () => (await house.entries(meetingId)).map(({ kind }) => kind).filter((kind) => kind.startsWith('attendance.'))

describe('the code in the hall', () => {
  it('leads to the page that takes it, at the address the screen came by', async () => {
    const { link, svg, changesAt, takenUntil } = await checkIn.code(meetingId, body.clerk, ORIGINS[1])
    expect(link).toMatch(new RegExp(`^http://10\\.1\\.2\\.3:3000/meetings/${meetingId}/present\\?code=\\d+\\.[\\w-]{22}$`))
    expect(svg).toMatch(/^<svg [^]*<\/svg>\s*$/)
    expect(Date.parse(takenUntil) - Date.parse(changesAt)).toBe(CODE_GRACE_MS)
    for (const foreign of ['https://evil.example', '', undefined]) {
      expect((await checkIn.code(meetingId, body.chair, foreign)).link).toMatch(/^https:\/\/hop\.example\.vn\//)
    }
  })

  it('is shown to chair and clerk alone', async () => {
    for (const caller of [body.member, body.guest, ...body.sites]) await expect(shown(caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(shown(await house.newPerson())).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('checks in who scans it, once, however often they press', async () => {
    const code = await shown()
    const key = freshKey()
    const first = await scans(body.member, code, 'in', meetingId, key)
    expect(first).toEqual({ inHall: true, since: expect.any(String) as string })
    expect(await scans(body.member, code, 'in', meetingId, key)).toEqual(first)
    expect(await scans(body.member, code)).toEqual(first)
    expect(await stays(body.member)).toEqual([{ from: first.since, to: null, mode: 'inPerson' }])
    expect(await status(body.member)).toBe('inPerson')
    const entries = await house.entries(meetingId, 'attendance.checkedIn')
    expect(entries.map(({ actorId, data }) => [actorId, data])).toEqual([[body.member.personId, { personId: body.member.personId, how: 'code' }]])
    // The others in the hall scan the same one.
    expect(await scans(body.guest, code)).toMatchObject({ inHall: true })
  })

  it('is taken for its 20 seconds and 20 more', async () => {
    clock = Math.floor(clock / CODE_EVERY_MS) * CODE_EVERY_MS
    const code = await shown()
    clock += CODE_EVERY_MS + CODE_GRACE_MS
    await expect(scans(body.member, code)).rejects.toMatchObject({ code: 'checkInCodeExpired' })
    clock -= 1
    expect(await scans(body.member, code)).toMatchObject({ inHall: true })
    expect(await scans(body.guest, await shown())).toMatchObject({ inHall: true })
  })

  it('is of this meeting, and made here', async () => {
    const other = await house.newMeeting(body, 'live')
    const code = await shown(body.clerk, other.meetingId)
    for (const wrong of [code, `${code.split('.')[0]}.${'A'.repeat(22)}`, 'x', '']) {
      await expect(scans(body.member, wrong)).rejects.toMatchObject({ code: 'checkInCodeInvalid' })
    }
    expect(await kinds()).toEqual([])
  })

  it('of before somebody left, or came, is no longer theirs', async () => {
    clock = Date.now() - 15_000
    const before = await shown()
    await roll(body.clerk, body.member)
    await expect(scans(body.member, before, 'out')).rejects.toMatchObject({ code: 'checkInCodeUsed' })
    await out(body.clerk, body.member)
    await expect(scans(body.member, before)).rejects.toMatchObject({ code: 'checkInCodeUsed' })
    clock = Date.now() + CODE_EVERY_MS
    expect(await scans(body.member, await shown())).toMatchObject({ inHall: true })
    clock += CODE_EVERY_MS
    expect(await scans(body.member, await shown(), 'out')).toEqual({ inHall: false, since: null })
    expect(await stays(body.member)).toHaveLength(2)
    expect(await scans(body.chair, await shown(), 'out')).toEqual({ inHall: false, since: null })
  })

  it('is for participants, who are people, of meetings that have a hall and a day', async () => {
    const code = await shown()
    await expect(scans(await house.newPerson(), code)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(scans(body.sites[0] ?? body.guest, code)).rejects.toMatchObject({ code: 'siteNotInHall' })
    const { meetings, agenda } = house.domains
    const make = async (changes: Parameters<typeof draft>[0]) => {
      const made = await meetings.create(body.clerk, { ...draft(changes), bodyId: body.bodyId, key: freshKey() })
      await agenda.add(made.meetingId, body.clerk, { ...itemDraft(), key: freshKey() })
      await expect(shown(body.clerk, made.meetingId)).rejects.toMatchObject({ code: 'meetingNotPublished' })
      await house.journal.run(made.meetingId, { actorId: null }, async (tx) => {
        await meetingStore.update(tx.trx, made.meetingId, { status: 'published', publishedAt: tx.at })
      })
      return made.meetingId
    }
    await expect(shown(body.clerk, await make({ mode: 'online' }))).rejects.toMatchObject({ code: 'noHall' })
    const later = new Date(Date.now() + CHECK_IN_BEFORE_MS + 60_000).toISOString()
    await expect(shown(body.clerk, await make({ startsAt: later })))
      .rejects.toMatchObject({ code: 'checkInNotOpen', details: { opensAt: expect.any(String) as string } })
    const soon = new Date(Date.now() + CHECK_IN_BEFORE_MS - 60_000).toISOString()
    expect(await shown(body.clerk, await make({ startsAt: soon }))).toMatch(/\./)
    const closed = await house.newMeeting(body, 'closed')
    await expect(shown(body.clerk, closed.meetingId)).rejects.toMatchObject({ code: 'meetingClosed' })
    await expect(scans(body.member, code, 'in', closed.meetingId)).rejects.toMatchObject({ code: 'meetingClosed' })
  })
})

describe('the roll call', () => {
  it('checks people in and out, each once, and tells who was', async () => {
    await roll(body.clerk, body.member)
    const others = body.members.slice(1)
    expect(await roll(body.clerk, body.member, ...others, others[0] ?? body.guest)).toEqual({ personIds: others.map(({ personId }) => personId) })
    expect(await out(body.chair, body.member, body.guest)).toEqual({ personIds: [body.member.personId] })
    expect(await status(body.member)).toBe('left')
    expect(await kinds()).toEqual([...Array<string>(4).fill('attendance.checkedIn'), 'attendance.checkedOut'])
    await roll(body.clerk, body.member)
    expect(await stays(body.member)).toHaveLength(2)
  })

  it('can be taken back at once, as if it had not been made; not later', async () => {
    await comes(body.member)
    await roll(body.clerk, body.member, body.guest)
    expect(await status(body.member)).toBe('inPerson')
    await withdraw(body.clerk, body.member, body.guest, body.chair)
    expect(await status(body.member)).toBe('online')
    expect(await status(body.guest)).toBe('notChecked')
    expect(await stays(body.member)).toHaveLength(1)
    expect(await kinds()).toEqual(['attendance.joined', 'attendance.checkedIn', 'attendance.checkedIn',
      'attendance.checkInWithdrawn', 'attendance.checkInWithdrawn'])

    await house.journal.run(meetingId, { actorId: body.clerk.personId, at: new Date(Date.now() - 40_000) }, async (tx) => {
      tx.append({ kind: 'attendance.checkedIn', data: { personId: body.guest.personId, how: 'rollCall' }, audience: { scope: 'meeting' } })
    })
    await roll(body.clerk, body.member)
    await expect(withdraw(body.clerk, body.member, body.guest)).rejects.toMatchObject({ code: 'checkInSettled' })
    expect(await status(body.member)).toBe('inPerson')
  })

  it('is of participants who are people, all or none', async () => {
    const before = await house.entries(meetingId)
    const stranger = await house.newPerson()
    for (const step of [roll, out, withdraw]) {
      await expect(step(body.clerk, body.member, stranger)).rejects.toMatchObject({ code: 'notParticipant' })
      for (const caller of [body.member, body.guest]) await expect(step(caller, body.member)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(step(stranger, body.member)).rejects.toMatchObject({ code: 'meetingNotFound' })
    }
    await expect(roll(body.clerk, body.member, ...body.sites)).rejects.toMatchObject({ code: 'siteNotInHall' })
    expect(await house.entries(meetingId)).toEqual(before)
  })

  it('and the code at once, from several sides: one stay', async () => {
    const code = await shown()
    const answers = await Promise.all([
      scans(body.member, code), roll(body.clerk, body.member), roll(body.chair, body.member), scans(body.member, code), comes(body.member),
      roll(body.clerk, body.member),
    ])
    expect(answers).toHaveLength(6)
    const now = await stays(body.member)
    expect(now.filter(({ mode }) => mode === 'inPerson')).toHaveLength(1)
    expect(now.at(-1)).toMatchObject({ mode: 'inPerson', to: null })
    expect(await house.entries(meetingId, 'attendance.checkedIn')).toHaveLength(1)
  })

  it('ends with the meeting, and with its postponement', async () => {
    await roll(body.clerk, body.member)
    await house.domains.meetings.close(meetingId, body.chair, freshKey())
    const { closedAt } = await house.state(meetingId)
    expect(await stays(body.member)).toMatchObject([{ to: closedAt, mode: 'inPerson' }])
    await expect(roll(body.clerk, body.guest)).rejects.toMatchObject({ code: 'meetingClosed' })
  })

  it('takes as many statements for many as for one', async () => {
    const large = await house.newBody({ members: 60 })
    const held = await house.newMeeting(large, 'live')
    const call = (people: Caller[]) => house.statements(() =>
      checkIn.checkIn(held.meetingId, large.clerk, { key: freshKey(), personIds: people.map(({ personId }) => personId) }))
    const [one, many] = [(await call(large.members.slice(0, 1))).length, (await call(large.members.slice(1))).length]
    expect(many).toBe(one)
    expect(await house.entries(held.meetingId, 'attendance.checkedIn')).toHaveLength(60)
  })
})

it('who is in the hall with a companion device counts once, in person, until they leave both', async () => {
  await comes(body.member)
  await roll(body.clerk, body.member)
  expect(await status(body.member)).toBe('inPerson')
  await out(body.clerk, body.member)
  expect(await status(body.member)).toBe('online')
  const modes = (await stays(body.member)).map(({ mode }) => mode)
  expect(modes.at(-1)).toBe('online')
})
