import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../../tests/support/house.ts'
import { ledgerStore } from './ledger-store.ts'
import { createLedger, type AvoidedCause, type WouldHaveMet } from './ledger.ts'

const ledger = createLedger({ store: ledgerStore })
let house: House
let byId: string
let attendees: WouldHaveMet[]

beforeAll(async () => {
  house = await openHouse()
  byId = (await house.newPerson()).personId
  attendees = [{ personId: byId, unitId: null }, { personId: (await house.newPerson()).personId, unitId: null }]
})
afterAll(() => house.close())

async function newMatters(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  await house.db('matter').insert(ids.map((id) => ({ id })))
  return ids
}
const newBody = async () => (await house.newBody({ members: 0 })).bodyId
const avoid = (bodyId: string, date: string, matterId: string) => house.db.transaction(async (trx) =>
  await ledger.avoided(trx, { bodyId, date, cause: { kind: 'requestedElsewhere', matterId }, attendees, byId, reason: 'Xin ý kiến bằng văn bản' }))
const rebound = (matterId: string) => house.db.transaction(async (trx) => await ledger.reverse(trx, { matterId }, { kind: 'rebound', reason: 'Không đủ quá nửa tán thành' }))
/** Days of the body whose line stands, and the people of each. */
async function standing(bodyId: string): Promise<string[]> {
  const { rows } = await house.db.raw<{ rows: { day: string, people: string }[] }>(`
    SELECT l.day::text AS day, count(DISTINCT a.person_id) AS people FROM ledger_line l JOIN ledger_cause c ON c.line_id = l.id AND c.reversed_at IS NULL
    LEFT JOIN ledger_attendee a ON a.cause_id = c.id WHERE l.body_id = ? GROUP BY l.day ORDER BY l.day`, [bodyId])
  return rows.map(({ day, people }) => `${day} ${people}`)
}

describe('the ledger', () => {
  it('has at most one line a body and day, with who would have met', async () => {
    const [bodyId, other, [a = '', b = '', c = '']] = [await newBody(), await newBody(), await newMatters(3)]
    expect(await avoid(bodyId, '2026-03-05', a)).toEqual(expect.any(String))
    expect(await avoid(bodyId, '2026-03-05', b)).toBeNull()
    expect(await avoid(other, '2026-03-05', c)).toEqual(expect.any(String))
    expect(await avoid(bodyId, '2026-03-06', a)).toBeNull() // of a matter one requested meeting
    expect(await standing(bodyId)).toEqual(['2026-03-05 2'])
    expect(await rebound(a)).toBe(1)
    expect(await standing(bodyId)).toEqual(['2026-03-05 2']) // b avoided it as well
    expect(await rebound(b)).toBe(1)
    expect(await standing(bodyId)).toEqual([])
    expect(await rebound(b)).toBe(0)
    await avoid(bodyId, '2026-03-05', b)
    expect(await standing(bodyId)).toEqual(['2026-03-05 2'])
  })

  it('reverses a cancelled sitting with the first of its matters that comes back; minutes saved are no meeting', async () => {
    const body = await house.newBody({ members: 1 })
    const { meetingId } = await house.newMeeting(body)
    const { rows: matters } = await house.db.raw<{ rows: { matter_id: string }[] }>('SELECT matter_id FROM agenda_item WHERE meeting_id = ?', [meetingId])
    const cancelled = () => house.db.transaction(async (trx) => await ledger.avoided(trx, {
      bodyId: body.bodyId, date: '2026-04-01', cause: { kind: 'sittingCancelled', meetingId, matterIds: matters.map((row) => row.matter_id) }, attendees, byId, reason: 'Các nội dung đã xin ý kiến',
    }))
    expect(await cancelled()).toEqual(expect.any(String))
    expect(await cancelled()).toBeNull()
    const [matterId = ''] = await newMatters(1)
    const saved = () => house.db.transaction(async (trx) =>
      await ledger.minutesSaved(trx, { bodyId: body.bodyId, meetingId, matterId, minutes: 30, people: 15, byId, reason: 'Uỷ quyền' }))
    expect([await saved(), await saved()]).toEqual([true, false])
    expect(await standing(body.bodyId)).toEqual(['2026-04-01 2'])
    expect(await rebound(matters[1]!.matter_id)).toBe(1)
    expect(await rebound(matterId)).toBe(1)
    expect(await standing(body.bodyId)).toEqual([])
  })

  it('comes to the same in whatever order it is told, of whichever kind, and a rebound restores what was before', async () => {
    const matters = await newMatters(4)
    const body = await house.newBody({ members: 1 })
    const meetings = [(await house.newMeeting(body)).meetingId, (await house.newMeeting(body)).meetingId]
    const days = ['2026-05-04', '2026-05-05']
    const four = { minLength: 4, maxLength: 4 }
    const which = fc.subarray([0, 1, 2, 3], { minLength: 1 })
    await fc.assert(fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 1 }), four), fc.tuple(which, which), fc.array(fc.integer({ min: 0, max: 1 }), four), fc.subarray([0, 1, 2, 3]),
      fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), fc.array(fc.nat(), { minLength: 10, maxLength: 10 }),
      async (dayOf, sittings, meetingOf, back, one, another) => {
        interface Told { of: number[], day?: string, cause?: AvoidedCause, minutes?: number, saved?: { meetingId: string, matterId: string } }
        const told: Told[] = [
          ...matters.map((matterId, index) => ({ of: [index], day: days[dayOf[index]!]!, cause: { kind: 'requestedElsewhere' as const, matterId } })),
          ...sittings.map((of, index) => ({ of, day: days[index]!, cause: { kind: 'sittingCancelled' as const, meetingId: meetings[index]!, matterIds: of.map((at) => matters[at]!) } })),
          ...matters.map((matterId, index) => ({ of: [index], minutes: 10 + index, saved: { meetingId: meetings[meetingOf[index]!]!, matterId } })),
        ]
        const tell = (bodyId: string, some: typeof told) => house.db.transaction(async (trx) => {
          for (const each of some) {
            const facts = { bodyId, byId, reason: '' }
            if (each.cause) await ledger.avoided(trx, { ...facts, date: each.day!, cause: each.cause, attendees })
            else await ledger.minutesSaved(trx, { ...facts, ...each.saved!, minutes: each.minutes!, people: 2 })
          }
        })
        const total = async (bodyId: string) => {
          const { rows: [row] } = await house.db.raw<{ rows: { sum: number }[] }>(
            'SELECT coalesce(sum(minutes), 0)::int AS sum FROM ledger_minutes WHERE reversed_at IS NULL AND body_id = ?', [bodyId])
          return { days: await standing(bodyId), minutes: row!.sum }
        }
        const expected = (without: readonly number[]) => {
          const stands = told.filter(({ of }) => !of.some((at) => without.includes(at)))
          return {
            days: [...new Set(stands.flatMap(({ day }) => day ?? []))].sort().map((day) => `${day} 2`),
            minutes: stands.reduce((all, { minutes = 0 }) => all + minutes, 0),
          }
        }
        for (const order of [one, another]) {
          const bodyId = await newBody()
          await tell(bodyId, told.toSorted((a, b) => order[told.indexOf(a)]! - order[told.indexOf(b)]!))
          expect(await total(bodyId)).toEqual(expected([]))
          for (const index of back.toSorted((a, b) => order[a]! - order[b]!)) await rebound(matters[index]!)
          expect(await total(bodyId)).toEqual(expected(back))
          await tell(bodyId, told)
          expect(await total(bodyId)).toEqual(expected([]))
          for (const matter of matters) await rebound(matter)
          expect(await total(bodyId)).toEqual({ days: [], minutes: 0 })
        }
      }), { numRuns: 6 })
  })
})
