import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { beforeAll, describe, expect, it } from 'vitest'
import { addCostRate, endCostRate, listCostRates, listDistances, setDistance, withdrawCostRate } from '../../protocol/costs-rates.ts'
import { addTarget, listTargets, withdrawTarget } from '../../protocol/result-targets.ts'
import { getResults } from '../../protocol/results.ts'
import type { signedIn } from './people.ts'

type Seat = Awaited<ReturnType<typeof signedIn>>
interface Lived { owner: Knex, chair: Seat, member: Seat, administrator: Seat, units: readonly string[] }

/** Rates, distances and targets over the wire. */
export function describeRates(lived: () => Lived): void {
  let { owner, chair, member, administrator, units } = {} as Lived
  describe('rates', () => {
    beforeAll(() => { ({ owner, chair, member, administrator, units } = lived()) })

    it('never overlap in time: the database refuses it, and the answer names the other', async () => {
      const fuel = (since: string, until: string | null) => ({ item: 'fuel' as const, low: 20_000, likely: 21_000, high: 22_000, basis: 'Thông cáo', since, until })
      const { body: { rates } } = await chair.client.call(listCostRates)
      const first = rates.find(({ item }) => item === 'fuel')!
      const refused = await administrator.client.call(addCostRate, { body: fuel('2025-03-01', null) })
      expect(refused.error).toMatchObject({ code: 'rateOverlaps', details: { rate: { id: first.id } } })
      await expect(owner('cost_rate').insert(fuel('2025-03-01', null))).rejects.toMatchObject({ constraint: 'cost_rate_overlap' })
      const ended = await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: '2025-02-28', version: 1 } })
      expect(ended.body.rate).toMatchObject({ until: '2025-02-28', version: 2 })
      const { body: { rate } } = await administrator.client.call(addCostRate, { body: fuel('2025-03-01', null) })
      expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: null, version: 2 } })).error?.code).toBe('rateOverlaps')
      expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: null, version: 1 } })).error).toMatchObject({ code: 'rateChanged', details: { rate: { version: 2 } } })
      expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: '2017-01-01', version: 2 } })).error?.code).toBe('dateOutOfRange')
      // One that was withdrawn stands in nobody's way.
      expect((await administrator.client.call(withdrawCostRate, { params: { rateId: rate.id }, body: { reason: 'Nhập nhầm', version: 1 } })).body.rate.withdrawn).toBe('Nhập nhầm')
      expect((await administrator.client.call(endCostRate, { params: { rateId: first.id }, body: { until: null, version: 2 } })).body.rate.until).toBeNull()
      for (const body of [{ ...fuel('2030-01-01', null), likely: 30_000 }, fuel('2030-01-01', '2029-01-01')]) {
        expect((await administrator.client.call(addCostRate, { body })).error?.code).toBe('badRequest')
      }
      expect((await chair.client.call(addCostRate, { body: fuel('2031-01-01', null) })).error?.code).toBe('administratorRequired')
      expect((await member.client.call(listCostRates)).error?.code).toBe('forbiddenForResults')
    })

    it('and distances are set once a pair, whichever way it is named', async () => {
      const set = (fromId: string, toId: string, likely: number, version: number | null) =>
        administrator.client.call(setDistance, { body: { fromId, toId, low: likely - 5, likely, high: likely + 5, basis: 'Bản đồ', version } })
      expect((await set(units[0]!, units[1]!, 40, null)).body.distance).toMatchObject({ likely: 40, version: 1 })
      expect((await set(units[1]!, units[0]!, 50, null)).error).toMatchObject({ code: 'distanceChanged', details: { distance: { likely: 40 } } })
      expect((await set(units[1]!, units[0]!, 50, 1)).body.distance).toMatchObject({ likely: 50, version: 2 })
      expect((await set(units[1]!, randomUUID(), 50, null)).error?.code).toBe('unitNotFound')
      expect((await set(units[1]!, units[1]!, 50, null)).error?.code).toBe('badRequest')
      await set(units[0]!, units[2]!, 8, null)
      const page = async (after: string) => await administrator.client.call(listDistances, { query: { after, limit: 1 } })
      const { body: first } = await administrator.client.call(listDistances, { query: { limit: 1 } })
      expect((await page(first.next!)).body.distances).toHaveLength(1)
      for (const mark of [`${'-'.repeat(36)}~${'-'.repeat(36)}`, `${units[0]!}~`, `${first.next!}~x`]) expect((await page(mark)).error?.code).toBe('badRequest')
    })

    it('and targets begin on a day with their basis, are withdrawn with a reason, and are never changed', async () => {
      const wanted = { code: 'onlineShare' as const, percent: 70, reach: 'atLeast' as const, basis: 'Kết luận mới', since: '2025-02-01' }
      for (const seat of [chair, member]) expect((await seat.client.call(addTarget, { body: wanted })).error?.code).toBe('administratorRequired')
      expect((await member.client.call(listTargets)).error?.code).toBe('forbiddenForResults')
      const { body: { target } } = await administrator.client.call(addTarget, { body: wanted })
      expect(target).toMatchObject({ ...wanted, version: 1, withdrawn: null })
      expect((await administrator.client.call(addTarget, { body: { ...wanted, percent: 75 } })).error).toMatchObject({ code: 'targetThere', details: { target: { id: target.id } } })
      expect((await administrator.client.call(addTarget, { body: { ...wanted, percent: 101 } })).error?.code).toBe('badRequest')
      const inForce = async (to: string) => (await chair.client.call(getResults, { query: { from: to, to } })).body.targets.find(({ code }) => code === 'onlineShare')
      expect([await inForce('2025-01'), (await inForce('2025-02'))?.percent]).toEqual([undefined, 70])
      const withdraw = (version: number) => administrator.client.call(withdrawTarget, { params: { targetId: target.id }, body: { reason: 'Nhập nhầm', version } })
      expect((await withdraw(1)).body.target).toMatchObject({ withdrawn: 'Nhập nhầm', version: 2 })
      expect((await withdraw(1)).error).toMatchObject({ code: 'targetChanged', details: { target: { version: 2 } } })
      expect((await administrator.client.call(withdrawTarget, { params: { targetId: randomUUID() }, body: { reason: 'x', version: 1 } })).error?.code).toBe('targetNotFound')
      expect(await inForce('2025-02')).toBeUndefined()
      expect((await chair.client.call(listTargets)).body.targets.find(({ id }) => id === target.id)).toMatchObject({ withdrawn: 'Nhập nhầm' })
    })
  })
}
