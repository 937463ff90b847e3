import { drawCredential, openCasting } from '../../protocol/secret-ballots.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { SecretBallots } from './secret-ballots.ts'

export function mountSecretBallotsLive(command: MountCommand, secretBallots: SecretBallots): void {
  command(drawCredential, ({ input, caller }) => secretBallots.draw(input.meetingId, caller, input))
  command(openCasting, ({ input, caller }) => secretBallots.openCasting(input.meetingId, caller, input))
}
