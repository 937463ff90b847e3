import type { Knex } from 'knex'
import type { PaperKind } from '../../protocol/issuing-entries.ts'
import { MAX_RECIPIENTS, type NamedRecipient, type RecipientChoice } from '../../protocol/issuing.ts'
import type { Notices } from '../notices/notices.ts'
import { AppError } from '../platform/error.ts'
import type { Jobs } from '../platform/jobs.ts'
import type { PaperTx } from './paper-tx.ts'
import { ended, issued, type ToldPaper } from './words.ts'

/** The queue of mails to recipients who are not in the product. */
export const PAPER_MAIL = 'issuing.mail'

export interface DeliveringStore {
  /** Names of people and units; what is unknown, or may no longer sign in, is left out. */
  names(db: Knex, ids: { people: readonly string[], units: readonly string[] }): Promise<Map<string, string>>
  usual(db: Knex, bodyId: string, kind: PaperKind): Promise<{ recipients: RecipientChoice[], version: number } | null>
  /** Those who did not have the paper yet. */
  insertRecipients(trx: Knex.Transaction, paperId: string, recipients: readonly RecipientChoice[], at: Date): Promise<RecipientChoice[]>
  countRecipients(db: Knex, paperId: string): Promise<number>
  /** Who reads what came to these people and units: themselves, and who works in a unit, or in the one it went into, on that day. */
  readers(db: Knex, recipients: { people: readonly string[], units: readonly string[] }, on: Date): Promise<string[]>
  recipientsOf(db: Knex, paperId: string): Promise<{ people: string[], units: string[] }>
  told(db: Knex, paperId: string): Promise<ToldPaper>
  /** Sets the mails of a paper to tell this. Returns how many. */
  queueMails(trx: Knex.Transaction, paperId: string, news: 'recalled' | 'replaced', at: Date): Promise<number>
}

export interface DeliveringDeps {
  store: DeliveringStore
  notices: Pick<Notices, 'send'>
  jobs: Jobs
}

const idOf = (to: RecipientChoice) => to.kind === 'person' ? to.personId : to.kind === 'unit' ? to.unitId : to.address.toLowerCase()

/** How papers come to their recipients: into the box of people and units with a notice, by mail to who is not in the product. */
export function createDelivering({ store, notices, jobs }: DeliveringDeps) {
  const idsOf = (recipients: readonly RecipientChoice[]) => ({
    people: recipients.flatMap((to) => to.kind === 'person' ? [to.personId] : []),
    units: recipients.flatMap((to) => to.kind === 'unit' ? [to.unitId] : []),
  })

  /** With their names, none twice. Throws `recipientUnknown` (details `index`), `recipientsFull`. */
  async function named(source: Knex, recipients: readonly RecipientChoice[]): Promise<NamedRecipient[]> {
    const single = [...new Map(recipients.map((to) => [idOf(to), to])).values()]
    if (single.length > MAX_RECIPIENTS) throw new AppError('recipientsFull', { limit: MAX_RECIPIENTS })
    if (!single.length) return []
    const names = await store.names(source, idsOf(single))
    return single.map((to) => {
      const name = to.kind === 'mail' ? to.name : names.get(idOf(to))
      if (name === undefined) throw new AppError('recipientUnknown', { index: recipients.indexOf(to) })
      return { to, name }
    })
  }

  return {
    named,

    /** As `named`, without those who left the directory since they were chosen. One query. */
    async known(source: Knex, recipients: readonly RecipientChoice[]): Promise<NamedRecipient[]> {
      const names = await store.names(source, idsOf(recipients))
      return recipients.flatMap((to) => {
        const name = to.kind === 'mail' ? to.name : names.get(idOf(to))
        return name === undefined ? [] : [{ to, name }]
      })
    },

    async usual(source: Knex, bodyId: string, kind: PaperKind): Promise<RecipientChoice[]> {
      return (await store.usual(source, bodyId, kind))?.recipients ?? []
    },

    /** Sends the paper, in the transaction that issues it or adds to its recipients; returns to how many new ones. */
    async send(tx: PaperTx, paper: ToldPaper, recipients: readonly NamedRecipient[]): Promise<number> {
      const { trx, at } = tx
      const already = await store.countRecipients(trx, paper.paperId)
      const added = await store.insertRecipients(trx, paper.paperId, recipients.map(({ to }) => to), at)
      if (already + added.length > MAX_RECIPIENTS) throw new AppError('recipientsFull', { limit: MAX_RECIPIENTS })
      if (!added.length) return 0
      const readers = await store.readers(trx, idsOf(added), at)
      await notices.send(trx, readers.map((personId) => ({
        personId, kind: 'issuing.issued', topic: `paper:${paper.paperId}`, dedupeKey: `issuing.issued:${paper.paperId}`,
        link: `/papers/${paper.paperId}`, words: issued(paper),
      })))
      if (added.some(({ kind }) => kind === 'mail')) await jobs.wake(trx, PAPER_MAIL)
      const told = await Promise.all(added.map(async (to) => to.kind === 'mail'
        ? { kind: to.kind, name: await tx.text(to.name), address: await tx.text(to.address) }
        : to))
      tx.append({ kind: 'issuing.sent', audience: { scope: 'office' }, data: { paperId: paper.paperId, recipients: told } })
      return added.length
    },

    /** Tells everybody who has the paper that it is in force no longer. */
    async tellEnd(trx: Knex.Transaction, paperId: string, how: 'recalled' | 'replaced', at: Date): Promise<void> {
      const [paper, recipients] = [await store.told(trx, paperId), await store.recipientsOf(trx, paperId)]
      const readers = await store.readers(trx, recipients, at)
      await notices.send(trx, readers.map((personId) => ({
        personId, kind: `issuing.${how}`, topic: `paper:${paperId}`, dedupeKey: `issuing.ended:${paperId}`, link: `/papers/${paperId}`,
        words: ended(paper, how),
      })))
      if (await store.queueMails(trx, paperId, how, at)) await jobs.wake(trx, PAPER_MAIL)
    },
  }
}

export type Delivering = ReturnType<typeof createDelivering>
