import { shallowReactive, shallowRef } from 'vue'
import { castBallot, getOwnBallots } from '../../protocol/voting.ts'
import { toApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'

export interface OwnBallot { choice: string, castAt: string }

/** What the viewer voted in a meeting, on whatever device. */
export function useOwnBallots(meetingId: string) {
  const ballots = shallowReactive(new Map<string, OwnBallot>())
  const keys = new Map<string, string>()
  const loaded = shallowRef(false)

  async function load() {
    const answer = await call(getOwnBallots, { params: { meetingId } })
    for (const { voteId, choice, castAt } of answer.ballots) ballots.set(voteId, { choice, castAt })
    loaded.value = true
  }
  // Without an answer the ballot is shown all the same; the server takes no second one.
  void load().catch(() => { loaded.value = true })

  return {
    ballots, loaded,
    /**
     * Casts a ballot and keeps what the server recorded. When a ballot of this person is there already, that one is shown.
     * @throws {ApiError}
     */
    async cast(voteId: string, choice: string) {
      const intent = `${voteId} ${choice}`
      const key = keys.get(intent) ?? newKey()
      keys.set(intent, key)
      try {
        ballots.set(voteId, await socketClient.send(castBallot, { meetingId, voteId, choice, key }))
      } catch (thrown) {
        if (toApiError(thrown).code === 'alreadyVoted') await load()
        throw thrown
      }
    },
  }
}

export type OwnBallots = ReturnType<typeof useOwnBallots>
