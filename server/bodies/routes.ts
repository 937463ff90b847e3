import { listBodies, listMembers } from '../../protocol/bodies.ts'
import { getOfficeHours, listCalendar, listKeptCalendar, putCalendarDay, putOfficeHours, removeCalendarDay } from '../../protocol/calendar-days.ts'
import { searchPeople } from '../../protocol/people.ts'
import { beginTerm, bodyHistory, changeBody, changeTerm, endBody, endTerm, foundBody, listTerms } from '../../protocol/terms.ts'
import {
  addUnit, assignUnit, endUnit, listUnits, mergeUnits, moveUnit, renameUnit, splitUnit, unitHistory,
} from '../../protocol/units.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Bodies } from './bodies.ts'
import type { Calendar } from './calendar.ts'
import type { OfficeHoursBook } from './office-hours.ts'
import type { People } from './people.ts'
import type { Terms } from './terms.ts'
import type { Units } from './units.ts'

export interface BodiesRoutesDeps { bodies: Bodies, terms: Terms, people: People, units: Units, calendar: Calendar, officeHours: OfficeHoursBook }

export function mountBodies(route: MountRoute, { bodies, terms, people, units, calendar, officeHours }: BodiesRoutesDeps): void {
  route(listBodies, async ({ caller }) => ({ bodies: await bodies.bodiesFor(caller) }))
  route(listMembers, async ({ params, caller }) => ({ members: await bodies.membersFor(caller, params.bodyId) }))
  route(foundBody, async ({ body, caller }) => ({ body: await terms.found(caller, body) }))
  route(changeBody, async ({ params, body, caller }) => ({ body: await terms.change(caller, params.bodyId, body) }))
  route(endBody, async ({ params, body, caller }) => ({ body: await terms.end(caller, params.bodyId, body) }))
  route(bodyHistory, async ({ params }) => ({ entries: await terms.history(params.bodyId) }))
  route(listTerms, async ({ params }) => ({ terms: await terms.terms(params.bodyId) }))
  route(beginTerm, async ({ params, body, caller }) => ({ term: await terms.begin(caller, params.bodyId, body) }))
  route(changeTerm, async ({ params, body, caller }) => ({ term: await terms.changeTerm(caller, params.bodyId, params.termId, body) }))
  route(endTerm, async ({ params, body, caller }) => ({ term: await terms.endTerm(caller, params.bodyId, params.termId, body) }))

  route(searchPeople, ({ query }) => people.search(query))
  route(assignUnit, async ({ params, body, caller }) => {
    await units.assign(caller, params.personId, body.unitId, body.since)
    return {}
  })

  route(listUnits, async ({ query }) => ({ units: await units.list(query.ended) }))
  route(addUnit, async ({ body, caller }) => ({ unit: await units.add(caller, body) }))
  route(renameUnit, async ({ params, body, caller }) => ({ unit: await units.rename(caller, params.unitId, body) }))
  route(moveUnit, async ({ params, body, caller }) => ({ unit: await units.move(caller, params.unitId, body) }))
  route(endUnit, async ({ params, body, caller }) => ({ unit: await units.end(caller, params.unitId, body) }))
  route(mergeUnits, async ({ body, caller }) => ({ unit: await units.merge(caller, body) }))
  route(splitUnit, async ({ params, body, caller }) => ({ units: await units.split(caller, params.unitId, body) }))
  route(unitHistory, async ({ params }) => ({ entries: await units.history(params.unitId) }))

  route(listCalendar, async ({ query }) => ({ days: await calendar.days(query.from, query.to) }))
  // Before `:year`, which would take its name for one.
  route(getOfficeHours, async () => ({ hours: await officeHours.latest() }))
  route(putOfficeHours, async ({ body, caller }) => ({ hours: await officeHours.put(caller, body) }))
  route(listKeptCalendar, async ({ params: { year } }) => ({ days: await calendar.days(`${year}-01-01`, `${year}-12-31`) }))
  route(putCalendarDay, async ({ params, body: { version, ...body }, caller }) => ({ day: await calendar.put(caller, { ...params, ...body }, version) }))
  route(removeCalendarDay, async ({ params, query, caller }) => {
    await calendar.remove(caller, params.day, query.version)
    return {}
  })
}
