import type { BodyRole } from '../../protocol/bodies.ts'
import type { OrderState } from '../../protocol/order.ts'

/** In whose place a person presides; null: they do not. */
export type PresidingAs = 'chair' | 'deputy' | 'clerk'

/** Whether a person keeps the order of the room, for the page to show what they may do; the server decides at each command. */
export function presidingAs(order: OrderState, personId: string | null, role: BodyRole | undefined): PresidingAs | null {
  if (order.presiding !== null && order.presiding === personId) return 'deputy'
  if (role === 'chair' && order.presiding === null) return 'chair'
  return role === 'clerk' && order.rules.clerkActs ? 'clerk' : null
}
