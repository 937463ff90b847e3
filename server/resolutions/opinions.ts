import type { Knex } from 'knex'
import type { ResolutionStatus } from '../../protocol/resolutions.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { IssuedAs } from '../issuing/issuing.ts'
import { ofBody } from '../issuing/paper-tx.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { draftResolution } from './draft-text.ts'
import type { Resolutions, ResolutionsStore } from './resolutions.ts'

/** A written opinion that has passed; whoever calls has found that. */
export interface PassedOpinion {
  opinionId: string
  bodyId: string
  /** What was decided on. */
  title: string
  decidedAt: Date
  /** In favour, of how many members in office; and how many of them by the body's rule on who does not answer. */
  approve: number
  silent: number
  base: number
  /** The text that was decided on, a paragraph a line. */
  text?: string | undefined
}

export interface OfOpinion { resolutionId: string, status: ResolutionStatus, number: string | null, paperId: string | null }

export interface OpinionResolutionsDeps {
  store: Pick<ResolutionsStore, 'of' | 'officeRole'>
  resolutions: Pick<Resolutions, 'begin'>
  latest(source: Knex, paperIds: readonly string[]): Promise<Map<string, IssuedAs>>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly Pick<BodyRecord, 'letterhead'>[]>
  now?: () => Date
}

/** Resolutions of what a body decided in writing. */
export function createOpinionResolutions({ store, resolutions, latest, bodies, now = () => new Date() }: OpinionResolutionsDeps) {
  return {
    /**
     * Begins the resolution of an opinion, in the caller's transaction; of one that has a resolution gives that, until its paper
     * was recalled. Throws `bodyNotFound` for who is neither chair nor clerk of the body today.
     */
    async beginFromOpinion(
      trx: Knex.Transaction, { opinionId, bodyId, title, decidedAt, approve, silent, base, text = '' }: PassedOpinion, { personId }: Pick<Caller, 'personId'>,
    ): Promise<{ resolutionId: string }> {
      const at = now()
      const [body] = await bodies([bodyId], trx)
      if (!body || !await store.officeRole(trx, bodyId, personId, at)) throw new AppError('bodyNotFound')
      const content = draftResolution({ style: body.letterhead.style, title, approve, silent, base, of: 'incumbents', chosen: [], text })
      const resolutionId = await ofBody(trx, { bodyId, actorId: personId, at }, (tx) =>
        resolutions.begin(tx, { bodyId, meetingId: null, voteId: null, opinionId, decidedAt, content, begunBy: personId }))
      return { resolutionId }
    },

    /** The resolutions of these opinions; left out: those that have none, or whose paper was recalled. Two queries. */
    async ofOpinions(db: Knex, opinionIds: readonly string[]): Promise<Map<string, OfOpinion>> {
      const made = await store.of(db, { opinions: opinionIds })
      const papers = await latest(db, [...made.values()].flatMap(({ paperId }) => paperId ?? []))
      return new Map([...made].flatMap(([opinionId, { id: resolutionId, status, paperId }]): [string, OfOpinion][] => {
        const paper = paperId === null ? undefined : papers.get(paperId)
        return paper?.status === 'recalled' ? [] : [[opinionId, { resolutionId, status, number: paper?.written ?? null, paperId: paper?.paperId ?? null }]]
      }))
    },
  }
}
