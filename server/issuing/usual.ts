import type { Knex } from 'knex'
import type { PaperKind } from '../../protocol/issuing-entries.ts'
import type { NamedRecipient, RecipientChoice } from '../../protocol/issuing.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Delivering } from './delivering.ts'

export interface UsualStore {
  usual(db: Knex, bodyId: string, kind: PaperKind): Promise<{ recipients: RecipientChoice[], version: number } | null>
  /** False where it is another version by now. */
  setUsual(trx: Knex.Transaction, bodyId: string, kind: PaperKind, recipients: readonly RecipientChoice[], version: number): Promise<boolean>
}

export interface UsualDeps {
  db: Knex
  store: UsualStore
  delivering: Pick<Delivering, 'named' | 'known'>
  /** Throws `bodyNotFound` for who is not of the office of a body. */
  requireOffice(bodyId: string, caller: Caller): Promise<void>
}

export interface UsualRecipients { recipients: NamedRecipient[], version: number }

/** To whom papers of a kind usually go: set by the office of the body. */
export function createUsualRecipients({ db, store, delivering, requireOffice }: UsualDeps) {
  async function usualOf(bodyId: string, kind: PaperKind): Promise<UsualRecipients> {
    const kept = await store.usual(db, bodyId, kind)
    if (!kept) return { recipients: [], version: 0 }
    return { recipients: await delivering.known(db, kept.recipients), version: kept.version }
  }

  return {
    /** Throws `bodyNotFound`. */
    async get(bodyId: string, kind: PaperKind, caller: Caller): Promise<UsualRecipients> {
      await requireOffice(bodyId, caller)
      return await usualOf(bodyId, kind)
    },

    /** Throws `bodyNotFound`, `recipientUnknown`, `recipientsFull`, `recipientsChanged` (details `version`). */
    async set(
      bodyId: string, kind: PaperKind, caller: Caller, { recipients, version }: { recipients: readonly RecipientChoice[], version: number },
    ): Promise<UsualRecipients> {
      await requireOffice(bodyId, caller)
      await db.transaction(async (trx) => {
        const named = await delivering.named(trx, recipients)
        if (!await store.setUsual(trx, bodyId, kind, named.map(({ to }) => to), version)) {
          throw new AppError('recipientsChanged', { version: (await store.usual(trx, bodyId, kind))?.version ?? 0 })
        }
        const data = { kind, version: version + 1, count: named.length }
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId, action: 'recipients.changed', data })
      })
      return await usualOf(bodyId, kind)
    },
  }
}

export type UsualRecipientsBook = ReturnType<typeof createUsualRecipients>
