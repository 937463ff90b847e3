import type { Knex } from 'knex'
import { localDay, workingDaysBetween, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { InstanceActs, InstanceEvent, InstanceSide, InstanceState } from '../../protocol/procedure-instances.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** An instance's present row. */
export interface Instance {
  id: string
  procedureId: string
  procedureVersion: number
  unitId: string
  bodyId: string
  title: string
  state: InstanceState
  stepNo: number
  steps: number
  dueOn: Day | null
  version: number
}

/** An instance as somebody has to do with it. `hasStep`: they may do its present step. */
export interface InstanceAccess { instance: Instance, sides: readonly InstanceSide[], hasStep: boolean }

export interface NewEvent extends Pick<InstanceEvent, 'kind'> {
  actorId: string
  at: Date
  stepNo: number
  toStepNo?: number
  note?: string
  personId?: string | null
  formId?: string
  revision?: number
  dueOn?: Day
}

export interface InstanceAccessStore {
  /** Undefined where there is no such instance, or the person may not know of it on that day. */
  findAccess(db: Knex, instanceId: string, caller: Caller, on: Day): Promise<InstanceAccess | undefined>
  /** Holds the instance until the end of the transaction. */
  lock(trx: Knex.Transaction, instanceId: string): Promise<void>
}

export type Act = keyof InstanceActs

const mayCancel: readonly InstanceSide[] = ['starter', 'office']

/** What the caller may do now. Who may read it may not for that do its step; the office may put a step that nobody does into somebody's hands. */
export function actsOf({ instance: { state, stepNo }, sides, hasStep }: InstanceAccess): InstanceActs {
  const running = state === 'running'
  const own = running && hasStep
  return { fill: own, finish: own, hand: own || (running && sides.includes('office')), return: own && stepNo > 1, cancel: running && sides.some((side) => mayCancel.includes(side)) }
}

/** Throws `instanceOver`, `forbiddenForInstance`; `stepNotBefore` for a return from the first step. */
export function requireAct(access: InstanceAccess, act: Act): void {
  const { instance: { state, stepNo }, sides, hasStep } = access
  if (state !== 'running') throw new AppError('instanceOver', { state })
  if (act === 'return' && hasStep && stepNo === 1) throw new AppError('stepNotBefore')
  if (!actsOf(access)[act]) throw new AppError('forbiddenForInstance', { sides })
}

/** How long a stay at a step took, and by how much it passed its last day; in working days. */
export function daysOf(beganAt: Date | string, dueOn: Day, until: Day, calendar: WorkingCalendar): { tookDays: number, lateDays: number } {
  const began = localDay(beganAt)
  return {
    tookDays: until <= began ? 0 : workingDaysBetween(began, until, calendar),
    lateDays: until <= dueOn ? 0 : workingDaysBetween(dueOn, until, calendar),
  }
}

/**
 * The one way to an instance: being of the unit that started it, responsible for one of its steps, or of the office of its body;
 * today. Neither an id nor being an administrator is a right to it.
 */
export function createInstanceAccess({ db, store, now }: { db: Knex, store: InstanceAccessStore, now: () => Date }) {
  /** Throws `instanceNotFound` alike for one that does not exist and one that is others'. */
  async function accessTo(instanceId: string, caller: Caller, source: Knex = db): Promise<InstanceAccess> {
    const found = await store.findAccess(source, instanceId, caller, localDay(now()))
    if (!found) throw new AppError('instanceNotFound')
    return found
  }

  return {
    accessTo,

    /**
     * Carries out an act on the instance as it is under its lock, in one transaction. Throws `instanceNotFound`, `instanceOver`,
     * `forbiddenForInstance`, `instanceChanged` where it is no longer the version that the act began from (null: whichever it is),
     * and what `work` throws.
     */
    async change<T>(
      instanceId: string, caller: Caller, act: Act, version: number | null,
      work: (trx: Knex.Transaction, access: InstanceAccess, at: Date) => Promise<T>,
    ): Promise<T> {
      await accessTo(instanceId, caller)
      return await db.transaction(async (trx) => {
        await store.lock(trx, instanceId)
        const access = await accessTo(instanceId, caller, trx)
        const { instance } = access
        // Who comes second learns that they do, also where the first has moved it on.
        if (version !== null && version !== instance.version) {
          throw new AppError('instanceChanged', { version: instance.version, stepNo: instance.stepNo, state: instance.state })
        }
        requireAct(access, act)
        return await work(trx, access, now())
      })
    },
  }
}

export type InstanceAccessTo = ReturnType<typeof createInstanceAccess>
