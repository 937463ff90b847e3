import { randomUUID } from 'node:crypto'
import type { Answers } from '../attendance/answers.ts'
import type { Invitations } from '../attendance/invitations.ts'
import type { Caller } from '../platform/contract.ts'
import type { DemoAnswer } from './meetings.ts'

export interface DemoInvitationsDeps {
  inviting: { invitations: Pick<Invitations, 'get' | 'issue'>, answers: Pick<Answers, 'answer'> }
}

/** The giấy mời of a meeting and what some have answered to it; nothing where it went out before. */
export async function seedInvitation(
  { inviting: { invitations, answers } }: DemoInvitationsDeps, meetingId: string, clerk: Caller, given: readonly DemoAnswer[],
  callerNamed: (username: string) => Caller,
): Promise<void> {
  const { issued, draft } = await invitations.get(meetingId, clerk)
  if (issued.length || !draft) return
  await invitations.issue(meetingId, clerk, { version: draft.version, key: randomUUID() })
  for (const { username, answer, reason = '', substitute } of given) {
    const caller = callerNamed(username)
    const substituteId = substitute === undefined ? undefined : callerNamed(substitute).personId
    await answers.answer(meetingId, caller, { key: randomUUID(), personId: caller.personId, answer, reason, substituteId }, 'product')
  }
}
