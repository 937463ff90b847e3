import { addItem, changeItem, orderItems, removeItem } from '../../protocol/agenda.ts'
import { getPlan, setItemGuests } from '../../protocol/agenda-guests.ts'
import { carryOver, listCarriable, MAX_CARRIED } from '../../protocol/carry-over.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Agenda } from './agenda.ts'
import type { CarryOver } from './carry-over.ts'
import type { Guests } from './guests.ts'
import type { Plan } from './plan.ts'

export function mountAgenda(route: MountRoute, agenda: Agenda & Pick<Guests, 'setGuests'> & Plan & CarryOver): void {
  route(addItem, ({ params, body, caller }) => agenda.add(params.meetingId, caller, body))
  route(changeItem, ({ params, body, caller }) => agenda.change(params.meetingId, params.itemId, caller, body))
  route(removeItem, async ({ params, caller }) => {
    await agenda.remove(params.meetingId, params.itemId, caller)
    return {}
  })
  route(orderItems, async ({ params, body, caller }) => {
    await agenda.order(params.meetingId, caller, body.items)
    return {}
  })
  route(setItemGuests, async ({ params, body, caller }) => {
    await agenda.setGuests(params.meetingId, params.itemId, caller, body)
    return {}
  })
  route(getPlan, ({ params, caller }) => agenda.plan(params.meetingId, caller))
  route(listCarriable, ({ params, caller }) => agenda.carriable(params.meetingId, caller, MAX_CARRIED))
  route(carryOver, ({ params, body, caller }) => agenda.carryOver(params.meetingId, caller, body))
}
