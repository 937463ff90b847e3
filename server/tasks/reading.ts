import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { foldedWords } from '../../protocol/fold.ts'
import type { Person } from '../../protocol/identity.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { taskColumns, type TaskColumn, type TaskDetail, type TaskEvent, type TaskFilter, type TaskOrigin, type TaskSummary } from '../../protocol/tasks.ts'
import type { Sheet } from '../issuing/workbook.ts'
import type { Journal } from '../journal/journal.ts'
import { seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { actsOf, type Task, type TaskAccess, type TaskAccessTo } from './access.ts'
import type { EvidenceStore } from './evidence.ts'
import { taskSheet } from './workbook.ts'

/** Who reads, and on which day. */
export interface Reader { personId: string, on: Day }

export type Named = { id: string, name: string }
export type Wanted = Omit<TaskFilter, 'search'> & { words: readonly string[] }
/** A task as a table has it. */
export type ListedTask = TaskSummary & { product: string, coUnits: string[] }

export interface ReadingStore {
  /** By day, then by id. One query. */
  list(db: Knex, reader: Reader, filter: Wanted & { after: { dueOn: Day, id: string } | undefined, limit: number }): Promise<ListedTask[]>
  /** The first `limit` of each column; late ones first, then by day, closed ones the latest first. One query. */
  board(db: Knex, reader: Reader, filter: Wanted, limit: number): Promise<{ stage: TaskColumn, count: number, late: number, summary: TaskSummary }[]>
  summary(db: Knex, reader: Reader, taskId: string): Promise<TaskSummary | undefined>
  coUnits(db: Knex, taskId: string): Promise<Named[]>
  events(db: Knex, taskId: string): Promise<TaskEvent[]>
  /** The words of where it was decided; null where they were erased. `revised`: the conclusion was settled anew, at another version. */
  origin(db: Knex, task: Task): Promise<{
    meetingTitle: string | null, itemTitle: string | null, conclusion: string | null, revised: boolean, opinion: { id: string, title: string } | null
  }>
  form(db: Knex, reader: Reader): Promise<{ offices: Named[], bodies: Named[], unit: Named | null, units: Named[] }>
}

export interface ReadingDeps {
  db: Knex
  access: TaskAccessTo
  store: ReadingStore & Pick<EvidenceStore, 'documents'>
  meetings: Pick<MeetingAccess, 'accessTo'>
  journal: Pick<Journal, 'state'>
  people(ids: readonly string[]): Promise<Person[]>
  /** Whether the person gets the weekly digest. */
  wantsDigest(personId: string): Promise<boolean>
  now: () => Date
}

/** How many of each stage a board shows, and how many a workbook takes. */
const BOARD_ROWS = 12
const WORKBOOK_ROWS = 5000

const wantedOf = ({ search, ...filter }: TaskFilter): Wanted => ({ ...filter, words: foldedWords(search ?? '') })

/** What people see of tasks. Lists and boards take one query, however much there is. */
export function createReading({ db, access, store, meetings, journal, people, wantsDigest, now }: ReadingDeps) {
  const readerOf = ({ personId }: Caller): Reader => ({ personId, on: localDay(now()) })

  /** The meeting as far as the caller may see it and the item in it. */
  async function inMeeting({ meetingId, itemId, decidedAt }: Task, caller: Caller): Promise<Pick<TaskOrigin, 'meetingId' | 'recording'>> {
    if (meetingId === null || itemId === null) return { meetingId: null, recording: null }
    const found = await meetings.accessTo(meetingId, caller).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'meetingNotFound') return undefined
      throw error
    })
    if (!found || !seesItem(found, itemId)) return { meetingId: null, recording: null }
    const { recordings } = await journal.state(meetingId, meetingReducer)
    const moment = decidedAt.toISOString()
    const has = recordings.find(({ status, startedAt, stoppedAt }) => status === 'ready' && startedAt <= moment && stoppedAt !== null && moment <= stoppedAt)
    const recording = has ? { recordingId: has.recordingId, second: Math.floor((decidedAt.getTime() - Date.parse(has.startedAt)) / 1000) } : null
    return { meetingId, recording }
  }

  async function originOf({ task, sides }: TaskAccess, caller: Caller): Promise<TaskOrigin> {
    const [told, { revised, opinion, ...words }] = await Promise.all([inMeeting(task, caller), store.origin(db, task)])
    // A member of the body who was not in that meeting has no right to what was said there.
    const names = told.meetingId !== null
    return {
      decidedAt: task.decidedAt.toISOString(), ...told, itemId: names ? task.itemId : null, conclusionVersion: task.conclusionVersion, revised,
      // Who is asked and the office are of the body; the unit that has the task learns when it was decided.
      opinion: sides.includes('office') || sides.includes('member') ? opinion : null,
      ...names ? words : { meetingTitle: null, itemTitle: null, conclusion: null },
    }
  }

  const page = (caller: Caller, filter: TaskFilter, after: { dueOn: Day, id: string } | undefined, limit: number) =>
    store.list(db, readerOf(caller), { ...wantedOf(filter), after, limit })

  return {
    async form(caller: Caller) {
      const [form, digest] = await Promise.all([store.form(db, readerOf(caller)), wantsDigest(caller.personId)])
      return { ...form, digest }
    },

    async list(
      caller: Caller, { after, limit, ...filter }: TaskFilter & { after?: string | undefined, limit: number },
    ): Promise<{ tasks: TaskSummary[], next: string | null }> {
      const [dueOn, id] = after?.split('~') ?? []
      const rows = await page(caller, filter, dueOn !== undefined && id !== undefined ? { dueOn, id } : undefined, limit + 1)
      const tasks = rows.slice(0, limit).map(({ product: _, coUnits: __, ...summary }) => summary)
      const last = tasks.at(-1)
      return { tasks, next: rows.length > limit && last ? `${last.dueOn}~${last.id}` : null }
    },

    /** The same tasks as a table. */
    sheet: async (caller: Caller, filter: TaskFilter): Promise<Sheet> => taskSheet(await page(caller, filter, undefined, WORKBOOK_ROWS)),

    async board(caller: Caller, filter: TaskFilter) {
      const rows = await store.board(db, readerOf(caller), wantedOf(filter), BOARD_ROWS)
      const columns = taskColumns.map((stage) => {
        const own = rows.filter((row) => row.stage === stage)
        return { stage, count: own[0]?.count ?? 0, late: own[0]?.late ?? 0, tasks: own.map(({ summary }) => summary) }
      })
      return { columns }
    },

    /** Throws `taskNotFound`. */
    async get(taskId: string, caller: Caller): Promise<TaskDetail> {
      const found = await access.accessTo(taskId, caller)
      const { task, sides } = found
      const [summary, coUnits, events, evidence, origin] = await Promise.all([
        store.summary(db, readerOf(caller), taskId), store.coUnits(db, taskId), store.events(db, taskId), store.documents(db, taskId),
        originOf(found, caller),
      ])
      if (!summary) throw new Error('a task without a summary')
      const named = [...events.map(({ actorId }) => actorId), ...evidence.map(({ addedBy }) => addedBy), task.asked?.by ?? null]
      const { asked } = task
      return {
        ...summary, version: task.version, sides: [...sides], may: actsOf(found, caller.personId), facts: task.facts, coUnits, evidence, events, origin,
        extension: asked && { dueOn: asked.dueOn, reason: asked.reason, askedAt: asked.at.toISOString(), askedBy: asked.by },
        people: await people([...new Set(named.filter((id) => id !== null))]),
      }
    },
  }
}

export type TaskReading = ReturnType<typeof createReading>
