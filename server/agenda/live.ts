import { goToItem } from '../../protocol/agenda.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Agenda } from './agenda.ts'

export function mountAgendaLive(command: MountCommand, agenda: Agenda): void {
  command(goToItem, async ({ input, caller }) => {
    await agenda.goTo(input.meetingId, caller, input.key, input.itemId)
    return {}
  })
}
