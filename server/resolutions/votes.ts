import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { TextBodies } from '../../protocol/journal.ts'
import { RESOLVING_KINDS, type ResolvableVote } from '../../protocol/resolutions.ts'
import { hasFurtherRound, type VoteState } from '../../protocol/vote-entries.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { IssuedAs } from '../issuing/issuing.ts'
import type { Journal } from '../journal/journal.ts'
import { requireOffice, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { draftResolution, type ResolutionFacts } from './draft-text.ts'
import type { Resolutions, ResolutionsStore } from './resolutions.ts'
import type { Knex } from 'knex'

export interface VoteResolutionsDeps {
  db: Knex
  journal: Pick<Journal, 'snapshot'>
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: Pick<ResolutionsStore, 'of'>
  resolutions: Pick<Resolutions, 'begin'>
  latest(source: Knex, paperIds: readonly string[]): Promise<Map<string, IssuedAs>>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly Pick<BodyRecord, 'letterhead'>[]>
}

type Closed = VoteState & { result: NonNullable<VoteState['result']>, closedAt: string }

/** Whether a resolution can state it: closed, adopted, and of a kind that decides something. */
const isAdopted = (vote: VoteState): vote is Closed =>
  vote.closedAt !== null && vote.result !== null && vote.result.accepted && RESOLVING_KINDS.some((kind) => kind === vote.kind)

/** A further round stands for the one before. */
const lastRounds = (votes: readonly VoteState[]) => votes.filter(({ voteId }) => !hasFurtherRound(votes, voteId))

/** Ballots for it: of a choice the winner’s, of an election none, since each elected has their own. */
function approving({ kind, result }: Closed): number | null {
  if (kind === 'named') return result.counts.approve ?? 0
  return kind === 'options' && result.winner !== undefined ? result.counts[result.winner] ?? 0 : null
}

function factsOf({ agenda, conclusions }: MeetingState, vote: Closed, texts: TextBodies, style: ResolutionFacts['style']): ResolutionFacts {
  const item = agenda.find(({ itemId }) => itemId === vote.itemId)
  const conclusion = conclusions.find(({ itemId, settled }) => itemId === vote.itemId && settled !== null)
  const chosen = vote.kind === 'options' ? [vote.result.winner] : vote.result.elected ?? []
  const labels = vote.options.filter(({ id }) => chosen.includes(id)).map(({ label }) => texts[label.$text] ?? null)
  return {
    style, title: item?.title ? texts[item.title.$text] ?? null : null, approve: approving(vote), base: vote.result.base, of: vote.base.kind, chosen: labels,
    text: conclusion ? texts[conclusion.text.$text] ?? null : null,
  }
}

/** Resolutions of what a meeting adopted by vote. */
export function createVoteResolutions({ db, journal, access, store, resolutions, latest, bodies }: VoteResolutionsDeps) {
  return {
    /** Throws `meetingNotFound`, `forbiddenInMeeting`. */
    async list(meetingId: string, caller: Caller): Promise<{ votes: ResolvableVote[] }> {
      const found = await access.accessTo(meetingId, caller)
      requireOffice(found)
      const { state, texts } = await journal.snapshot(meetingId, found.viewer, meetingReducer)
      const adopted = lastRounds(state.votes).filter(isAdopted).filter(({ itemId }) => !state.agenda.find((item) => item.itemId === itemId)?.classified)
      const made = await store.of(db, { votes: adopted.map(({ voteId }) => voteId) })
      const papers = await latest(db, [...made.values()].flatMap(({ paperId }) => paperId ?? []))
      return {
        votes: adopted.map(({ voteId, itemId, question, closedAt }) => {
          const title = state.agenda.find((item) => item.itemId === itemId)?.title
          const one = made.get(voteId)
          const paper = one?.paperId ? papers.get(one.paperId) ?? null : null
          return {
            voteId, itemId, itemTitle: title ? texts[title.$text] ?? null : null, question: texts[question.$text] ?? null, closedAt,
            resolution: one && paper?.status !== 'recalled' ? { id: one.id, status: one.status, paper } : null,
          }
        }),
      }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteNotAdopted`, `classifiedItem`, `idempotencyKeyReused`. */
    async begin(meetingId: string, voteId: string, caller: Caller, key: string): Promise<{ resolutionId: string }> {
      return await access.change(meetingId, caller, requireOffice, { key, fingerprint: ['resolutions.begin', voteId] }, async (tx, { meeting: { bodyId } }) => {
        const state = await tx.state(meetingReducer)
        const vote = state.votes.find((one) => one.voteId === voteId)
        if (!vote) throw new AppError('voteNotFound')
        if (state.agenda.find(({ itemId }) => itemId === vote.itemId)?.classified) throw new AppError('classifiedItem')
        if (!isAdopted(vote) || !lastRounds(state.votes).includes(vote)) throw new AppError('voteNotAdopted')
        const [body] = await bodies([bodyId], tx.trx)
        if (!body) throw new Error('a meeting of no body')
        const item = state.agenda.find(({ itemId }) => itemId === vote.itemId)
        const texts = await tx.bodies([vote, item, state.conclusions])
        const content = draftResolution(factsOf(state, vote, texts, body.letterhead.style))
        const resolutionId = await resolutions.begin(tx, {
          bodyId, meetingId, voteId, opinionId: null, decidedAt: new Date(vote.closedAt), content, begunBy: caller.personId,
        })
        return { resolutionId }
      })
    },
  }
}

export type VoteResolutions = ReturnType<typeof createVoteResolutions>
