import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { foldedWords } from '../../protocol/fold.ts'
import { writtenNumber } from '../../protocol/issuing.ts'
import type { OpinionRule } from '../../protocol/opinion-rule.ts'
import type {
  AskedMember, GivenAnswer, OpinionDetail, OpinionPost, OpinionSide, OpinionState, OpinionSummary,
} from '../../protocol/opinions.ts'
import type { ProposalDocument } from '../../protocol/proposals.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { Conversion } from '../conversion/conversion.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files } from '../platform/files.ts'
import type { FileToSend } from '../platform/send-file.ts'
import { actsOf, readsAnswers, type OpinionAccessTo } from './access.ts'
import type { ConsolidatingStore } from './consolidating.ts'

/** Who reads, and when. */
export interface Reader { personId: string, on: Day, at: Date }
type Named = { id: string, name: string }

export interface ReadingStore {
  /** Latest first; `unanswered` by when they are due, soonest first. One query. */
  list(db: Knex, reader: Reader, filter: {
    side: OpinionSide, state: OpinionState | undefined, only: 'unanswered' | 'toConvene' | undefined, bodyId: string | undefined,
    words: readonly string[], before: { at: Date, id: string } | undefined, limit: number,
  }): Promise<OpinionSummary[]>
  summary(db: Knex, reader: Reader, opinionId: string, side: OpinionSide): Promise<OpinionSummary | undefined>
  sidesOf(db: Knex, reader: Reader): Promise<{ offices: Named[], asked: Named[], unit: boolean, waiting: number }>
  documents(db: Knex, opinionId: string): Promise<ProposalDocument[]>
  /** Latest first. */
  ownAnswers(db: Knex, opinionId: string, personId: string): Promise<GivenAnswer[]>
  /** By protocol rank, with all that there is: what of it may be read is not asked here. */
  members(db: Knex, opinionId: string, on: Day, after: number, limit: number): Promise<(AskedMember & { place: number })[]>
  /** Latest first; `id`: that one alone. */
  posts(db: Knex, opinionId: string, page: { before?: string | undefined, id?: string | undefined, limit: number }): Promise<OpinionPost[]>
  /** Undefined where the reader may not know of it. */
  meetingKnown(db: Knex, meetingId: string, reader: Reader): Promise<{ id: string, title: string, startsAt: string } | undefined>
  written(db: Knex, paperId: string): Promise<{ number: number, style: 'party' | 'state', symbol: string } | undefined>
  tasks(db: Knex, opinionId: string): Promise<OpinionDetail['tasks']>
  document(db: Knex, opinionId: string, documentId: string): Promise<{ name: string, sha256: string } | undefined>
}

export interface OpinionResolution { resolutionId: string, status: 'draft' | 'sent' | 'approved' | 'issued', number: string | null, paperId: string | null }

export interface ReadingDeps {
  db: Knex
  access: OpinionAccessTo
  store: ReadingStore & Pick<ConsolidatingStore, 'points' | 'left'>
  files: Files
  conversion: Pick<Conversion, 'statesOf'>
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  resolutions: { ofOpinions(db: Knex, opinionIds: readonly string[]): Promise<Map<string, OpinionResolution>> }
  now: () => Date
}

/** Sorts after every id. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** What members, office and drafting unit see. Lists take one query, however much there is. */
export function createReading({ db, access, store, files, conversion, bodies, resolutions, now }: ReadingDeps) {
  function readerOf({ personId }: Pick<Caller, 'personId'>): Reader {
    const at = now()
    return { personId, on: localDay(at), at }
  }

  async function documentOf(opinionId: string, caller: Caller, documentId: string) {
    await access.accessTo(opinionId, caller)
    const found = await store.document(db, opinionId, documentId)
    if (!found) throw new AppError('documentNotFound')
    return found
  }

  /** Throws `opinionNotFound`. */
  async function get(opinionId: string, caller: Caller): Promise<OpinionDetail> {
    const found = await access.accessTo(opinionId, caller)
    const { opinion, sides, own } = found
    const reader = readerOf(caller)
    const [side = 'asked'] = sides
    const reads = readsAnswers(found)
    const closed = opinion.state === 'passed' || opinion.state === 'rebound'
    const [summary, documents, answers, points, left, meeting, paper, tasks, made] = await Promise.all([
      store.summary(db, reader, opinionId, side), store.documents(db, opinionId), own ? store.ownAnswers(db, opinionId, caller.personId) : [],
      closed && !opinion.secret ? store.points(db, opinionId) : [], closed ? store.left(db, opinionId) : null,
      opinion.meetingId ? store.meetingKnown(db, opinion.meetingId, reader) : undefined,
      opinion.paperId ? store.written(db, opinion.paperId) : undefined,
      store.tasks(db, opinionId), resolutions.ofOpinions(db, [opinionId]),
    ])
    if (!summary) throw new Error('an opinion without a summary')
    const resolution = made.get(opinionId)
    const words = (text: string) => opinion.secret ? '' : text
    const shown = resolution && (sides.includes('office') || resolution.status === 'issued')
    return {
      ...summary, version: opinion.version, sides: [...sides], may: actsOf(found, reader.at, resolution !== undefined),
      question: opinion.question, rule: opinion.rule, dueOn: opinion.dueOn,
      workingDays: opinion.workingDays, movedFrom: opinion.movedFrom, discussion: opinion.rule.discussion, documents,
      own: own && {
        answers: answers.map((answer) => ({ ...answer, text: words(answer.text) })),
        demand: own.demandAt && { at: own.demandAt.toISOString(), reason: words(own.demandReason ?? '') },
      },
      result: opinion.result, reason: opinion.reason, points,
      unconsolidated: reads && left ? left.answers : null, meeting: meeting ?? null,
      notice: opinion.paperId && paper ? { id: opinion.paperId, written: writtenNumber(paper.number, paper) } : null,
      resolution: shown ? { id: resolution.resolutionId, status: resolution.status, number: resolution.number, paperId: resolution.paperId } : null, tasks,
    }
  }

  return {
    get,

    async list(caller: Caller, { search, before, limit, ...filter }: {
      side: OpinionSide, state?: OpinionState | undefined, only?: 'unanswered' | 'toConvene' | undefined, bodyId?: string | undefined,
      search?: string | undefined, before?: string | undefined, limit: number,
    }): Promise<{ opinions: OpinionSummary[], next: string | null }> {
      const [at, id] = before?.split('~') ?? []
      const rows = await store.list(db, readerOf(caller), {
        side: filter.side, state: filter.state, only: filter.only, bodyId: filter.bodyId, words: foldedWords(search ?? ''), limit: limit + 1,
        before: at === undefined ? undefined : { at: new Date(at), id: id ?? LAST_ID },
      })
      const opinions = rows.slice(0, limit)
      const last = opinions.at(-1)
      const mark = last && (filter.only === 'unanswered' ? last.dueAt : last.openedAt)
      return { opinions, next: rows.length > limit && last ? `${mark}~${last.id}` : null }
    },

    async sides(caller: Caller): Promise<{ offices: (Named & { rule: OpinionRule })[], asked: Named[], unit: boolean, waiting: number }> {
      const found = await store.sidesOf(db, readerOf(caller))
      const rules = new Map((await bodies(found.offices.map(({ id }) => id))).map(({ id, rules: { opinions } }) => [id, opinions]))
      return { ...found, offices: found.offices.flatMap((office) => { const rule = rules.get(office.id); return rule ? [{ ...office, rule }] : [] }) }
    },

    /** Those asked, as the caller may see them. Throws `opinionNotFound`. */
    async answers(opinionId: string, caller: Caller, { after = 0, limit }: { after?: number | undefined, limit: number }) {
      const found = await access.accessTo(opinionId, caller)
      const [reads, office] = [readsAnswers(found), found.sides.includes('office')]
      const rows = await store.members(db, opinionId, localDay(now()), after, limit + 1)
      const { secret } = found.opinion
      const members = rows.slice(0, limit).map(({ place: _, ...row }): AskedMember => {
        const member = secret ? { ...row, answer: row.answer && { ...row.answer, text: '' }, demandReason: '' } : row
        const own = member.person.id === caller.personId && found.sides.includes('asked')
        if (reads || own) return member
        return {
          ...member, answer: null, changes: null, answered: office ? member.answered : null,
          // That a meeting is demanded is for the office to prepare; others learn it when it closes.
          demandsMeeting: office && member.demandsMeeting, demandReason: office ? member.demandReason : '',
        }
      })
      return { members, next: rows.length > limit ? rows[limit - 1]?.place ?? null : null }
    },

    /** Throws `opinionNotFound`. */
    async posts(opinionId: string, caller: Caller, { before, limit }: { before?: string | undefined, limit: number }) {
      // Nobody knows which words are the secret that was found.
      if ((await access.accessTo(opinionId, caller)).opinion.secret) return { posts: [], next: null }
      const rows = await store.posts(db, opinionId, { before, limit: limit + 1 })
      const posts = rows.slice(0, limit)
      return { posts, next: rows.length > limit ? posts.at(-1)?.id ?? null : null }
    },

    async post(opinionId: string, id: string): Promise<OpinionPost> {
      const [post] = await store.posts(db, opinionId, { id, limit: 1 })
      if (!post) throw new Error('a post that was inserted is not there')
      return post
    },

    /** The document as PDF. Throws `opinionNotFound`, `documentNotFound`, `documentNotReady` (details `status`, `problem`). */
    async document(opinionId: string, caller: Caller, documentId: string): Promise<FileToSend> {
      const { name, sha256 } = await documentOf(opinionId, caller, documentId)
      const state = (await conversion.statesOf(db, [sha256])).get(sha256)
      if (!state?.pdfSha256) throw new AppError('documentNotReady', { status: state?.status ?? 'waiting', problem: state?.problem ?? null })
      return { files, sha256: state.pdfSha256, name }
    },

    /** The file as it was attached. Throws `opinionNotFound`, `documentNotFound`. */
    original: async (opinionId: string, caller: Caller, documentId: string): Promise<FileToSend> =>
      ({ files, ...await documentOf(opinionId, caller, documentId) }),
  }
}

export type Reading = ReturnType<typeof createReading>
