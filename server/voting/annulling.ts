import { requireOfficeOrPresiding, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { openVoteIn } from './open-vote.ts'
import type { SecretBallots, VotingStore } from './voting.ts'

/** Ending a vote that was opened by mistake, by who may close it. What was cast in it is neither counted nor told to anybody. */
export function createAnnulling({ access, store, secret }: {
  access: MeetingAccess, store: Pick<VotingStore, 'annul'>, secret: Pick<SecretBallots, 'discard'>
}) {
  return {
    /**
     * Annuls a vote while it is open, whatever has come in and whatever of the hall is not counted or confirmed. Throws
     * `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed` also for one that was annulled, `proposalSecret`.
     */
    async annul(meetingId: string, caller: Caller, { key, voteId, reason }: { key: string, voteId: string, reason: string }): Promise<Record<string, never>> {
      requireUnstamped(reason)
      return await access.change(meetingId, caller, requireOfficeOrPresiding, { key, fingerprint: ['vote:annul', voteId, reason] }, async (tx) => {
        const { itemId, secret: isSecret } = await openVoteIn(tx, voteId)
        if (isSecret) await secret.discard(tx, voteId)
        await store.annul(tx.trx, voteId, tx.at)
        tx.append({ kind: 'vote.annulled', data: { voteId, reason: await tx.text(reason) }, audience: { scope: 'item', itemId } })
        return {}
      })
    },
  }
}
