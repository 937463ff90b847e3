import { search } from '../../protocol/search.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { SearchService } from './search.ts'

export function mountSearch(route: MountRoute, service: SearchService): void {
  route(search, ({ query, caller }) => service.find(caller, query))
}
