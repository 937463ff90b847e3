import type { Knex } from 'knex'
import type { RecipientChoice } from '../../protocol/issuing.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import type { Resolution, ResolutionStatus } from '../../protocol/resolutions.ts'
import type { Issued, IssuedAs, NewPaper } from '../issuing/issuing.ts'
import { refuseStamps } from '../issuing/issuing.ts'
import { ofBody, type PaperTx } from '../issuing/paper-tx.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { MeetingAccess, Permission } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { ResolutionTelling } from './telling.ts'

/** A resolution's present row. */
export interface ResolutionRow {
  id: string
  bodyId: string
  bodyName: string
  meetingId: string | null
  voteId: string | null
  opinionId: string | null
  decidedAt: Date
  status: ResolutionStatus
  version: number
  content: MinutesContent
  savedAt: Date
  reason: string | null
  /** By name. */
  approvedBy: string | null
  approvedAt: Date | null
  paperId: string | null
}

/** `reason` of a meeting is the id of an erasable text of its journal. */
export interface ResolutionChange {
  status?: ResolutionStatus, content?: MinutesContent, savedAt?: Date, approvedBy?: string, approvedAt?: Date, paperId?: string
  reasonText?: string | null, reason?: string | null
}

export interface NewResolution extends Pick<ResolutionRow, 'bodyId' | 'meetingId' | 'voteId' | 'opinionId' | 'decidedAt' | 'content'> { begunBy: string, at: Date }

/** Who signs, as the paper names them. */
export interface Signatory { personId: string, office: string }

export interface ResolutionsStore {
  find(db: Knex, resolutionId: string): Promise<ResolutionRow | undefined>
  /** As `find`, held until the end of the transaction. */
  lock(trx: Knex.Transaction, resolutionId: string): Promise<ResolutionRow | undefined>
  /** Those that nothing followed, by what decided them. One query. */
  of(db: Knex, of: { votes: readonly string[] } | { opinions: readonly string[] }): Promise<Map<string, Pick<ResolutionRow, 'id' | 'status' | 'paperId'>>>
  /** Holds the decision until the end of the transaction, so that it gets one resolution. */
  hold(trx: Knex.Transaction, decisionId: string): Promise<void>
  insert(trx: Knex.Transaction, resolution: NewResolution): Promise<string>
  /** Counts the version up, and gives it. */
  update(trx: Knex.Transaction, resolutionId: string, change: ResolutionChange): Promise<number>
  follow(trx: Knex.Transaction, resolutionId: string, at: Date): Promise<void>
  /** What the person is in the body on a day, if they are of its office. */
  officeRole(db: Knex, bodyId: string, personId: string, on: Date): Promise<'chair' | 'clerk' | undefined>
  /** Who signs for the meeting (who presided, else its chair), or for the body on that day. */
  signatory(db: Knex, of: { bodyId: string, meetingId: string | null }, on: Date): Promise<Signatory | null>
  meeting(db: Knex, meetingId: string): Promise<{ title: string, startsAt: string }>
}

export interface ResolutionsDeps {
  db: Knex
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: ResolutionsStore
  telling: ResolutionTelling
  issuing: {
    issue(tx: PaperTx, paper: NewPaper): Promise<Issued>
    latest(source: Knex, paperIds: readonly string[]): Promise<Map<string, IssuedAs>>
    usualOf(source: Knex, bodyId: string, kind: 'resolution'): Promise<Resolution['usual']>
  }
  now?: () => Date
}

type Role = 'chair' | 'clerk'
type Act = { key: string, version: number }
type Saved = { version: number, status: ResolutionStatus }

export const office = { scope: 'office' } as const
/** SHA-256, in hexadecimal, of the text as canonical JSON (RFC 8785): what the journal keeps of it. */
export const fingerprint = (content: MinutesContent): string => sha256(canonical(content)).toString('hex')

/** The one law of who may do what when. */
export function mayOf(role: Role, status: ResolutionStatus): Resolution['may'] {
  const chair = role === 'chair'
  return { edit: status === 'draft' || (chair && status === 'sent'), send: status === 'draft', decide: chair && status === 'sent', issue: status === 'approved' }
}

/** Resolutions from the draft to the issued paper, of meetings' votes and of opinions alike. */
export function createResolutions({ db, access, store, telling, issuing, now = () => new Date() }: ResolutionsDeps) {
  /** What the caller is for it: of its meeting, or of its body today. Throws `resolutionNotFound` for everybody else. */
  async function roleIn({ meetingId, bodyId }: Pick<ResolutionRow, 'meetingId' | 'bodyId'>, caller: Pick<Caller, 'personId'>, source: Knex): Promise<Role> {
    const role = meetingId === null
      ? await store.officeRole(source, bodyId, caller.personId, now())
      : await access.accessTo(meetingId, caller, source).then((found) => found.role, () => undefined)
    if (role !== 'chair' && role !== 'clerk') throw new AppError('resolutionNotFound')
    return role
  }

  async function find(resolutionId: string, caller: Pick<Caller, 'personId'>): Promise<{ row: ResolutionRow, role: Role }> {
    const row = await store.find(db, resolutionId)
    if (!row) throw new AppError('resolutionNotFound')
    return { row, role: await roleIn(row, caller, db) }
  }

  /**
   * Carries an act out that `mayOf` allows on the resolution as it is then. Throws `resolutionNotFound`, `forbiddenForResolution`
   * (what is the chair's), `resolutionChanged`, `resolutionStage`, `idempotencyKeyReused`.
   */
  async function change<T>(
    resolutionId: string, caller: Caller, act: keyof Resolution['may'], { key, version }: Act, asked: unknown, work: (tx: PaperTx, row: ResolutionRow) => Promise<T>,
  ): Promise<T> {
    const { row: { meetingId, bodyId } } = await find(resolutionId, caller)
    const held = async (tx: PaperTx) => {
      const row = await store.lock(tx.trx, resolutionId)
      if (!row) throw new AppError('resolutionNotFound')
      const role = await roleIn(row, caller, tx.trx)
      if (act === 'decide' && role !== 'chair') throw new AppError('forbiddenForResolution')
      if (row.version !== version) throw new AppError('resolutionChanged', { version: row.version, status: row.status })
      if (!mayOf(role, row.status)[act]) throw new AppError('resolutionStage', { status: row.status })
      return await work(tx, row)
    }
    if (meetingId === null) return await db.transaction((trx) => ofBody(trx, { bodyId, actorId: caller.personId, at: now() }, held))
    const everyOffice: Permission = ({ role }) => { if (role !== 'chair' && role !== 'clerk') throw new AppError('resolutionNotFound') }
    return await access.change(meetingId, caller, everyOffice, { key, fingerprint: [`resolutions.${act}`, resolutionId, version, asked] }, held)
  }

  const textsOf = ({ abstract, blocks }: MinutesContent) => [abstract, ...blocks.map(({ text }) => text)]

  return {
    find,

    /** Throws `resolutionNotFound`. */
    async get(resolutionId: string, caller: Caller): Promise<Resolution> {
      const { row, role } = await find(resolutionId, caller)
      const { savedAt, decidedAt, approvedAt, paperId, ...plain } = row
      const may = mayOf(role, row.status)
      return {
        ...plain, decidedAt: decidedAt.toISOString(), savedAt: savedAt.toISOString(), approvedAt: approvedAt?.toISOString() ?? null,
        paper: paperId === null ? null : (await issuing.latest(db, [paperId])).get(paperId) ?? null,
        usual: may.issue ? await issuing.usualOf(db, row.bodyId, 'resolution') : [], may,
      }
    },

    /**
     * Begins one, or gives the one that there is; where the paper of that was recalled, a new one follows it. The caller has asked
     * who may, and whether it was decided. To be called in the transaction of a meeting's command, or of `ofBody`.
     */
    async begin(tx: PaperTx, begun: Omit<NewResolution, 'at'>): Promise<string> {
      const decisionId = begun.voteId ?? begun.opinionId ?? ''
      await store.hold(tx.trx, decisionId)
      const before = (await store.of(tx.trx, begun.voteId === null ? { opinions: [decisionId] } : { votes: [decisionId] })).get(decisionId)
      if (before) {
        const paper = before.paperId === null ? undefined : (await issuing.latest(tx.trx, [before.paperId])).get(before.paperId)
        if (paper?.status !== 'recalled') return before.id
        await store.follow(tx.trx, before.id, tx.at)
      }
      const resolutionId = await store.insert(tx.trx, { ...begun, at: tx.at })
      const of = begun.voteId === null ? { opinionId: begun.opinionId } : { voteId: begun.voteId }
      tx.append({ kind: 'resolution.begun', data: { resolutionId, ...of, sha256: fingerprint(begun.content) }, audience: office })
      return resolutionId
    },

    /** Throws what `change` does, `paperSecret`. */
    save: (resolutionId: string, caller: Caller, { content, ...act }: Act & { content: MinutesContent }): Promise<Saved> =>
      change(resolutionId, caller, 'edit', act, fingerprint(content), async (tx, { status }) => {
        refuseStamps(textsOf(content))
        const version = await store.update(tx.trx, resolutionId, { content, savedAt: tx.at })
        tx.append({ kind: 'resolution.saved', data: { resolutionId, version, sha256: fingerprint(content) }, audience: office })
        return { version, status }
      }),

    /** Throws what `change` does. */
    send: (resolutionId: string, caller: Caller, act: Act): Promise<Saved> =>
      change(resolutionId, caller, 'send', act, null, async (tx, row) => {
        const version = await store.update(tx.trx, resolutionId, { status: 'sent', reasonText: null, reason: null })
        tx.append({ kind: 'resolution.sent', data: { resolutionId, version }, audience: office })
        await telling.sent(tx, row, version)
        return { version, status: 'sent' }
      }),

    /** Throws what `change` does, `paperSecret`. */
    decide: (resolutionId: string, caller: Caller, { approved, reason = '', ...act }: Act & { approved: boolean, reason?: string }): Promise<Saved> =>
      change(resolutionId, caller, 'decide', act, [approved, reason], async (tx, row) => {
        refuseStamps([reason])
        if (approved) {
          const version = await store.update(tx.trx, resolutionId, { status: 'approved', approvedBy: caller.personId, approvedAt: tx.at })
          tx.append({ kind: 'resolution.approved', data: { resolutionId, version, sha256: fingerprint(row.content) }, audience: office })
          await telling.approved(tx, row, version)
          return { version, status: 'approved' }
        }
        const text = await tx.text(reason)
        const version = await store.update(tx.trx, resolutionId, { status: 'draft', ...text ? { reasonText: text.$text } : { reason } })
        tx.append({ kind: 'resolution.returned', data: { resolutionId, version, reason: text }, audience: office })
        await telling.returned(tx, row, version, reason)
        return { version, status: 'draft' }
      }),

    /** Throws what `change` does, and what issuing does. */
    issue: (resolutionId: string, caller: Caller, { recipients, ...act }: Act & { recipients: readonly RecipientChoice[] }) =>
      change(resolutionId, caller, 'issue', act, recipients, async (tx, { bodyId, meetingId, voteId, content: { abstract, blocks } }) => {
        const signatory = await store.signatory(tx.trx, { bodyId, meetingId }, tx.at)
        const { paperId, written: number } = await issuing.issue(tx, {
          bodyId, kind: 'resolution', abstract, recipients,
          content: {
            blocks: blocks.map(({ kind, text }) => ({ kind, text })), chairId: signatory?.personId ?? null, clerkId: null, chairOffice: signatory?.office ?? '',
            ...meetingId === null ? {} : { meeting: await store.meeting(tx.trx, meetingId) },
          },
        })
        await store.update(tx.trx, resolutionId, { status: 'issued', paperId })
        tx.append({ kind: 'resolution.issued', data: { resolutionId, ...voteId === null ? {} : { voteId }, paperId, number }, audience: { scope: 'whole' } })
        return { paperId, number }
      }),
  }
}

export type Resolutions = ReturnType<typeof createResolutions>
