import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { Instance, NewEvent } from './access.ts'

export interface TellingStore {
  /** Who has the present step on that day: whom it was handed to, else who answers for it; of an office its clerks. */
  holdersOn(db: Knex, instanceId: string, on: Day): Promise<string[]>
  /** Who started it. */
  starter(db: Knex, instanceId: string): Promise<string | undefined>
}

type Say = [vi: string, en: string]
const subjects: Record<'arrived' | 'returned' | 'ended' | 'cancelled', Say> = {
  arrived: ['Hồ sơ đến bước của đồng chí', 'A file has come to your step'],
  returned: ['Hồ sơ được trả lại', 'A file was returned'],
  ended: ['Hồ sơ đã giải quyết xong', 'A file was completed'],
  cancelled: ['Hồ sơ đã bị huỷ', 'A file was cancelled'],
}

/** Beyond that, everybody of a large unit would be told what one of them does. */
const TOLD = 60

const dayOf = (day: Day) => day.split('-').toReversed().join('/')

/** Tells who has the step now, and at the end who started it, in the transaction of the event; who did it is told nothing. */
export function createTelling({ store, send }: { store: TellingStore, send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown> }) {
  return async (trx: Knex.Transaction, { id, title }: Pick<Instance, 'id' | 'title'>, { kind, actorId, at, note = '', dueOn }: NewEvent): Promise<void> => {
    if (kind === 'formSaved') return
    const over = kind === 'ended' || kind === 'cancelled'
    const people = over ? [await store.starter(trx, id)].filter((person) => person !== undefined) : await store.holdersOn(trx, id, localDay(at))
    // Who starts a file with a step of their own unit's has it in hand.
    if (kind === 'started' && people.includes(actorId)) return
    const [vi, en] = subjects[over || kind === 'returned' ? kind : 'arrived']
    const say = (subject: string, until: string) => ({
      subject, paragraphs: [dueOn === undefined ? `“${title}”` : `“${title}” (${until} ${dayOf(dueOn)})`, ...note ? [note] : []],
    })
    await send(trx, people.filter((personId) => personId !== actorId).slice(0, TOLD).map((personId): NewNotice => ({
      personId, dedupeKey: `procedure ${id} ${kind} ${at.getTime()}`, topic: `procedure:${id}`, kind: `procedures.${over || kind === 'returned' ? kind : 'arrived'}`,
      link: `/procedures/files/${id}`, words: { vi: say(vi, 'hạn'), en: say(en, 'due') },
    })))
  }
}
