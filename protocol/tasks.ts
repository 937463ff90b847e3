import { z } from 'zod'
import { Day } from './calendar.ts'
import type { ErrorCode } from './error.ts'
import { Person } from './identity.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * What conclusions ask of units and persons, with the "6 rõ" of Kết luận 226-KL/TW: người (lead, of whom there is one), việc (what),
 * thời gian (due), trách nhiệm, thẩm quyền, sản phẩm. Nothing of an item with a state secret becomes a task here.
 */

/**
 * được giao · trả lại cơ quan giao · đã nhận · đang thực hiện · đã báo cáo hoàn thành · hoàn thành, đã xác nhận · thôi thực hiện.
 * Overdue is no stage: it is what a task is whose day has passed while its lead still holds it.
 */
export const TaskStage = z.enum(['assigned', 'handedBack', 'accepted', 'inProgress', 'reported', 'closed', 'cancelled'])
export type TaskStage = z.infer<typeof TaskStage>

/** Stages in which its lead, or the office, still has to do something. */
export const openStages = ['assigned', 'handedBack', 'accepted', 'inProgress', 'reported'] as const satisfies TaskStage[]
/** Stages in which a task is late once its day has passed: before its lead has reported it done. */
export const dueStages = ['assigned', 'handedBack', 'accepted', 'inProgress'] as const satisfies TaskStage[]

/** What the caller is to a task: of its lead, of a unit that takes part, of the office (chair, clerk) or a member of the body. */
export const TaskSide = z.enum(['lead', 'co', 'office', 'member'])
export type TaskSide = z.infer<typeof TaskSide>

export const MAX_EVIDENCE = 40
export const MAX_CO_UNITS = 20

const Key = z.string().min(8).max(64)
const Version = z.int().positive()
const Named = z.object({ id: Id, name: z.string() })
const Reason = Paragraphs(2000).refine((text) => text.length > 0, 'is empty')

/** Exactly one lead (một việc một đầu mối): a unit or a person. */
export const TaskLead = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('unit'), id: Id }), z.strictObject({ kind: z.literal('person'), id: Id })])
export type TaskLead = z.infer<typeof TaskLead>

export const TaskFacts = z.strictObject({
  lead: TaskLead,
  coUnitIds: z.array(Id).max(MAX_CO_UNITS).refine((ids) => new Set(ids).size === ids.length, 'names a unit twice'),
  what: Line(500), product: Line(500),
  /** Who answers for it, and by whose powers it is done; empty: as the conclusion says. */
  responsibility: Paragraphs(2000), authority: Paragraphs(2000),
  /** A working day that has not passed, by the working calendar. */
  dueOn: Day,
})
export type TaskFacts = z.infer<typeof TaskFacts>

/** An extension that waits for the office. */
export const Extension = z.object({ dueOn: Day, reason: z.string(), askedAt: Instant, askedBy: Id })

export const TaskSummary = z.object({
  id: Id, what: z.string(), body: Named,
  /** The item that it was decided on; null for who is no member of the body. */
  itemId: Id.nullable(),
  lead: z.object({ kind: z.enum(['unit', 'person']), id: Id, name: z.string() }),
  dueOn: Day,
  /** Its day has passed, and its lead has not reported it done. */
  late: z.boolean(),
  stage: TaskStage,
  /** Since when it is in this stage. */
  since: Instant,
  /** Who has to do something next. */
  holder: z.enum(['lead', 'office', 'none']),
  percent: z.int().min(0).max(100),
  /** The office has to decide on another day. */
  extensionAsked: z.boolean(),
})
export type TaskSummary = z.infer<typeof TaskSummary>

/** What happened to a task; the words that came with it are in `note`. */
export const taskEventKinds = [
  'assigned', 'changed', 'accepted', 'handedBack', 'progress', 'extensionAsked', 'extensionApproved', 'extensionDeclined', 'reported', 'returned',
  'closed', 'cancelled', 'evidenceAdded', 'evidenceRemoved', 'overdue', 'onAgenda',
] as const
export const TaskEventKind = z.enum(taskEventKinds)
export type TaskEventKind = z.infer<typeof TaskEventKind>

export const TaskEvent = z.object({
  at: Instant,
  /** Null: the system itself, which found it overdue. */
  actorId: Id.nullable(),
  kind: TaskEventKind, note: z.string(),
  /** Where the event set them. */
  dueOn: Day.nullable(), percent: z.int().nullable(),
})
export type TaskEvent = z.infer<typeof TaskEvent>

export const Evidence = z.object({
  documentId: Id, name: z.string(), bytes: z.int(), sha256: z.string(), addedAt: Instant, addedBy: Id,
  readable: z.enum(['yes', 'soon', 'no']),
})
export type Evidence = z.infer<typeof Evidence>

/** What the caller may do now. */
export const TaskActs = z.object({
  accept: z.boolean(), handBack: z.boolean(), progress: z.boolean(), askExtension: z.boolean(), report: z.boolean(), evidence: z.boolean(),
  change: z.boolean(), decideExtension: z.boolean(), verify: z.boolean(), cancel: z.boolean(),
})
export type TaskActs = z.infer<typeof TaskActs>

/** Where it comes from. Told to who may see the item in that meeting; others, members of the body included, learn when it was decided. */
export const TaskOrigin = z.object({
  /** The minute and second of the decision: when the chair settled the conclusion. */
  decidedAt: Instant,
  meetingId: Id.nullable(), meetingTitle: z.string().nullable(), itemId: Id.nullable(), itemTitle: z.string().nullable(),
  /** The conclusion's text as it was settled; null where the caller may not see the item, or it was erased. */
  conclusion: z.string().nullable(),
  conclusionVersion: z.int(),
  /** The conclusion was settled anew since. */
  revised: z.boolean(),
  /** The written opinion that it follows from, for office and members of the body. */
  opinion: z.object({ id: Id, title: z.string() }).nullable().default(null),
  /** The recording that has this moment, and its second in it. */
  recording: z.object({ recordingId: Id, second: z.int().nonnegative() }).nullable(),
})
export type TaskOrigin = z.infer<typeof TaskOrigin>

export const TaskDetail = TaskSummary.extend({
  version: Version, sides: z.array(TaskSide), may: TaskActs,
  facts: TaskFacts, coUnits: z.array(Named),
  extension: Extension.nullable(),
  evidence: z.array(Evidence),
  events: z.array(TaskEvent),
  origin: TaskOrigin,
  /** Everybody whom the ids above name. */
  people: z.array(Person),
})
export type TaskDetail = z.infer<typeof TaskDetail>

/** Where a page of tasks ends: a day, and the task's id. */
export const TaskMark = z.string().regex(/^\d{4}-\d\d-\d\d~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

/**
 * Which tasks: `mine` those that the caller or their unit leads, `co` those in which their unit takes part, `office` those of
 * the bodies whose chair or clerk they are, `seen` all that they may see.
 */
const TaskFilter = z.object({
  scope: z.enum(['mine', 'co', 'office', 'seen']).default('seen'),
  bodyId: Id.optional(), unitId: Id.optional(), personId: Id.optional(), meetingId: Id.optional(),
  stage: TaskStage.optional(),
  /** `late`: overdue ones; `open`: not closed or cancelled. */
  only: z.enum(['late', 'open']).optional(),
  dueFrom: Day.optional(), dueTo: Day.optional(), search: z.string().max(200).optional(),
})
export type TaskFilter = z.infer<typeof TaskFilter>

export const listTasks = defineRoute({
  id: 'tasks.list', method: 'get', path: '/api/tasks', access: 'signedIn', errors: [],
  summary: 'Tasks that the caller may see, by their day, the earliest first. Paged by `after`.',
  query: TaskFilter.extend({ after: TaskMark.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) }),
  response: z.object({ tasks: z.array(TaskSummary), next: TaskMark.nullable() }),
})

export const exportTasks = defineRoute({
  id: 'tasks.export', method: 'get', path: '/api/tasks/export.xlsx', access: 'signedIn', errors: [],
  summary: 'The same tasks as a workbook, at most 5,000.', query: TaskFilter,
  response: { stream: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
})

/** The columns of a board; cancelled tasks stand on none. */
export const taskColumns = ['assigned', 'handedBack', 'accepted', 'inProgress', 'reported', 'closed'] as const
export const TaskColumn = z.enum(taskColumns)
export type TaskColumn = z.infer<typeof TaskColumn>

export const taskBoard = defineRoute({
  id: 'tasks.board', method: 'get', path: '/api/tasks/board', access: 'signedIn', errors: [],
  summary: 'Tasks that the caller may see by stage, overdue ones first, then by their day (closed ones latest first); twelve a stage, with how many there are.',
  query: TaskFilter.omit({ stage: true, only: true }),
  response: z.object({ columns: z.array(z.object({ stage: TaskColumn, count: z.int(), late: z.int(), tasks: z.array(TaskSummary) })) }),
})

export const taskForm = defineRoute({
  id: 'tasks.form', method: 'get', path: '/api/tasks/form', access: 'signedIn', errors: [],
  summary: 'The bodies whose office the caller is or of which they are a member, the caller’s unit, the units there are today, and whether the weekly digest comes by mail.',
  response: z.object({
    offices: z.array(Named), bodies: z.array(Named), unit: Named.nullable(), units: z.array(Named), digest: z.boolean(),
  }),
})

export const setTaskDigest = defineRoute({
  id: 'tasks.setDigest', method: 'put', path: '/api/tasks/digest', access: 'signedIn', errors: [],
  summary: 'Whether the caller gets the weekly digest of their tasks.', body: z.object({ digest: z.boolean() }), response: z.object({ digest: z.boolean() }),
})

export const TaskParams = z.object({ taskId: Id })

export const getTask = defineRoute({
  id: 'tasks.get', method: 'get', path: '/api/tasks/:taskId', access: 'signedIn', errors: ['taskNotFound'],
  summary: 'One task, for the people of its lead and of the units that take part, and for office and members of the body.',
  params: TaskParams, response: TaskDetail,
})

const factErrors = ['unitNotFound', 'personNotFound', 'dueDateInvalid', 'proposalSecret'] as const
const Saved = z.object({ taskId: Id, version: Version })

export const assignTask = defineRoute({
  id: 'tasks.assign', method: 'post', path: '/api/meetings/:meetingId/agenda/:itemId/tasks', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'agendaItemNotFound', 'classifiedItem', 'conclusionNotFound', 'conclusionUnsettled', 'conclusionChanged',
    'idempotencyKeyReused', ...factErrors],
  summary: 'Chair or clerk of the meeting makes a task of a settled conclusion, at this version of it. `dueDateInvalid` says why (`past`, `dayOff`) and which working day is next.',
  params: z.object({ meetingId: Id, itemId: Id }),
  body: z.object({ key: Key, conclusionVersion: Version, facts: TaskFacts }), response: Saved,
})

const changing = ['taskNotFound', 'forbiddenForTask', 'taskStage', 'taskChanged', 'idempotencyKeyReused'] as const
/** `version` is the one that was seen: who comes second gets `taskChanged`. The same key gives what it made. */
const Act = z.strictObject({ key: Key, version: Version })

const act = <B extends z.ZodType>(id: string, path: string, body: B, summary: string, errors: readonly ErrorCode[] = []) => defineRoute({
  id, method: 'post', path: `/api/tasks/:taskId/${path}`, access: 'signedIn', errors: [...changing, ...errors], summary, params: TaskParams, body, response: Saved,
})

export const changeTask = act('tasks.change', 'facts', Act.extend({ facts: TaskFacts }),
  'The office changes a task that was not accepted, or gives one that was handed back to somebody else. Nobody gives a later day to what is their own.', factErrors)
export const acceptTask = act('tasks.accept', 'acceptance', Act, 'The lead accepts the task.')
export const handBackTask = act('tasks.handBack', 'handing-back', Act.extend({ reason: Reason }), 'The lead gives the task back to the office with a reason.', ['proposalSecret'])
export const reportProgress = act('tasks.progress', 'progress', Act.extend({ percent: z.int().min(0).max(99), note: Reason }),
  'The lead reports how far it is, in words and percent.', ['proposalSecret'])
export const askExtension = act('tasks.askExtension', 'extension', Act.extend({ dueOn: Day, reason: Reason }),
  'The lead asks the office for a later day, with a reason.', ['proposalSecret', 'dueDateInvalid', 'extensionPending'])
export const decideExtension = act('tasks.decideExtension', 'extension-decision', Act.extend({ approved: z.boolean(), note: Paragraphs(2000).default('') }),
  'The office approves the later day, or declines it and says why; nobody of the lead, nor who reported it, does so.', ['proposalSecret', 'extensionNotAsked', 'dueDateInvalid'])
export const reportDone = act('tasks.report', 'report', Act.extend({ note: Reason }),
  'The lead reports the task done and names the product.', ['proposalSecret'])
export const verifyTask = act('tasks.verify', 'verification', Act.extend({ done: z.boolean(), note: Paragraphs(2000).default('') }),
  'The office verifies the product and closes the task, or returns it to its lead and says why; nobody of the lead, nor who reported it, does so.', ['proposalSecret'])
export const cancelTask = act('tasks.cancel', 'cancellation', Act.extend({ reason: Reason }), 'The office takes a task back that is not closed, with a reason; not what is their own.', ['proposalSecret'])
