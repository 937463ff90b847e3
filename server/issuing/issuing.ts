import type { Knex } from 'knex'
import { symbolOf } from '../../protocol/bodies.ts'
import { localDay } from '../../protocol/calendar.ts'
import type { Person } from '../../protocol/identity.ts'
import type { PaperKind, PaperStatus } from '../../protocol/issuing-entries.ts'
import { writtenNumber, type RecipientChoice } from '../../protocol/issuing.ts'
import type { Audience } from '../../protocol/journal.ts'
import type { PaperTemplate } from '../../protocol/paper-templates.ts'
import { stampIn } from '../../protocol/secrecy.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import { AppError } from '../platform/error.ts'
import { composePaper, type PaperFacts } from './compose.ts'
import { officialYear } from './dates.ts'
import type { Delivering } from './delivering.ts'
import type { Paper, PaperBlock } from './paper.ts'
import type { PaperTx } from './paper-tx.ts'
import type { PaperStyle } from './template.ts'

/**
 * What is said in a paper. Either its text, which the template in force sets with letterhead, formulas and signatures; or a
 * paper that its domain has set itself (`paper`), of which the frame alone is the template's.
 */
export type PaperContent = {
  /** Who signs, as the person named: the chair, and the clerk beside them where the template asks for both. */
  chairId: string | null
  clerkId: string | null
} & ({
  blocks: readonly PaperBlock[]
  /** What stands above the chair's name, as `Bí thư Tỉnh uỷ`. */
  chairOffice?: string
  meeting?: PaperFacts['meeting']
  foot?: string | null
} | { paper: Omit<Paper, 'frame' | 'number' | 'date' | 'draft' | 'symbol'> })

export interface NewPaper {
  bodyId: string
  kind: PaperKind
  /** Trích yếu. */
  abstract: string
  content: PaperContent
  /** Left out: the body's usual recipients of this kind. */
  recipients?: readonly RecipientChoice[]
  /** Who of the meeting is told of it and may read it; left out: who takes part in the whole meeting. */
  audience?: Audience
  /** The paper that it takes the place of, and why: that one is marked as replaced. */
  replaces?: { paperId: string, reason: string }
}

/** A paper of the register, as those show it who made it. */
export interface IssuedAs { paperId: string, written: string, status: PaperStatus, at: string }

export interface Issued { paperId: string, number: number, symbol: string, written: string }

/** What is kept of a paper that was issued. */
export interface NewPaperRow {
  bodyId: string
  meetingId: string | null
  kind: PaperKind
  year: number
  number: number
  style: PaperStyle
  symbol: string
  abstract: string
  issuedAt: Date
  issuedBy: string | null
  audience: Audience
  content: Paper
  chairId: string | null
  clerkId: string | null
  replacesId: string | null
}

export interface IssuingStore {
  /**
   * The next number of a series; whoever asks for the same waits until this transaction ends. Numbers that it does not keep go
   * to the next.
   */
  takeNumber(trx: Knex.Transaction, bodyId: string, kind: PaperKind, year: number): Promise<number>
  insertPaper(trx: Knex.Transaction, paper: NewPaperRow): Promise<string>
  /** The paper if it is in force still; then it is held until the end of the transaction. */
  lockInForce(
    trx: Knex.Transaction, paperId: string,
  ): Promise<{ bodyId: string, meetingId: string | null, kind: PaperKind, audience: Audience | null, written: string } | null>
  /** Whether the paper was recalled; then it is held until the end of the transaction. */
  lockRecalled(trx: Knex.Transaction, paperId: string): Promise<boolean>
  /** The number that the next paper of a series would have. */
  nextNumber(db: Knex, bodyId: string, kind: PaperKind, year: number): Promise<number>
  /** Undefined where there is no such paper. */
  content(db: Knex, paperId: string): Promise<Paper | null | undefined>
  /** Each of these papers, or the last of those that took its place, by the id that was asked for. One query. */
  latest(db: Knex, paperIds: readonly string[]): Promise<Map<string, IssuedAs>>
  end(trx: Knex.Transaction, paperId: string, status: 'recalled' | 'replaced', reason: string, at: Date): Promise<void>
}

export interface IssuingDeps {
  store: IssuingStore
  delivering: Delivering
  /** The template in force on a day. */
  templateFor(source: Knex, style: PaperStyle, kind: PaperKind, day: string): Promise<PaperTemplate>
  /** These read over `trx`, so that a command never waits for a second connection. */
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly BodyRecord[]>
  people(ids: readonly string[], trx?: Knex): Promise<readonly Person[]>
}

/** The kinds as the rules of a body name their symbols. */
export const symbolKinds = { minutes: 'minutes', conclusionNotice: 'conclusion', resolution: 'resolution', invitation: 'invitation', report: 'report' } as const

/** Throws `paperSecret` where a text carries the stamp of a degree of secrecy: it is asked about, and nothing is issued here. */
export function refuseStamps(texts: readonly string[]): void {
  for (const text of texts) {
    const stamp = stampIn(text)
    if (stamp !== null) throw new AppError('paperSecret', { stamp })
  }
}

const textsOf = (blocks: readonly PaperBlock[]) => blocks.flatMap((block) => block.kind === 'table' ? block.rows.flat() : [block.text])

/** Issues official papers: numbered, written into the journal and on their way in the transaction of who calls. */
export function createIssuing({ store, delivering, templateFor, bodies, people }: IssuingDeps) {
  /** Without number and date. */
  async function setPaper(source: Knex, body: BodyRecord, wanted: Pick<NewPaper, 'kind' | 'abstract' | 'content'>, names: readonly string[], at: Date): Promise<Paper> {
    const { kind, abstract, content } = wanted
    const { letterhead } = body
    const symbol = symbolOf(body, symbolKinds[kind])
    const template = await templateFor(source, letterhead.style, kind, localDay(at))
    if ('paper' in content) return { ...content.paper, frame: template.frame, symbol, number: null, date: null, draft: true }
    const ids = [content.chairId, content.clerkId].filter((id) => id !== null)
    const known = new Map((await people(ids, source)).map((person) => [person.id, person.fullName]))
    const nameOf = (id: string | null) => id === null ? null : known.get(id) ?? null
    return composePaper(template, {
      letterhead, symbol, body: body.name, abstract, blocks: content.blocks, chair: nameOf(content.chairId), clerk: nameOf(content.clerkId),
      chairOffice: content.chairOffice ?? '', meeting: content.meeting ?? null, recipients: names, foot: content.foot ?? null,
    })
  }

  async function bodyOf(source: Knex, bodyId: string): Promise<BodyRecord> {
    const [body] = await bodies([bodyId], source)
    if (!body) throw new AppError('bodyNotFound')
    return body
  }

  /** Those who were chosen; else the usual ones, without who left the directory since: nothing waits for a list to be mended. */
  const addressed = async (source: Knex, { bodyId, kind, recipients }: Pick<NewPaper, 'bodyId' | 'kind' | 'recipients'>) =>
    recipients ? await delivering.named(source, recipients) : await delivering.known(source, await delivering.usual(source, bodyId, kind))

  return {
    nextNumber: store.nextNumber,
    templateFor,
    latest: store.latest,

    /** A paper as it was issued, for the domain that made it and has asked who may. Throws `paperNotFound`, `paperWithoutFile`. */
    async paper(source: Knex, paperId: string): Promise<Paper> {
      const content = await store.content(source, paperId)
      if (content === undefined) throw new AppError('paperNotFound')
      if (content === null) throw new AppError('paperWithoutFile')
      return content
    },

    /** Whether a paper is neither recalled nor replaced; one that is in force is held until the end of the transaction. */
    isInForce: async (trx: Knex.Transaction, paperId: string): Promise<boolean> => await store.lockInForce(trx, paperId) !== null,

    /** Whether a paper was recalled, and not replaced; one that was is held until the end of the transaction. */
    isRecalled: (trx: Knex.Transaction, paperId: string): Promise<boolean> => store.lockRecalled(trx, paperId),

    /** A paper as it would be issued now, marked as a draft: for whoever shows one before. Its recipients by name. */
    async draft(source: Knex, wanted: Pick<NewPaper, 'bodyId' | 'kind' | 'abstract' | 'content' | 'recipients'>, at: Date): Promise<Paper> {
      const body = await bodyOf(source, wanted.bodyId)
      const to = await addressed(source, wanted)
      return setPaper(source, body, wanted, to.map(({ name }) => name), at)
    },

    /**
     * Issues a paper: takes the next number of its register, keeps the paper as it is, sends it to its recipients, and writes
     * `issuing.issued` and `issuing.sent`, all in the caller's transaction; of no meeting, `ofBody` gives one. Throws `paperSecret`, `recipientUnknown`,
     * `recipientsFull`, and `paperNotInForce` where what it is to replace no longer is.
     */
    async issue(tx: PaperTx, wanted: NewPaper): Promise<Issued> {
      const { bodyId, kind, abstract, content, replaces } = wanted
      refuseStamps([abstract, ...'blocks' in content ? textsOf(content.blocks) : textsOf(content.paper.body)])
      const body = await bodyOf(tx.trx, bodyId)
      const before = replaces ? await store.lockInForce(tx.trx, replaces.paperId) : null
      if (replaces && (!before || before.bodyId !== bodyId)) throw new AppError('paperNotInForce')
      const recipients = await addressed(tx.trx, wanted)
      const paper = await setPaper(tx.trx, body, wanted, recipients.map(({ name }) => name), tx.at)

      const year = officialYear(tx.at.toISOString())
      const { style } = body.letterhead
      const symbol = paper.symbol
      const audience: Audience = wanted.audience ?? before?.audience ?? { scope: 'whole' }
      const number = await store.takeNumber(tx.trx, bodyId, kind, year)
      const kept: Paper = { ...paper, number, date: tx.at.toISOString(), draft: false }
      const paperId = await store.insertPaper(tx.trx, {
        bodyId, meetingId: tx.meetingId, kind, year, number, style, symbol, abstract, issuedAt: tx.at, issuedBy: tx.actorId, audience,
        content: kept, chairId: content.chairId, clerkId: content.clerkId, replacesId: replaces?.paperId ?? null,
      })
      const written = writtenNumber(number, { style, symbol })
      tx.append({
        kind: 'issuing.issued', audience,
        data: {
          paperId, paper: kind, number: written, abstract: await tx.text(abstract), sha256: sha256(canonical(kept)).toString('hex'),
          replaces: replaces?.paperId ?? null,
        },
      })
      if (replaces) {
        await store.end(tx.trx, replaces.paperId, 'replaced', replaces.reason, tx.at)
        tx.append({
          kind: 'issuing.replaced', audience,
          data: { paperId: replaces.paperId, byPaperId: paperId, by: written, reason: await tx.text(replaces.reason) },
        })
        await delivering.tellEnd(tx.trx, replaces.paperId, 'replaced', tx.at)
      }
      const told = { paperId, kind, written, abstract, body: body.name }
      await delivering.send(tx, told, recipients)
      return { paperId, number, symbol, written }
    },

    /**
     * Recalls a paper, told by the journal of its meeting where it has one; whoever calls has asked who may. Throws `paperNotInForce`.
     */
    async recall(tx: PaperTx, paperId: string, reason: string): Promise<void> {
      const paper = await store.lockInForce(tx.trx, paperId)
      if (!paper) throw new AppError('paperNotInForce')
      await store.end(tx.trx, paperId, 'recalled', reason, tx.at)
      tx.append({ kind: 'issuing.recalled', audience: paper.audience ?? { scope: 'whole' }, data: { paperId, reason: await tx.text(reason) } })
      await delivering.tellEnd(tx.trx, paperId, 'recalled', tx.at)
    },
  }
}

export type Issuing = ReturnType<typeof createIssuing>
