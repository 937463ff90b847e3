import { z } from 'zod'
import { Day, NearDay } from './calendar.ts'
import { PageMark } from './convening.ts'
import { Person } from './identity.ts'
import { Id } from './journal.ts'
import { FormValues } from './procedure-forms.ts'
import { ProcedureContent, StepRole } from './procedure-rules.ts'
import { defineRoute } from './route.ts'
import { SecretMatter } from './secrecy.ts'
import { Instant, Line, Paragraphs } from './text.ts'
import { UnitName } from './units.ts'

/** Procedures under way (hồ sơ): started by a unit, step by step, each with who holds it and until when. */

export const InstanceState = z.enum(['running', 'ended', 'cancelled'])
export type InstanceState = z.infer<typeof InstanceState>

/**
 * What the caller is to an instance: of the unit that started it · responsible for one of its steps, or named to do one · the
 * office of its body, which may cancel it, and hand its step on.
 */
export const InstanceSide = z.enum(['starter', 'responsible', 'office'])
export type InstanceSide = z.infer<typeof InstanceSide>

/** Who has the present step. `person`: to whom it was handed on; the unit or role answers for it all the same. */
export const InstanceHolder = z.object({ unit: UnitName.nullable(), role: StepRole.nullable(), person: Person.nullable() })
export type InstanceHolder = z.infer<typeof InstanceHolder>

export const InstanceSummary = z.object({
  id: Id, title: z.string(), procedure: z.object({ id: Id, code: z.string(), name: z.string(), version: z.int() }),
  unit: UnitName, body: UnitName, state: InstanceState,
  /** The present step, or the last one; from 1. */
  stepNo: z.int().positive(), steps: z.int().positive(), stepName: z.string(),
  /** Null once it is over. */
  holder: InstanceHolder.nullable(),
  /** Since when it is at this step, or over. */
  since: Instant,
  /** The last day of the step; null once it is over. */
  dueOn: Day.nullable(),
  /** Working days by which the last day is past; 0 where it is not. */
  lateDays: z.int().nonnegative(), startedAt: Instant,
})
export type InstanceSummary = z.infer<typeof InstanceSummary>

/** One stay at a step; a step that was returned to has several. */
export const StepRun = z.object({
  stepNo: z.int().positive(), beganAt: Instant, dueOn: Day, endedAt: Instant.nullable(), outcome: z.enum(['done', 'returned', 'cancelled']).nullable(),
  /** Working days that it took, or has taken so far. The day it began does not count. */
  tookDays: z.int().nonnegative(), lateDays: z.int().nonnegative(),
})
export type StepRun = z.infer<typeof StepRun>

export const InstanceEventKind = z.enum(['started', 'formSaved', 'done', 'handedOn', 'returned', 'ended', 'cancelled'])
export type InstanceEventKind = z.infer<typeof InstanceEventKind>
export const InstanceEvent = z.object({
  at: Instant, actorId: Id, kind: InstanceEventKind,
  /** The step at which it happened, and the one it is at from then on. */
  stepNo: z.int().positive(), toStepNo: z.int().positive().nullable(),
  note: z.string(), personId: Id.nullable(), formId: z.string().nullable(), dueOn: Day.nullable(),
})
export type InstanceEvent = z.infer<typeof InstanceEvent>

/** A form as it was saved last. `revision` counts its savings. */
export const FilledForm = z.object({ formId: z.string(), revision: z.int().positive(), values: FormValues, savedBy: Id, savedAt: Instant })
export type FilledForm = z.infer<typeof FilledForm>

export const InstanceActs = z.object({ fill: z.boolean(), finish: z.boolean(), hand: z.boolean(), return: z.boolean(), cancel: z.boolean() })
export type InstanceActs = z.infer<typeof InstanceActs>

export const InstanceDetail = InstanceSummary.extend({
  sides: z.array(InstanceSide), may: InstanceActs,
  /** Raised by each act; to be sent with the next. */
  version: z.int().positive(),
  content: ProcedureContent, forms: z.array(FilledForm), runs: z.array(StepRun), events: z.array(InstanceEvent),
  /** Everybody and every unit that the ids above name. */
  people: z.array(Person), units: z.array(UnitName),
})
export type InstanceDetail = z.infer<typeof InstanceDetail>

const Params = z.object({ instanceId: Id })
const Key = z.string().min(8).max(64)
const Reason = Paragraphs(2000).refine((text) => text.length > 0, 'is empty')
const Act = z.strictObject({ version: z.int().positive() })
const Saved = z.object({ instanceId: Id, version: z.int().positive() })

export const startingPlaces = defineRoute({
  id: 'procedures.startingPlaces', method: 'get', path: '/api/procedure-instances/starting', access: 'signedIn', errors: [],
  summary: 'For whom the caller may start instances, and the bodies that may handle them.',
  response: z.object({ unit: UnitName.nullable(), bodies: z.array(UnitName) }),
})

/** What the caller has to do with what is listed: it waits for them · their unit started it · their office follows it · all that they may read. */
export const InstanceView = z.enum(['waiting', 'unit', 'office', 'all'])
export type InstanceView = z.infer<typeof InstanceView>

const Filter = { procedureId: Id.optional(), search: z.string().max(200).optional() }

export const listInstances = defineRoute({
  id: 'procedures.instances', method: 'get', path: '/api/procedure-instances', access: 'signedIn', errors: [],
  summary: 'Instances that the caller may read, latest step first, with how many the filter finds. `late`: those whose step is past its last day. Paged by `before`.',
  query: z.object({
    view: InstanceView.default('all'), state: InstanceState.optional(), late: z.enum(['true', 'false']).optional().transform((value) => value === 'true'),
    ...Filter, before: PageMark.optional(), limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({
    instances: z.array(InstanceSummary), next: PageMark.nullable(),
    /** Over the view, the procedure and the search, whatever the state. */
    counts: z.object({ running: z.int(), late: z.int(), ended: z.int(), cancelled: z.int() }),
    /** How many wait for the caller, whatever else is asked for. */
    waiting: z.int(),
  }),
})

export const getInstance = defineRoute({
  id: 'procedures.instance', method: 'get', path: '/api/procedure-instances/:instanceId', access: 'signedIn', errors: ['instanceNotFound'],
  summary: 'One instance, for the unit that started it, those responsible for its steps and the office of its body.',
  params: Params, response: InstanceDetail,
})

export const startInstance = defineRoute({
  id: 'procedures.start', method: 'post', path: '/api/procedure-instances', access: 'signedIn',
  errors: ['proposalSecret', 'unitNotFound', 'bodyNotFound', 'procedureNotFound', 'procedureNotApplied'],
  summary: 'The caller’s unit starts an instance of the version in force today. Secrecy is asked first: above none it is refused, and no text may come with it. The same key gives the instance that it made.',
  body: z.discriminatedUnion('secrecy', [
    z.strictObject({ secrecy: z.literal('none'), procedureId: Id, bodyId: Id, title: Line(300), key: Key }), SecretMatter,
  ]),
  response: Saved,
})

const acting = ['instanceNotFound', 'forbiddenForInstance', 'instanceOver', 'instanceChanged', 'proposalSecret'] as const

export const saveForm = defineRoute({
  id: 'procedures.saveForm', method: 'put', path: '/api/procedure-instances/:instanceId/forms/:formId', access: 'signedIn',
  errors: ['instanceNotFound', 'forbiddenForInstance', 'instanceOver', 'proposalSecret', 'formNotFound', 'formChanged', 'formInvalid', 'personNotFound', 'unitNotFound'],
  summary: 'Who has the present step fills in a form of it; what is still missing may be missing, what is there must fit. `revision` is the one that the edit began from, 0 for none: who comes second gets `formChanged` with what the other saved. Every revision is kept.',
  params: z.object({ instanceId: Id, formId: z.string().max(40) }),
  body: z.strictObject({ secrecy: z.literal('none'), revision: z.int().nonnegative(), values: FormValues }), response: z.object({ form: FilledForm }),
})

export const finishStep = defineRoute({
  id: 'procedures.finish', method: 'post', path: '/api/procedure-instances/:instanceId/steps', access: 'signedIn',
  errors: [...acting, 'formsIncomplete'],
  summary: 'Who has the present step says that it is done: the next one begins, or the instance ends. Its required forms must be complete, else `formsIncomplete` says what is missing.',
  params: Params, body: Act.extend({ note: Paragraphs(2000) }), response: Saved,
})

export const handOn = defineRoute({
  id: 'procedures.handOn', method: 'put', path: '/api/procedure-instances/:instanceId/holder', access: 'signedIn',
  errors: [...acting, 'personNotFound'],
  summary: 'Who has the present step, or the office, hands it on to a person who works in a unit or belongs to the body, or (null) back to all who are responsible. The last day stays.',
  params: Params, body: Act.extend({ personId: Id.nullable(), note: Paragraphs(2000) }), response: Saved,
})

export const returnStep = defineRoute({
  id: 'procedures.return', method: 'post', path: '/api/procedure-instances/:instanceId/return', access: 'signedIn',
  errors: [...acting, 'stepNotBefore'],
  summary: 'Who has the present step gives it back to an earlier one, with a reason; that step begins anew.',
  params: Params, body: Act.extend({ toStepNo: z.int().positive(), reason: Reason }), response: Saved,
})

export const cancelInstance = defineRoute({
  id: 'procedures.cancel', method: 'post', path: '/api/procedure-instances/:instanceId/cancellation', access: 'signedIn', errors: acting,
  summary: 'The unit that started it or the office of its body cancels it, for good, with a reason.',
  params: Params, body: Act.extend({ reason: Reason }), response: Saved,
})

export const printFilledForm = defineRoute({
  id: 'procedures.printFilled', method: 'get', path: '/api/procedure-instances/:instanceId/forms/:formId/file', access: 'signedIn', errors: ['instanceNotFound', 'formNotFound'],
  summary: 'A form as it was filled in, in the official layout; marked as a draft while something required is missing.',
  params: z.object({ instanceId: Id, formId: z.string().max(40) }), query: z.object({ format: z.enum(['docx', 'pdf']) }),
  response: { stream: 'application/octet-stream' },
})

export const printControlSheet = defineRoute({
  id: 'procedures.printSheet', method: 'get', path: '/api/procedure-instances/:instanceId/sheet', access: 'signedIn', errors: ['instanceNotFound'],
  summary: 'The control sheet of an instance (phiếu kiểm soát quá trình giải quyết hồ sơ): every stay at a step with its limit and delay, in the official layout.',
  params: Params, query: z.object({ format: z.enum(['docx', 'pdf']) }), response: { stream: 'application/octet-stream' },
})

/** Where a step of a procedure loses time, over finished stays at it (returned ones too, cancelled ones not). Working days. */
export const StepDelay = z.object({
  stepNo: z.int().positive(), name: z.string(), limitDays: z.int().positive(),
  done: z.int(), late: z.int(), returned: z.int(),
  /** Null while none is done. */
  median: z.number().nullable(), p90: z.number().nullable(),
  /** Under way now, and late of them. */
  open: z.int(), openLate: z.int(),
})
export type StepDelay = z.infer<typeof StepDelay>

export const procedureDelays = defineRoute({
  id: 'procedures.delays', method: 'get', path: '/api/procedure-instances/delays', access: 'signedIn', errors: [],
  summary: 'Where the instances that the caller may read lose time: of each step of each procedure version median and 90th percentile of the working days taken, against the limit; of stays that ended from one day to another.',
  query: z.object({ from: NearDay, to: NearDay }).refine(({ from, to }) => from <= to, { path: ['to'], message: 'is before from' }),
  response: z.object({ procedures: z.array(z.object({
    id: Id, code: z.string(), name: z.string(), version: z.int(), steps: z.array(StepDelay),
  })) }),
})
