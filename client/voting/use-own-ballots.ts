import { computed, shallowReactive, shallowRef, watch } from 'vue'
import type { BallotContent } from '../../protocol/ballots.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'
import { castBallot, getOwnBallots, type RecordedBallot } from '../../protocol/voting.ts'
import { toApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'

/** What the viewer voted in a meeting, on whatever device. `votes`: the meeting's, which tell who has voted. */
export function useOwnBallots(meetingId: string, personId: string | null, votes: () => readonly VoteState[]) {
  const ballots = shallowReactive(new Map<string, RecordedBallot>())
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
      for (const { voteId, ...ballot } of answer.ballots) ballots.set(voteId, ballot)
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
     * Casts a ballot, or with `replaces` another in the place of that revision, and keeps what the server recorded. When another
     * ballot of this person is there already, that one is shown.
     * @throws {ApiError}
     */
    async cast(voteId: string, content: BallotContent, more: { reservedOpinion?: string, replaces?: number } = {}) {
      const intent = JSON.stringify([voteId, content, more])
      const key = keys.get(intent) ?? newKey()
      keys.set(intent, key)
      casting.value = true
      try {
        ballots.set(voteId, await socketClient.send(castBallot, { meetingId, voteId, content, key, ...more }))
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
