import type { Knex } from 'knex'
import { addDays, addWorkingDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { formProblems, idsOf, textsOf, type FormValues, type ProcedureForm } from '../../protocol/procedure-forms.ts'
import type { FilledForm, StepRun } from '../../protocol/procedure-instances.ts'
import type { ProcedureContent } from '../../protocol/procedure-rules.ts'
import type { SecretMatter } from '../../protocol/secrecy.ts'
import type { UnitName } from '../../protocol/units.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { daysOf, type Instance, type InstanceAccessTo, type NewEvent } from './access.ts'
import { appliedBy, type Catalogue, type CatalogueStore } from './catalogue.ts'

type Saved = { instanceId: string, version: number }

/** A step as it was when the instance was started. */
export interface InstanceStep { stepNo: number, name: string, days: number, role: string | null, unitId: string | null }

export interface NewInstance {
  procedureId: string, procedureVersion: number, unitId: string, bodyId: string, title: string, at: Date, dueOn: Day, creatorId: string, key: string
}

export interface InstancesStore {
  findCreation(db: Knex, creatorId: string, key: string): Promise<Saved | undefined>
  /** Undefined where the key was used. */
  insert(trx: Knex.Transaction, instance: NewInstance, steps: readonly InstanceStep[]): Promise<Saved | undefined>
  /** Counts the version up, and gives it. */
  update(trx: Knex.Transaction, instanceId: string, change: { state?: Instance['state'], stepNo?: number, since?: Date, dueOn?: Day | null, holderId?: string | null }): Promise<number>
  stepDays(trx: Knex, instanceId: string, stepNo: number): Promise<number>
  openRun(trx: Knex, instanceId: string): Promise<{ beganAt: Date, dueOn: Day }>
  endRun(trx: Knex.Transaction, instanceId: string, end: { at: Date, outcome: StepRun['outcome'], tookDays: number, lateDays: number }): Promise<void>
  insertRun(trx: Knex.Transaction, instanceId: string, run: { stepNo: number, at: Date, dueOn: Day }): Promise<void>
  insertEvent(trx: Knex.Transaction, instanceId: string, event: NewEvent): Promise<void>
  content(db: Knex, instanceId: string): Promise<ProcedureContent>
  /** As they were saved last, by form. */
  forms(db: Knex, instanceId: string): Promise<FilledForm[]>
  insertForm(trx: Knex.Transaction, instanceId: string, form: FilledForm): Promise<void>
  /** Where the person works on that day. */
  unitOf(db: Knex, personId: string, on: Day): Promise<UnitName | undefined>
  bodyExists(db: Knex, bodyId: string, on: Day): Promise<boolean>
  /** Which of these people and units there are. */
  known(db: Knex, personIds: readonly string[], unitIds: readonly string[]): Promise<{ people: number, units: number }>
  /** Whether the person works in a unit, or belongs to the body, on that day. */
  mayHold(db: Knex, personId: string, bodyId: string, on: Day): Promise<boolean>
}

export interface InstancesDeps {
  db: Knex
  access: InstanceAccessTo
  store: InstancesStore
  catalogue: Pick<Catalogue, 'inForce'>
  catalogueStore: Pick<CatalogueStore, 'unitsOf'>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  /** Tells those who have the step now. */
  told(trx: Knex.Transaction, instance: Pick<Instance, 'id' | 'title'>, event: NewEvent): Promise<void>
  now: () => Date
}

/** Days of the calendar that a limit of a step may run over. */
const TERM_DAYS = 800

/** Undoes an instance whose key was used meanwhile. */
class KeyUsed extends Error {}

/** Procedures under way: started by a unit, then step by step. Every act is an event of its history. */
export function createInstances({ db, access, store, catalogue, catalogueStore, calendar, told, now }: InstancesDeps) {
  async function lastDay(trx: Knex, at: Date, days: number): Promise<Day> {
    const day = localDay(at)
    return addWorkingDays(day, days, await calendar(day, addDays(day, TERM_DAYS), trx))
  }

  async function endRun(trx: Knex.Transaction, instanceId: string, at: Date, outcome: StepRun['outcome']): Promise<void> {
    const { beganAt, dueOn } = await store.openRun(trx, instanceId)
    const days = daysOf(beganAt, dueOn, localDay(at), await calendar(localDay(beganAt), localDay(at), trx))
    await store.endRun(trx, instanceId, { at, outcome, ...days })
  }

  /** Goes to a step, whose time begins. */
  async function goTo(trx: Knex.Transaction, { id }: Instance, stepNo: number, at: Date): Promise<{ dueOn: Day, version: number }> {
    const dueOn = await lastDay(trx, at, await store.stepDays(trx, id, stepNo))
    await store.insertRun(trx, id, { stepNo, at, dueOn })
    return { dueOn, version: await store.update(trx, id, { stepNo, since: at, dueOn, holderId: null }) }
  }

  async function note(trx: Knex.Transaction, instance: Pick<Instance, 'id' | 'title'>, event: NewEvent): Promise<void> {
    await store.insertEvent(trx, instance.id, event)
    await told(trx, instance, event)
  }

  /** Throws `formsIncomplete`. */
  async function requireComplete(trx: Knex, { id, stepNo }: Instance): Promise<void> {
    const [{ steps, forms }, filled] = [await store.content(trx, id), await store.forms(trx, id)]
    const stepId = steps[stepNo - 1]?.id
    const incomplete = forms.filter((form) => form.required && form.stepId === stepId).map(({ id: formId, fields }) => (
      { formId, problems: formProblems(fields, filled.find((one) => one.formId === formId)?.values ?? {}, true) }))
      .filter(({ problems }) => problems.length > 0)
    if (incomplete.length > 0) throw new AppError('formsIncomplete', { forms: incomplete })
  }

  async function requireKnown(trx: Knex, { fields }: ProcedureForm, values: FormValues): Promise<void> {
    const [people, units] = [[...new Set(idsOf(fields, values, 'person'))], [...new Set(idsOf(fields, values, 'unit'))]]
    const known = await store.known(trx, people, units)
    if (known.people !== people.length) throw new AppError('personNotFound')
    if (known.units !== units.length) throw new AppError('unitNotFound')
  }

  return {
    /** Throws `proposalSecret`, `unitNotFound` for who works in none, `bodyNotFound`, `procedureNotFound`, `procedureNotApplied`. */
    async start(caller: Caller, body: { secrecy: 'none', procedureId: string, bodyId: string, title: string, key: string } | SecretMatter): Promise<Saved> {
      if (body.secrecy !== 'none') throw new AppError('proposalSecret')
      const { procedureId, bodyId, title, key } = body
      const { personId } = caller
      requireUnstamped(title)
      const before = await store.findCreation(db, personId, key)
      if (before) return before
      const at = now()
      const today = localDay(at)
      const made = await db.transaction(async (trx) => {
        const unit = await store.unitOf(trx, personId, today)
        if (!unit) throw new AppError('unitNotFound')
        if (!await store.bodyExists(trx, bodyId, today)) throw new AppError('bodyNotFound')
        const { version: { version, content } } = await catalogue.inForce(trx, procedureId)
        if (!appliedBy(content, await catalogueStore.unitsOf(trx, personId, today))) throw new AppError('procedureNotApplied')
        const dueOn = await lastDay(trx, at, content.steps[0]?.days ?? 1)
        const saved = await store.insert(trx, { procedureId, procedureVersion: version, unitId: unit.id, bodyId, title, at, dueOn, creatorId: personId, key },
          content.steps.map(({ name, days, responsible }, index): InstanceStep => ({
            stepNo: index + 1, name, days, role: responsible.kind === 'role' ? responsible.role : null,
            unitId: responsible.kind === 'unit' ? responsible.unit : responsible.role === 'starter' ? unit.id : null,
          })))
        if (!saved) throw new KeyUsed()
        await store.insertRun(trx, saved.instanceId, { stepNo: 1, at, dueOn })
        await note(trx, { id: saved.instanceId, title }, { kind: 'started', actorId: personId, at, stepNo: 1, toStepNo: 1, dueOn })
        return saved
      }).catch((error: unknown) => {
        if (error instanceof KeyUsed) return undefined
        throw error
      })
      const saved = made ?? await store.findCreation(db, personId, key)
      if (!saved) throw new Error('an instance was neither made nor found')
      return saved
    },

    /** Throws what `access.change` does, `proposalSecret`, `formNotFound`, `formChanged`, `formInvalid`, `personNotFound`, `unitNotFound`. */
    saveForm: (instanceId: string, caller: Caller, formId: string, { revision, values }: { revision: number, values: FormValues }): Promise<FilledForm> =>
      access.change(instanceId, caller, 'fill', null, async (trx, { instance }, at) => {
        requireUnstamped(...textsOf(values))
        const { steps, forms } = await store.content(trx, instanceId)
        const form = forms.find((one) => one.id === formId && one.stepId === steps[instance.stepNo - 1]?.id)
        if (!form) throw new AppError('formNotFound')
        const latest = (await store.forms(trx, instanceId)).find((one) => one.formId === formId)
        if ((latest?.revision ?? 0) !== revision) throw new AppError('formChanged', { form: latest })
        const problems = formProblems(form.fields, values, false)
        if (problems.length > 0) throw new AppError('formInvalid', { problems })
        await requireKnown(trx, form, values)
        const saved: FilledForm = { formId, revision: revision + 1, values, savedBy: caller.personId, savedAt: at.toISOString() }
        await store.insertForm(trx, instanceId, saved)
        await store.insertEvent(trx, instanceId, { kind: 'formSaved', actorId: caller.personId, at, stepNo: instance.stepNo, formId, revision: revision + 1 })
        return saved
      }),

    /** The next step begins, or it ends. Throws what `access.change` does, `proposalSecret`, `formsIncomplete`. */
    finish: (instanceId: string, caller: Caller, { version, note: words }: { version: number, note: string }): Promise<Saved> =>
      access.change(instanceId, caller, 'finish', version, async (trx, { instance }, at) => {
        requireUnstamped(words)
        await requireComplete(trx, instance)
        const { stepNo, steps } = instance
        const act = { actorId: caller.personId, at, stepNo, note: words }
        await endRun(trx, instanceId, at, 'done')
        if (stepNo === steps) {
          const saved = await store.update(trx, instanceId, { state: 'ended', since: at, dueOn: null, holderId: null })
          await note(trx, instance, { ...act, kind: 'ended' })
          return { instanceId, version: saved }
        }
        const next = await goTo(trx, instance, stepNo + 1, at)
        await note(trx, instance, { ...act, kind: 'done', toStepNo: stepNo + 1, dueOn: next.dueOn })
        return { instanceId, version: next.version }
      }),

    /** Throws what `access.change` does, `proposalSecret`, `personNotFound`. */
    handOn: (
      instanceId: string, caller: Caller, { version, personId, note: words }: { version: number, personId: string | null, note: string },
    ): Promise<Saved> =>
      access.change(instanceId, caller, 'hand', version, async (trx, { instance }, at) => {
        requireUnstamped(words)
        if (personId !== null && !await store.mayHold(trx, personId, instance.bodyId, localDay(at))) throw new AppError('personNotFound')
        const saved = await store.update(trx, instanceId, { holderId: personId })
        await note(trx, instance, { kind: 'handedOn', actorId: caller.personId, at, stepNo: instance.stepNo, toStepNo: instance.stepNo, note: words, personId })
        return { instanceId, version: saved }
      }),

    /** Throws what `access.change` does, `proposalSecret`, `stepNotBefore`. */
    return: (instanceId: string, caller: Caller, { version, toStepNo, reason }: { version: number, toStepNo: number, reason: string }): Promise<Saved> =>
      access.change(instanceId, caller, 'return', version, async (trx, { instance }, at) => {
        requireUnstamped(reason)
        if (toStepNo >= instance.stepNo) throw new AppError('stepNotBefore')
        await endRun(trx, instanceId, at, 'returned')
        const next = await goTo(trx, instance, toStepNo, at)
        await note(trx, instance, { kind: 'returned', actorId: caller.personId, at, stepNo: instance.stepNo, toStepNo, note: reason, dueOn: next.dueOn })
        return { instanceId, version: next.version }
      }),

    /** For good. Throws what `access.change` does, `proposalSecret`. */
    cancel: (instanceId: string, caller: Caller, { version, reason }: { version: number, reason: string }): Promise<Saved> =>
      access.change(instanceId, caller, 'cancel', version, async (trx, { instance }, at) => {
        requireUnstamped(reason)
        await endRun(trx, instanceId, at, 'cancelled')
        const saved = await store.update(trx, instanceId, { state: 'cancelled', since: at, dueOn: null, holderId: null })
        await note(trx, instance, { kind: 'cancelled', actorId: caller.personId, at, stepNo: instance.stepNo, note: reason })
        return { instanceId, version: saved }
      }),
  }
}

export type Instances = ReturnType<typeof createInstances>
