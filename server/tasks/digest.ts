import type { Knex } from 'knex'
import { addDays, localDay, type Day } from '../../protocol/calendar.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { Caller } from '../platform/contract.ts'

/** Somebody's open tasks: those that they or their unit lead, and for an office those of its body that are overdue. */
export interface DigestLine { personId: string, part: 'own' | 'office', taskId: string, what: string, dueOn: Day, late: boolean, reported: boolean }

export interface DigestStore {
  /** False where this week's was sent. */
  begin(trx: Knex.Transaction, week: Day, at: Date): Promise<boolean>
  /** Of everybody who wants a digest, by person and day. One query. */
  lines(db: Knex, on: Day): Promise<DigestLine[]>
  finish(trx: Knex.Transaction, week: Day, people: number): Promise<void>
  wants(db: Knex, personId: string): Promise<boolean>
  setWants(db: Knex, personId: string, wants: boolean): Promise<void>
}

export interface DigestDeps {
  db: Knex
  store: DigestStore
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  /** Whether offices have opened on a working day. */
  haveOpened(at: Date): Promise<boolean>
  now: () => Date
}

/** So many tasks stand in a mail one by one; the rest as a number. */
const LISTED = 15

const dayOf = (day: Day) => day.split('-').toReversed().join('/')

/** The Monday of a day's week. */
export function weekOf(day: Day): Day {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return addDays(day, weekday === 0 ? -6 : 1 - weekday)
}

/**
 * The weekly digest: to each person one mail about the tasks that wait for them, on the first working day of a week once offices have
 * opened. Sent once a week, whoever looks how often.
 */
export function createDigest({ db, store, send, haveOpened, now }: DigestDeps) {
  function noticeOf(personId: string, week: Day, lines: readonly DigestLine[]): NewNotice {
    const own = lines.filter(({ part }) => part === 'own')
    const office = lines.filter(({ part }) => part === 'office')
    const late = own.filter((line) => line.late).length
    const listed = (some: readonly DigestLine[], lateMark: string, reportedMark: string, more: string) => [
      ...some.slice(0, LISTED).map((line) => `• ${dayOf(line.dueOn)}: ${line.what}${line.late ? ` (${lateMark})` : line.reported ? ` (${reportedMark})` : ''}`),
      ...some.length > LISTED ? [more.replace('{n}', String(some.length - LISTED))] : [],
    ].join('\n')
    const vi = [
      ...own.length ? [`Nhiệm vụ đang thực hiện: ${own.length}, trong đó quá hạn: ${late}.`, listed(own, 'quá hạn', 'chờ xác nhận', 'và {n} nhiệm vụ khác')] : [],
      ...office.length ? [`Cần văn phòng xử lý (quá hạn, trả lại, đề nghị gia hạn hoặc chờ xác nhận): ${office.length}.`, listed(office, 'quá hạn', 'chờ xác nhận', 'và {n} nhiệm vụ khác')] : [],
    ]
    const en = [
      ...own.length ? [`Tasks under way: ${own.length}, of these overdue: ${late}.`, listed(own, 'overdue', 'waits to be verified', 'and {n} more')] : [],
      ...office.length ? [`For the office to see to (overdue, handed back, an extension asked for, or to be verified): ${office.length}.`, listed(office, 'overdue', 'to be verified', 'and {n} more')] : [],
    ]
    return {
      personId, dedupeKey: `task digest ${week}`, topic: `tasks:digest`, kind: 'tasks.digest', link: '/tasks',
      words: { vi: { subject: `Nhiệm vụ trong tuần từ ngày ${dayOf(week)}`, paragraphs: vi }, en: { subject: `Tasks of the week of ${dayOf(week)}`, paragraphs: en } },
    }
  }

  return {
    async run(): Promise<void> {
      const at = now()
      if (!await haveOpened(at)) return
      const today = localDay(at)
      const week = weekOf(today)
      await db.transaction(async (trx) => {
        if (!await store.begin(trx, week, at)) return
        const people = Map.groupBy(await store.lines(trx, today), ({ personId }) => personId)
        await send(trx, [...people].map(([personId, lines]) => noticeOf(personId, week, lines)))
        await store.finish(trx, week, people.size)
      })
    },

    wants: (personId: string) => store.wants(db, personId),

    async setWants({ personId }: Caller, digest: boolean): Promise<{ digest: boolean }> {
      await store.setWants(db, personId, digest)
      return { digest }
    },
  }
}

export type TaskDigest = ReturnType<typeof createDigest>
