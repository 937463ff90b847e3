import { deferItem, extendItem, goToItem } from '../../protocol/agenda-live.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Progress } from './progress.ts'

export function mountAgendaLive(command: MountCommand, progress: Pick<Progress, 'goTo' | 'defer' | 'extend'>): void {
  command(goToItem, async ({ input, caller }) => {
    await progress.goTo(input.meetingId, caller, input.key, input.itemId)
    return {}
  })
  command(extendItem, async ({ input: { meetingId, ...asked }, caller }) => {
    await progress.extend(meetingId, caller, asked)
    return {}
  })
  command(deferItem, async ({ input: { meetingId, ...asked }, caller }) => {
    await progress.defer(meetingId, caller, asked)
    return {}
  })
}
