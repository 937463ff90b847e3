import type { Knex } from 'knex'
import { beforeAll, describe, expect, it } from 'vitest'
import { getResults, meetingCosts } from '../../protocol/results.ts'
import type { signedIn } from './people.ts'

type Seat = Awaited<ReturnType<typeof signedIn>>
interface Lived { owner: Knex, chair: Seat, member: Seat, bodyId: string, units: readonly string[], meetingIds: readonly string[] }

/** What everybody's coming would have cost, from the tables alone; likely, of the body's half year. */
export const inPersonCost = ({ bodyId, member, units, meetingIds }: Pick<Lived, 'bodyId' | 'member' | 'units' | 'meetingIds'>) => `
  WITH held AS (
    SELECT m.id, (m.opened_at + interval '7 hours')::date AS day, ceil(extract(epoch FROM m.closed_at - m.opened_at) / 60 / 240) AS halves FROM meeting m WHERE body_id = '${bodyId}' AND status = 'closed' AND opened_at BETWEEN '2024-12-31 17:00Z' AND '2025-06-30 16:59:59.999Z'
  ), rate AS (SELECT item, likely, since, coalesce(until, 'infinity') AS until FROM cost_rate WHERE withdrawn_at IS NULL), who AS (
    SELECT held.*, a.person_id, coalesce(way.likely, 0) AS km FROM held JOIN attendance_result a ON a.meeting_id = held.id AND a.state <> 'absentExcused' JOIN unit_membership w ON w.person_id = a.person_id
    LEFT JOIN unit_distance way ON w.unit_id IN (way.unit_a, way.unit_b) AND '${units[0]!}' IN (way.unit_a, way.unit_b) AND w.unit_id <> '${units[0]!}'
  ), cost AS (
    SELECT km * 2 * (SELECT likely FROM rate WHERE item = 'consumption') * (SELECT likely FROM rate WHERE item = 'fuel') / 1000 AS dong FROM who WHERE km >= 15
    UNION ALL SELECT ceil(halves / 2) * likely FROM who JOIN rate ON item = 'allowance' AND day BETWEEN since AND until WHERE km >= 15
    UNION ALL SELECT (ceil(halves / 2) - 1) * likely FROM who JOIN rate ON item = 'lodging' WHERE km >= 15
    UNION ALL SELECT halves * likely FROM who JOIN rate ON item = 'drinks' UNION ALL SELECT halves * likely FROM held JOIN rate ON item = 'hall'
    UNION ALL SELECT CASE WHEN person_id = '${member.personId}' THEN 3 ELSE 10 END * likely FROM who JOIN rate ON item IN ('paper', 'printing') WHERE id = '${meetingIds[0]!}'
  ) SELECT sum(dong)::int AS n FROM cost`

/** Costs over the wire, on the half year that the test of results has lived. */
export function describeCosts(lived: () => Lived): void {
  let { owner, chair, bodyId, units, meetingIds } = {} as Lived
  const of = async () => (await chair.client.call(getResults, { query: { from: '2025-01', to: '2025-06', bodyId } })).body
  const recount = async <T>(sql: string): Promise<T> => (await owner.raw<{ rows: T[] }>(sql)).rows[0]!

  describe('costs', () => {
    beforeAll(() => { ({ owner, chair, bodyId, units, meetingIds } = lived()) })

    it('reckon each meeting from who attended and from where, at the rates of its day', async () => {
      const { body: cost } = await chair.client.call(meetingCosts, { params: { entryId: meetingIds[2]! } })
      // 500 minutes are three half days, so two days and a night. Chair at home, clerk from 50 km at a screen, member from 8 km, below the threshold.
      const amounts = ({ entries }: typeof cost.held) =>
        Object.fromEntries(entries.filter(({ amount }) => amount.likely > 0).map(({ item, amount }) => [item, amount.likely]))
      expect(amounts(cost.held)).toEqual({ drinks: 2 * 3 * 20_000, hall: 3_000_000, connection: 3 * 50_000, salary: 3 * 500 * 1_000 })
      expect(amounts(cost.inPerson)).toEqual({
        travel: 100 * 4_000, allowance: 2 * 200_000, lodging: 350_000, drinks: 3 * 3 * 20_000, hall: 3_000_000, salary: 1_500_000,
      })
      expect(cost.saved.likely).toBe(400_000 + 400_000 + 350_000 + 60_000 - 150_000)
      const { costs } = await of()
      const costOf = async (entryId: string) => (await chair.client.call(meetingCosts, { params: { entryId } })).body
      const each = await Promise.all(meetingIds.slice(0, 4).map(costOf))
      for (const way of ['inPerson', 'held', 'online'] as const) {
        for (const level of ['low', 'likely', 'high'] as const) {
          expect(costs[way][level]).toBe(each.reduce((all, one) => all + one[way].cash[level], 0))
          expect(costs[way][level]).toBe(each.flatMap((one) => one[way].entries).filter(({ item }) => item !== 'salary').reduce((all, { amount }) => all + amount[level], 0))
        }
      }
      expect(costs.byItem.reduce((all, { held: amount }) => all + amount.likely, 0)).toBe(costs.held.likely)
      expect(costs).toMatchObject({ meetings: 4, unknownWays: 0 })
    })

    it('reckon costs once, and anew where a distance, a rate or an attendance changed', async () => {
      const before = (await of()).costs
      expect((await of()).costs).toEqual(before)
      const [low, high] = [units[0]!, units[1]!].sort() as [string, string]
      const set = async (kilometres: number) => await owner('unit_distance').where({ unit_a: low, unit_b: high }).update({ likely: kilometres, low: kilometres - 5, high: kilometres + 5 })
      await set(60)
      expect((await of()).costs.inPerson.likely).toBe((await recount<{ n: number }>(inPersonCost(lived()))).n)
      await set(50)
      await owner('cost_rate').where({ item: 'drinks' }).update({ withdrawn_at: new Date(), withdrawn_reason: 'Thử' })
      const { costs } = await of()
      expect(costs.unknown).toEqual([{ item: 'drinks', rate: 'drinks', meetings: before.meetings }])
      expect(costs.byItem.some(({ item }) => item === 'drinks')).toBe(false)
      await owner('cost_rate').where({ item: 'drinks' }).update({ withdrawn_at: null, withdrawn_reason: null })
      expect((await of()).costs).toEqual(before)
    })
  })
}
