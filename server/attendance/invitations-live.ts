import { answerInvitation, decideSubstitute, remindSilent } from '../../protocol/invitations.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Answers } from './answers.ts'
import type { Rounds } from './rounds.ts'

export function mountInvitationsLive(command: MountCommand, { answers, rounds }: { answers: Answers, rounds: Rounds }): void {
  command(answerInvitation, async ({ input, caller }) => {
    await answers.answer(input.meetingId, caller, input, 'product')
    return {}
  })

  command(decideSubstitute, async ({ input, caller }) => {
    await answers.decideSubstitute(input.meetingId, caller, input)
    return {}
  })

  command(remindSilent, ({ input, caller }) => rounds.remindSilent(input.meetingId, caller, input))
}
