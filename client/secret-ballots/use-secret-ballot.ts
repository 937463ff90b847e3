import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import type { BallotContent } from '../../protocol/ballots.ts'
import { phaseOf, type SecretPhase } from '../../protocol/secret-ballot-entries.ts'
import { drawCredential, readBallotText } from '../../protocol/secret-ballots.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'
import { newKey } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import { useMeeting } from '../meetings/use-meeting.ts'
import { castHere } from './cast-here.ts'
import { cast } from './casting.ts'
import { canKeep, findKept, forget, keep, keepFilledIn, keepFirst, type KeptBallot } from './kept-ballots.ts'

/**
 * Where the viewer stands with a secret vote on this device.
 * `elsewhere`: drew a credential on another device. `waiting`: has one here, and casting is not open. `unsent`: the ballot is
 * filled in and signed, and nobody has confirmed that it was taken. `missed`: did not draw in time.
 */
export type Standing = 'loading' | 'cannotKeep' | 'notEntitled' | 'inHall' | 'mayDraw' | 'drawing' | 'waiting' | 'mayCast' | 'unsent' | 'cast' | 'elsewhere' | 'missed'

/** The viewer's own part in a secret vote. Whatever is done is kept in this browser first, so that reloading goes on from there. */
export function useSecretBallot(vote: Ref<VoteState>) {
  const session = useSession()
  const meeting = useMeeting()
  const kept = shallowRef<KeptBallot | null>(null)
  const loaded = ref(false)
  const personId = computed(() => session.personId ?? '')
  const phase = computed<SecretPhase>(() => phaseOf(vote.value))

  const standing = computed<Standing>(() => {
    const { electorate, drawn, hall } = vote.value
    if (!electorate.includes(personId.value)) return 'notEntitled'
    if (!canKeep()) return 'cannotKeep'
    if (!loaded.value) return 'loading'
    const own = kept.value
    if (own?.receipt) return 'cast'
    if (own?.ballot) return 'unsent'
    if (own?.credential) return phase.value === 'drawing' ? 'waiting' : 'mayCast'
    if (drawn.includes(personId.value)) return own ? 'drawing' : 'elsewhere'
    if (hall?.voterIds.includes(personId.value)) return 'inHall'
    if (phase.value === 'drawing') return own ? 'drawing' : 'mayDraw'
    return 'missed'
  })

  async function change(changes: Partial<KeptBallot>): Promise<KeptBallot> {
    if (!kept.value) throw new Error('nothing is kept that could be changed')
    const next = { ...kept.value, ...changes }
    await keep(next)
    kept.value = next
    return next
  }

  /** The vote's key as the journal tells it to everybody: a server that gave each a key of their own could tell ballots apart. */
  function publicKeyOf(): string {
    const box = meeting.state.value?.secretBoxes.find(({ voteId }) => voteId === vote.value.voteId)
    if (!box) throw new Error('the journal tells no key of this vote')
    return box.publicKey
  }

  /** Draws the credential, or goes on with a drawing that was cut. Throws `ApiError`. */
  async function draw(): Promise<void> {
    const { voteId } = vote.value
    const { blind, unblind } = await import('./credential.ts')
    const publicKey = publicKeyOf()
    const own = kept.value ?? await keepFirst({
      ...await blind(publicKey), personId: personId.value, voteId, requestKey: newKey(), credential: null, ballot: null, hash: null, receipt: null,
    })
    kept.value = own
    try {
      const { blindSignature } = await socketClient.send(drawCredential, { meetingId: meeting.id, voteId, key: own.requestKey, blinded: own.blinded })
      await change({ credential: await unblind(publicKey, own, blindSignature) })
    } catch (thrown) {
      // Drawn elsewhere meanwhile, or too late: what is kept here will never be signed.
      const refused = ['credentialDrawn', 'drawingEnded', 'votesInHall', 'voteClosed'].includes((thrown as { code?: string }).code ?? '')
      if (refused) await drop()
      throw thrown
    }
  }

  /** Fills in the ballot, signs it and sends it. Throws `ApiError`; what was signed stays, to be sent again. */
  async function castBallot(content: BallotContent): Promise<void> {
    const own = kept.value
    if (!own?.credential || own.ballot) throw new Error('there is no ballot to fill in')
    const { fillIn, hashOf } = await import('./credential.ts')
    const ballot = await fillIn({ ...own, credential: own.credential }, vote.value.voteId, content)
    kept.value = await keepFilledIn({ ...own, ballot, hash: await hashOf(ballot) })
    await send()
  }

  async function send(): Promise<void> {
    const ballot = kept.value?.ballot
    if (!ballot) return
    const { receipt } = await cast(ballot)
    await change({ receipt })
  }

  /** Forgets everything of this vote on this device. */
  async function drop(): Promise<void> {
    await forget(personId.value, vote.value.voteId)
    kept.value = null
  }

  watch(standing, (now) => { if (now === 'cast') castHere.add(vote.value.voteId) }, { immediate: true })

  watch([() => vote.value.voteId, personId], async ([voteId, id]) => {
    kept.value = null
    loaded.value = false
    if (!id || !canKeep()) return
    kept.value = await findKept(id, voteId).catch(() => null) ?? null
    loaded.value = true
    // What was cut short is gone on with: both requests are answered alike however often they are made.
    const goOn = phase.value === 'closed' ? undefined : standing.value === 'drawing' ? draw : standing.value === 'unsent' ? send : undefined
    await goOn?.().catch(() => {})
  }, { immediate: true })

  return {
    phase, standing, draw, castBallot, send, drop,
    kept,
    /** What the ballot says, as long as this browser keeps it. */
    content: computed<BallotContent | null>(() => kept.value?.ballot ? readBallotText(kept.value.ballot.text)?.content ?? null : null),
  }
}

export type OwnSecretBallot = ReturnType<typeof useSecretBallot>

/** A hash as people compare it: its first sixteen digits in fours. */
export const receiptCode = (hash: string): string => hash.slice(0, 16).toUpperCase().match(/.{4}/g)?.join(' ') ?? ''
