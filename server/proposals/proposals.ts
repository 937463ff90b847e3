import type { Knex } from 'knex'
import { addWorkingDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { ProposalKind } from '../../protocol/proposal-kinds.ts'
import type { ProposalContent, ProposalHolder, ProposalStep } from '../../protocol/proposals.ts'
import type { SecretMatter } from '../../protocol/secrecy.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { may, type Proposal, type ProposalAccessTo } from './access.ts'
import type { Kinds } from './kinds.ts'

type Open<T> = T & { secrecy: 'none' }
type Saved = { proposalId: string, version: number }

export interface NewStep {
  kind: ProposalStep['kind']
  actorId: string
  at: Date
  reason: string
  holder: ProposalHolder
  dueOn: Day | null
}

/** Changes are made under the lock of the proposal. */
export interface ProposalsStore {
  /** The draft that this person made under this key. */
  findCreation(db: Knex, creatorId: string, key: string): Promise<Saved | undefined>
  /** Inserts a draft with a matter of its own; undefined when the key was used, and then the matter is to be undone. */
  insert(
    trx: Knex.Transaction, draft: { unitId: string, content: ProposalContent, creatorId: string, key: string, at: Date },
  ): Promise<Saved | undefined>
  /** Counts the version up. */
  update(trx: Knex.Transaction, proposalId: string, change: Partial<Omit<Proposal, 'id' | 'unitId' | 'version'>>): Promise<Saved>
  insertStep(trx: Knex.Transaction, proposalId: string, step: NewStep): Promise<void>
  /** Keeps what is handed in, with the documents that it has now. */
  insertSubmission(trx: Knex.Transaction, proposalId: string, round: number, content: ProposalContent, at: Date): Promise<void>
  /** The kinds of the documents that it has. */
  documentKinds(db: Knex, proposalId: string): Promise<string[]>
  /** Where the person works on that day. */
  unitOf(db: Knex, personId: string, on: Day): Promise<{ id: string, name: string } | undefined>
  /** Which of these there is not, on that day. */
  unknown(db: Knex, content: Pick<ProposalContent, 'bodyId' | 'presenterId'>, on: Day): Promise<'bodyNotFound' | 'personNotFound' | null>
}

/** The working calendar of the time to come; asked for before a transaction, which must not wait for a second connection. */
export type CalendarAhead = () => Promise<WorkingCalendar>

export interface ProposalsDeps {
  db: Knex
  access: ProposalAccessTo
  store: ProposalsStore
  kinds: Kinds
  calendarAhead: CalendarAhead
  now: () => Date
}

/** Undoes a draft whose key was used meanwhile. */
class KeyUsed extends Error {}

/** Throws `proposalSecret`. */
const requireUnstampedContent = ({ title, summary, legalBasis }: ProposalContent) => { requireUnstamped(title, summary, legalBasis) }

/** What a unit does with its proposals: draft, edit, submit, withdraw. */
export function createProposals({ db, access, store, kinds, calendarAhead, now }: ProposalsDeps) {
  async function requireKnown(source: Knex, content: ProposalContent): Promise<void> {
    const unknown = await store.unknown(source, content, localDay(now()))
    if (unknown) throw new AppError(unknown)
  }

  /** Throws `proposalIncomplete`, whose details name the fields and the kinds of documents. */
  async function requireComplete(trx: Knex.Transaction, { id, content }: Proposal, kind: ProposalKind, today: Day): Promise<void> {
    const fields = [
      ...(content.summary ? [] : ['summary']),
      ...(content.proposedOn !== null && content.proposedOn >= today ? [] : ['proposedOn']),
    ]
    const there = new Set(await store.documentKinds(trx, id))
    const documents = kind.required.filter((required) => !there.has(required))
    if (fields.length || documents.length) throw new AppError('proposalIncomplete', { fields, documents })
  }

  return {
    /** Throws `proposalSecret`, `unitNotFound` for who works in none, `bodyNotFound`, `proposalKindNotFound`, `personNotFound`. */
    async create(caller: Caller, body: Open<ProposalContent & { key: string }> | SecretMatter): Promise<Saved> {
      if (body.secrecy !== 'none') throw new AppError('proposalSecret')
      const { key, secrecy: _, ...content } = body
      requireUnstampedContent(content)
      const known = await store.findCreation(db, caller.personId, key)
      if (known) return known
      await requireKnown(db, content)
      await kinds.kind(content.kindId, null)
      const at = now()
      const unit = await store.unitOf(db, caller.personId, localDay(at))
      if (!unit) throw new AppError('unitNotFound')
      const made = await db.transaction(async (trx) => {
        const saved = await store.insert(trx, { unitId: unit.id, content, creatorId: caller.personId, key, at })
        if (!saved) throw new KeyUsed()
        await store.insertStep(trx, saved.proposalId, { kind: 'drafted', actorId: caller.personId, at, reason: '', holder: 'unit', dueOn: null })
        return saved
      }).catch((error: unknown) => {
        if (error instanceof KeyUsed) return undefined
        throw error
      })
      const saved = made ?? await store.findCreation(db, caller.personId, key)
      if (!saved) throw new Error('a draft was neither made nor found')
      return saved
    },

    /** Throws what `access.change` does, `proposalSecret`, `bodyNotFound`, `proposalKindNotFound`, `personNotFound`. */
    async change(proposalId: string, caller: Caller, body: Open<ProposalContent & { version: number }> | SecretMatter): Promise<Saved> {
      if (body.secrecy !== 'none') throw new AppError('proposalSecret')
      const { version, secrecy: _, ...content } = body
      return await access.change(proposalId, caller, may.edit, version, async (trx, { proposal }, at) => {
        requireUnstampedContent(content)
        await requireKnown(trx, content)
        if (proposal.round > 0 && content.bodyId !== proposal.content.bodyId) {
          throw new AppError('badRequest', { issues: [{ path: 'body.bodyId', message: 'stays as it was first submitted' }] })
        }
        const otherKind = content.kindId !== proposal.content.kindId
        const kind = otherKind ? await kinds.kind(content.kindId, null, trx) : undefined
        const kindVersion = kind && proposal.round > 0 ? { kindVersion: kind.version } : {}
        return await store.update(trx, proposalId, { content, ...kindVersion, editedAt: at, editedBy: caller.personId })
      })
    },

    /** Throws what `access.change` does, `proposalIncomplete`, `proposalKindNotFound`. */
    async submit(proposalId: string, caller: Caller, version: number): Promise<Saved> {
      const calendar = await calendarAhead()
      return await access.change(proposalId, caller, may.submit, version, async (trx, { proposal }, at) => {
        const kind = await kinds.kind(proposal.content.kindId, proposal.kindVersion, trx)
        const today = localDay(at)
        await requireComplete(trx, proposal, kind, today)
        const round = proposal.round + 1
        const dueOn = addWorkingDays(today, kind.checkDays, calendar)
        const saved = await store.update(trx, proposalId, {
          status: 'submitted', round, kindVersion: kind.version, since: at, dueOn, checkerId: null, editedAt: at, editedBy: caller.personId,
        })
        await store.insertSubmission(trx, proposalId, round, proposal.content, at)
        await store.insertStep(trx, proposalId, { kind: 'submitted', actorId: caller.personId, at, reason: '', holder: 'office', dueOn })
        return saved
      })
    },

    /** For good. Throws what `access.change` does, `proposalSecret`. */
    withdraw: (proposalId: string, caller: Caller, { version, reason }: { version: number, reason: string }) =>
      access.change(proposalId, caller, may.withdraw, version, async (trx, _, at): Promise<Saved> => {
        requireUnstamped(reason)
        const saved = await store.update(trx, proposalId, {
          status: 'withdrawn', since: at, dueOn: null, editedAt: at, editedBy: caller.personId,
        })
        await store.insertStep(trx, proposalId, { kind: 'withdrawn', actorId: caller.personId, at, reason, holder: 'none', dueOn: null })
        return saved
      }),
  }
}

export type Proposals = ReturnType<typeof createProposals>
