import { computed, shallowReactive, shallowRef, watch } from 'vue'
import { castBallot, getOwnBallots, type VoteState } from '../../protocol/voting.ts'
import { toApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'

export interface OwnBallot { choice: string, castAt: string }

/** What the viewer voted in a meeting, on whatever device. `votes`: the meeting's, which tell who has voted. */
export function useOwnBallots(meetingId: string, personId: string | null, votes: () => readonly VoteState[]) {
  const ballots = shallowReactive(new Map<string, OwnBallot>())
  const keys = new Map<string, string>()
  const begun = shallowRef(false)
  const loading = shallowRef(false)
  const casting = shallowRef(false)
  /** Cast, but not by this page. */
  const elsewhere = computed(() => votes()
    .filter((vote) => personId !== null && vote.voted.includes(personId) && !ballots.has(vote.voteId))
    .map((vote) => vote.voteId))

  async function load() {
    loading.value = true
    try {
      const answer = await call(getOwnBallots, { params: { meetingId } })
      for (const { voteId, choice, castAt } of answer.ballots) ballots.set(voteId, { choice, castAt })
    } finally {
      begun.value = true
      loading.value = false
    }
  }
  // Without an answer the ballot is shown all the same; the server takes no second one.
  const tryToLoad = () => void load().catch(() => undefined)
  tryToLoad()
  watch(() => begun.value && !casting.value ? elsewhere.value.join() : '', (ids) => { if (ids) tryToLoad() })

  return {
    ballots,
    /** False while it is not known whether a ballot was cast. */
    loaded: computed(() => !loading.value),
    /**
     * Casts a ballot and keeps what the server recorded. When a ballot of this person is there already, that one is shown.
     * @throws {ApiError}
     */
    async cast(voteId: string, choice: string) {
      const intent = `${voteId} ${choice}`
      const key = keys.get(intent) ?? newKey()
      keys.set(intent, key)
      casting.value = true
      try {
        ballots.set(voteId, await socketClient.send(castBallot, { meetingId, voteId, choice, key }))
      } catch (thrown) {
        if (toApiError(thrown).code === 'alreadyVoted') await load()
        throw thrown
      } finally {
        casting.value = false
      }
    },
  }
}

export type OwnBallots = ReturnType<typeof useOwnBallots>
