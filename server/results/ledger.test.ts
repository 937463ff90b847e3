import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../../tests/support/house.ts'
import { ledgerStore } from './ledger-store.ts'
import { createLedger, type WouldHaveMet } from './ledger.ts'

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
const rebound = (matterId: string) => house.db.transaction(async (trx) => await ledger.reverse(trx, { matterId }, 'Không đủ quá nửa tán thành'))
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
      bodyId: body.bodyId, date: '2026-04-01', cause: { kind: 'sittingCancelled', meetingId }, attendees, byId, reason: 'Các nội dung đã xin ý kiến',
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

  it('comes to the same in whatever order it is told, and a rebound restores what was before', async () => {
    const matters = await newMatters(4)
    const days = ['2026-05-04', '2026-05-05']
    await fc.assert(fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 4, maxLength: 4 }), fc.subarray([0, 1, 2, 3]), fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      async (dayOf, reversed, one, another) => {
        const [first, second] = [await newBody(), await newBody()]
        for (const [bodyId, order] of [[first, one], [second, another]] as const) {
          for (const index of order) {
            const before = await standing(bodyId)
            await avoid(bodyId, days[dayOf[index]!]!, matters[index]!)
            if (index === order[3]) {
              await rebound(matters[index]!)
              expect(await standing(bodyId)).toEqual(before)
              await avoid(bodyId, days[dayOf[index]!]!, matters[index]!)
            }
            if (reversed.includes(index)) await rebound(matters[index]!)
          }
          const told = await standing(bodyId)
          expect(told).toEqual([...new Set([0, 1, 2, 3].filter((each) => !reversed.includes(each)).map((each) => `${days[dayOf[each]!]!} 2`))].sort())
          for (const matter of matters) await rebound(matter)
        }
      }), { numRuns: 6 })
  })
})
