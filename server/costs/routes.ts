import { addCostRate, endCostRate, listCostRates, listDistances, setDistance, withdrawCostRate } from '../../protocol/costs-rates.ts'
import type { Caller, MountRoute } from '../platform/contract.ts'
import type { Rates } from './rates.ts'

/** `mayRead` throws where the caller may see no results, and so no rates of them. */
export function mountCosts(route: MountRoute, rates: Rates, mayRead: (caller: Caller) => Promise<unknown>): void {
  route(listCostRates, async ({ caller }) => {
    await mayRead(caller)
    return await rates.rates()
  })
  route(addCostRate, ({ body, caller }) => rates.add(caller, body))
  route(endCostRate, ({ params, body, caller }) => rates.end(params.rateId, caller, body))
  route(withdrawCostRate, ({ params, body, caller }) => rates.withdraw(params.rateId, caller, body))
  route(listDistances, ({ query }) => rates.distances(query))
  route(setDistance, ({ body, caller }) => rates.setDistance(caller, body))
}
