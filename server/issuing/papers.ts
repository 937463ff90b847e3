import type { Knex } from 'knex'
import type { PaperKind, PaperStatus } from '../../protocol/issuing-entries.ts'
import type { PaperView, ReceivedPaper, Recipient, RecipientChoice, RegisterEntry } from '../../protocol/issuing.ts'
import type { Audience } from '../../protocol/journal.ts'
import type { Journal, RunOptions } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Delivering } from './delivering.ts'
import type { Issued, Issuing, NewPaper } from './issuing.ts'
import type { Paper, OwnBlock } from './paper.ts'
import { ofBody, type PaperTx } from './paper-tx.ts'
import type { Position } from './positions.ts'
import type { ToldPaper } from './words.ts'

/** A paper with what a person has to do with it. */
export interface FoundPaper {
  entry: RegisterEntry
  content: Paper | null
  chairId: string | null
  clerkId: string | null
  signedSha256: string | null
  /** Who of its meeting is told of it. */
  audience: Audience | null
  recall: { reason: string, at: Date } | null
  signatures: { signerId: string, signedAt: Date, certificate: { subject: string, issuer: string, selfSigned: boolean } }[]
  /** Chair or clerk of its body today, or of its meeting. */
  office: boolean
  /** Takes part in its meeting and is told of it there. */
  reader: boolean
  /** It came to the person, or to a unit where they work. */
  own: { openedAt: Date | null, confirmedAt: Date | null }[]
}

export interface PapersStore {
  /** Undefined where there is no such paper. */
  find(db: Knex, paperId: string, reader: { personId: string, on: Date }): Promise<FoundPaper | undefined>
  receipts(db: Knex, paperId: string): Promise<Recipient[]>
  markOpened(db: Knex, paperId: string, reader: { personId: string, on: Date }): Promise<void>
  /** When it was confirmed first, also by this one; null where it did not come to them. */
  confirm(db: Knex, paperId: string, reader: { personId: string, on: Date }): Promise<Date | null>
  received(
    db: Knex, reader: { personId: string, on: Date }, filter: { open: boolean, words: readonly string[] }, page: { after: Position | null, limit: number },
  ): Promise<{ paper: ReceivedPaper, position: Position }[]>
  recipientChoices(db: Knex, paperId: string): Promise<RecipientChoice[]>
  told(db: Knex, paperId: string): Promise<ToldPaper>
}

export interface PapersDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  store: PapersStore
  issuing: Pick<Issuing, 'issue' | 'recall'>
  delivering: Pick<Delivering, 'named' | 'known' | 'send'>
  people(ids: readonly string[], trx?: Knex): Promise<readonly { id: string, fullName: string }[]>
  /** Whether a key is configured for who signs a paper of this body. */
  hasKey(personId: string, bodyId: string): Promise<boolean>
  now?: () => Date
}

/** The kinds whose text is corrected here; the others are made, and replaced, by their meeting. */
const REPLACEABLE: readonly PaperKind[] = ['conclusionNotice', 'resolution']

export interface Signer { personId: string, side: 'left' | 'right', title: string, name: string | null }

/** Who signs a paper, each at their side. */
export function signersOf({ content, chairId, clerkId }: Pick<FoundPaper, 'content' | 'chairId' | 'clerkId'>): Signer[] {
  if (!content) return []
  const [left, right] = content.signatures
  const sides = [['left', left, 'clerk'], ['right', right, 'chair']] as const
  const signers = sides.flatMap(([side, signature, usual]): Signer[] => {
    if (!signature) return []
    const personId = (signature.who ?? usual) === 'chair' ? chairId : clerkId
    return personId === null ? [] : [{ personId, side, title: signature.title, name: signature.name }]
  })
  // Who presides and takes the minutes alone signs once.
  return signers.filter(({ personId }, index) => signers.findLastIndex((one) => one.personId === personId) === index)
}

function requireInForce(status: PaperStatus): void {
  if (status !== 'issued') throw new AppError('paperNotInForce', { status })
}

/** Issued papers for those who have to do with them; to everybody else they do not exist. */
export function createPapers(deps: PapersDeps) {
  const { db, journal, store, issuing, delivering, people, hasKey, now = () => new Date() } = deps
  const readerOf = ({ personId }: Pick<Caller, 'personId'>) => ({ personId, on: now() })

  /** Throws `paperNotFound` alike for one that does not exist and one that is others'. */
  async function accessTo(paperId: string, caller: Pick<Caller, 'personId'>, source: Knex = db): Promise<FoundPaper> {
    const found = await store.find(source, paperId, readerOf(caller))
    const signer = found !== undefined && signersOf(found).some(({ personId }) => personId === caller.personId)
    if (!found || !(found.office || signer || found.reader || found.own.length)) throw new AppError('paperNotFound')
    return found
  }

  /** Throws `paperNotFound`, `forbiddenForPaper`. */
  async function managed(paperId: string, caller: Caller, source: Knex = db): Promise<FoundPaper> {
    const found = await accessTo(paperId, caller, source)
    if (!found.office) throw new AppError('forbiddenForPaper')
    return found
  }

  /**
   * Carries out an act upon a paper: in the journal of its meeting, or, of one that came of none, in the audit of its body; there
   * a key is of no use, and a repeat finds the paper as the first time left it.
   */
  async function run<T>({ entry: { meetingId, body } }: FoundPaper, options: RunOptions, act: (tx: PaperTx) => Promise<T>): Promise<T> {
    if (meetingId !== null) return await journal.run(meetingId, options, act)
    return await db.transaction((trx) => ofBody(trx, { bodyId: body.id, actorId: options.actorId, at: now() }, act))
  }

  function textOf({ entry, content }: FoundPaper): { abstract: string, blocks: OwnBlock[] } {
    if (!content?.own || !REPLACEABLE.includes(entry.kind)) throw new AppError('paperNotReplaceable', { kind: entry.kind })
    return { abstract: entry.abstract, blocks: content.own }
  }

  async function get(paperId: string, caller: Caller): Promise<PaperView> {
    let found = await accessTo(paperId, caller)
    if (found.own.some(({ openedAt }) => openedAt === null)) {
      await store.markOpened(db, paperId, readerOf(caller))
      found = await accessTo(paperId, caller)
    }
    const { entry, content, recall, office, own, signatures } = found
    const signers = signersOf(found)
    const inForce = entry.status === 'issued'
    const mine = signers.some(({ personId }) => personId === caller.personId)
    const done = signatures.some(({ signerId }) => signerId === caller.personId)
    return {
      ...entry,
      recall: recall && { reason: recall.reason, at: recall.at.toISOString() },
      signers: await shownSigners(signers, signatures),
      printable: content !== null,
      receipts: office ? await store.receipts(db, paperId) : null,
      own: own.length ? { confirmedAt: own.find(({ confirmedAt }) => confirmedAt)?.confirmedAt?.toISOString() ?? null } : null,
      may: {
        manage: office && inForce, replace: office && inForce && content?.own !== undefined && REPLACEABLE.includes(entry.kind),
        sign: done ? 'done' : !mine || !inForce ? 'no' : await hasKey(caller.personId, entry.body.id) ? 'ready' : 'noKey',
      },
    }
  }

  async function shownSigners(signers: readonly Signer[], signatures: FoundPaper['signatures']): Promise<PaperView['signers']> {
    const names = new Map((await people(signers.map(({ personId }) => personId))).map(({ id, fullName }) => [id, fullName]))
    return signers.map(({ personId, title, name }) => {
      const signed = signatures.find(({ signerId }) => signerId === personId)
      return {
        signerId: personId, name: name ?? names.get(personId) ?? '', title: title.split('\n').join(', '),
        signedAt: signed?.signedAt.toISOString() ?? null, certificate: signed?.certificate ?? null,
      }
    })
  }

  return {
    accessTo, managed, run, get,

    /** Those that came to the caller or to the units where they work. */
    received: (caller: Caller, filter: { open: boolean, words: readonly string[] }, page: { after: Position | null, limit: number }) =>
      store.received(db, readerOf(caller), filter, page),

    /** Throws `paperNotFound`, `notRecipient`. */
    async confirm(paperId: string, caller: Caller): Promise<{ confirmedAt: string }> {
      await accessTo(paperId, caller)
      const confirmedAt = await store.confirm(db, paperId, readerOf(caller))
      if (!confirmedAt) throw new AppError('notRecipient')
      return { confirmedAt: confirmedAt.toISOString() }
    },

    /** Throws `paperNotFound`, `forbiddenForPaper`, `paperNotInForce`, `recipientUnknown`, `recipientsFull`. */
    async send(paperId: string, caller: Caller, recipients: readonly RecipientChoice[]): Promise<{ added: number }> {
      const found = await managed(paperId, caller)
      requireInForce(found.entry.status)
      // What was issued on paper went to its recipients on paper.
      if (found.content === null) throw new AppError('paperWithoutFile')
      return await run(found, { actorId: caller.personId }, async (tx) => {
        requireInForce((await managed(paperId, caller, tx.trx)).entry.status)
        const named = await delivering.named(tx.trx, recipients)
        return { added: await delivering.send(tx, await store.told(tx.trx, paperId), named) }
      })
    },

    /** Throws `paperNotFound`, `forbiddenForPaper`, `paperNotInForce`. */
    async recall(paperId: string, caller: Caller, reason: string): Promise<void> {
      const found = await managed(paperId, caller)
      requireInForce(found.entry.status)
      await run(found, { actorId: caller.personId }, async (tx) => {
        await managed(paperId, caller, tx.trx)
        await issuing.recall(tx, paperId, reason)
      })
    },

    /** The text that a replacement begins with. Throws `paperNotFound`, `forbiddenForPaper`, `paperNotReplaceable`. */
    text: async (paperId: string, caller: Caller) => textOf(await managed(paperId, caller)),

    /** Throws as `recall`, and `paperNotReplaceable`, `paperSecret`, `idempotencyKeyReused`. */
    async replace(
      paperId: string, caller: Caller, change: { abstract: string, reason: string, blocks: readonly OwnBlock[], key: string },
    ): Promise<Pick<Issued, 'paperId' | 'written'>> {
      const found = await managed(paperId, caller)
      textOf(found)
      const { abstract, reason, blocks, key } = change
      const options = { actorId: caller.personId, key, fingerprint: ['issuing.replace', paperId, abstract, reason, blocks] }
      return await run(found, options, async (tx) => {
        const { entry, content, chairId, clerkId } = await managed(paperId, caller, tx.trx)
        const had = await delivering.known(tx.trx, await store.recipientChoices(tx.trx, paperId))
        const wanted: NewPaper = {
          bodyId: entry.body.id, kind: entry.kind, abstract, recipients: had.map(({ to }) => to), replaces: { paperId, reason },
          content: { chairId, clerkId, blocks, ...content?.facts },
        }
        const issued = await issuing.issue(tx, wanted)
        return { paperId: issued.paperId, written: issued.written }
      })
    },
  }
}

export type Papers = ReturnType<typeof createPapers>
