import { addItem, changeItem, orderItems, removeItem } from '../../protocol/agenda.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Agenda } from './agenda.ts'

export function mountAgenda(route: MountRoute, agenda: Agenda): void {
  route(addItem, ({ params, body, caller }) => agenda.add(params.meetingId, caller, body))
  route(changeItem, async ({ params, body, caller }) => {
    await agenda.change(params.meetingId, params.itemId, caller, body)
    return {}
  })
  route(removeItem, async ({ params, caller }) => {
    await agenda.remove(params.meetingId, params.itemId, caller)
    return {}
  })
  route(orderItems, async ({ params, body, caller }) => {
    await agenda.order(params.meetingId, caller, body.itemIds)
    return {}
  })
}
