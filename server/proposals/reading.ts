import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { foldedWords } from '../../protocol/fold.ts'
import type { Person } from '../../protocol/identity.ts'
import {
  boardStages, type BoardStage, type Dealing, type Placement, type ProposalDetail, type ProposalDocument, type ProposalSide, type ProposalStage,
  type ProposalStep, type ProposalSummary, type Submission,
} from '../../protocol/proposals.ts'
import type { Caller } from '../platform/contract.ts'
import { actsOf, type ProposalAccessTo } from './access.ts'
import type { CheckingStore } from './checking.ts'
import type { Kinds } from './kinds.ts'
import type { ProposalsStore } from './proposals.ts'

/** Who reads, and on which day. */
export interface Reader { personId: string, on: Day }

/** A row of a list; `listedAt` is what the list is ordered by: since when it is where it is. */
export interface ListedProposal { summary: ProposalSummary, listedAt: Date }

export interface ReadingStore {
  /** Latest step first, then by id. One query. To the office a returned one has the title that was submitted. */
  list(db: Knex, reader: Reader, filter: {
    side: ProposalSide, stage: ProposalStage | undefined, words: readonly string[], before: { at: Date, id: string } | undefined, limit: number,
  }): Promise<ListedProposal[]>
  /** The first `limit` of each stage for the bodies whose office the reader is; late ones first, then the longest waiting. One query. */
  board(db: Knex, reader: Reader, limit: number): Promise<{ stage: BoardStage, count: number, late: number, summary: ProposalSummary }[]>
  summary(db: Knex, reader: Reader, proposalId: string, side: ProposalSide): Promise<ProposalSummary | undefined>
  steps(db: Knex, proposalId: string): Promise<ProposalStep[]>
  /** In the order of their kinds, then as they came; with those that were taken away. */
  documents(db: Knex, proposalId: string): Promise<(ProposalDocument & { there: boolean })[]>
  submissions(db: Knex, proposalId: string): Promise<(Omit<Submission, 'documents'> & { documentIds: string[] })[]>
  /** Every decision on how it is dealt with, oldest first. */
  dealings(db: Knex, proposalId: string): Promise<Dealing[]>
  /** Every place on an agenda of its body, oldest first. */
  placements(db: Knex, reader: Reader, proposalId: string): Promise<Placement[]>
  /** The bodies that exist today, by name. */
  bodies(db: Knex, on: Day): Promise<{ id: string, name: string }[]>
  /** The bodies whose office the reader is. */
  offices(db: Knex, reader: Reader): Promise<{ id: string, name: string }[]>
}

export interface ReadingDeps {
  db: Knex
  access: ProposalAccessTo
  store: ReadingStore & Pick<CheckingStore, 'checks'> & Pick<ProposalsStore, 'unitOf'>
  kinds: Kinds
  people(ids: readonly string[]): Promise<Person[]>
  now: () => Date
}

/** How many of each stage the board shows. */
const BOARD_ROWS = 12

/** What the people of a unit and the office of a body see of proposals. Every reading takes as many queries, however much there is. */
export function createReading({ db, access, store, kinds, people, now }: ReadingDeps) {
  const readerOf = ({ personId }: Caller): Reader => ({ personId, on: localDay(now()) })

  /** Null for a kind that has ended since the draft was begun. */
  async function kindOf(kindId: string, version: number | null) {
    return version === null ? (await kinds.inForce()).find((kind) => kind.kindId === kindId) ?? null : await kinds.kind(kindId, version)
  }

  return {
    async form(caller: Caller) {
      const reader = readerOf(caller)
      const [unit, bodies, offices] = await Promise.all([
        store.unitOf(db, reader.personId, reader.on), store.bodies(db, reader.on), store.offices(db, reader),
      ])
      return { unit: unit ?? null, bodies, offices }
    },

    async list(caller: Caller, filter: {
      side: ProposalSide, stage?: ProposalStage | undefined, search?: string | undefined, before?: string | undefined, limit: number,
    }): Promise<{ proposals: ProposalSummary[], next: string | null }> {
      const [at, id] = filter.before?.split('~') ?? []
      const rows = await store.list(db, readerOf(caller), {
        side: filter.side, stage: filter.stage, words: foldedWords(filter.search ?? ''), limit: filter.limit + 1,
        before: at === undefined ? undefined : { at: new Date(at), id: id ?? LAST_ID },
      })
      const page = rows.slice(0, filter.limit)
      const last = page.at(-1)
      const next = rows.length > page.length && last ? `${last.listedAt.toISOString()}~${last.summary.id}` : null
      return { proposals: page.map(({ summary }) => summary), next }
    },

    async board(caller: Caller) {
      const rows = await store.board(db, readerOf(caller), BOARD_ROWS)
      const columns = boardStages.map((stage) => {
        const own = rows.filter((row) => row.stage === stage)
        return { stage, count: own[0]?.count ?? 0, late: own[0]?.late ?? 0, proposals: own.map(({ summary }) => summary) }
      })
      return { columns }
    },

    /** Throws `proposalNotFound`. */
    async get(proposalId: string, caller: Caller): Promise<ProposalDetail> {
      const found = await access.accessTo(proposalId, caller)
      const { proposal, sides } = found
      const reader = readerOf(caller)
      const side = sides.includes('unit') ? 'unit' : 'office'
      const { status, round } = proposal
      const checked = status === 'submitted' && side === 'unit' && !sides.includes('office') ? round - 1 : round
      const [summary, steps, kept, submissions, placements, dealings, checks, earlierChecks, kind] = await Promise.all([
        store.summary(db, reader, proposalId, side), store.steps(db, proposalId), store.documents(db, proposalId),
        store.submissions(db, proposalId), store.placements(db, reader, proposalId), store.dealings(db, proposalId),
        store.checks(db, proposalId, checked), store.checks(db, proposalId, checked - 1), kindOf(proposal.content.kindId, proposal.kindVersion),
      ])
      if (!summary) throw new Error('a proposal without a summary')
      const handedIn = submissions.map(({ documentIds, ...submission }): Submission => (
        { ...submission, documents: kept.filter(({ documentId }) => documentIds.includes(documentId)) }
      ))
      // What the unit is writing is not yet the office's to read.
      const submitted = side === 'office' && (status === 'returned' || status === 'withdrawn') ? handedIn.at(-1) : undefined
      const content = submitted?.content ?? proposal.content
      const known = await people([...new Set([
        proposal.editedBy, proposal.checkerId, content.presenterId, ...handedIn.map((one) => one.content.presenterId),
        ...[...steps, ...checks, ...earlierChecks, ...dealings, ...dealings.flatMap(({ ended }) => ended ?? [])].map(({ actorId }) => actorId),
      ].filter((id) => id !== null))])
      return {
        ...summary, sides: [...sides], may: actsOf(found),
        version: proposal.version, editedAt: proposal.editedAt.toISOString(), editedBy: proposal.editedBy, round,
        content,
        documents: submitted?.documents ?? kept.filter(({ there }) => there),
        kind, checks, earlierChecks, steps, placements, dealings, people: known,
        before: (status === 'returned' && side === 'unit' ? handedIn.at(-1) : handedIn.at(-2)) ?? null,
      }
    },
  }
}

export type Reading = ReturnType<typeof createReading>

/** Sorts after every id. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
