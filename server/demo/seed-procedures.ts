import type { FormValues } from '../../protocol/procedure-forms.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Caller } from '../platform/contract.ts'
import type { Proceeding } from '../proceeding.ts'
import { demoFiles } from './procedures.ts'
import { standingCommittee } from './province.ts'

export interface DemoProceduresDeps {
  proceeding: Pick<Proceeding, 'at'>
  bodies: Pick<Bodies, 'findByName'>
}

const DAY_MS = 24 * 3600_000

/** Files on their way and done, as of the days on which they were. What a killed start had done is gone on from. */
export async function seedProcedures({ proceeding, bodies }: DemoProceduresDeps, named: (username: string) => Caller, now: Date): Promise<void> {
  let at = now
  const { catalogue, instances, reading } = proceeding.at(() => at)
  const body = await bodies.findByName(standingCommittee.name)
  if (!body) throw new Error('the body was not seeded')
  const { procedures } = await catalogue.list(named('chi'))
  for (const { code, title, starter, daysAgo, form, steps } of demoFiles) {
    const procedureId = procedures.find((one) => one.code === code)?.id
    if (procedureId === undefined) continue
    at = new Date(now.getTime() - daysAgo * DAY_MS)
    const { instanceId } = await instances.start(named(starter), { secrecy: 'none', procedureId, bodyId: body.id, title, key: `demo ${title}`.slice(0, 60) })
    const { version, forms } = await reading.get(instanceId, named(starter))
    if (version > 1) continue
    const [formId, values] = form
    if (forms.length === 0) {
      const { unit } = await reading.starting(named(starter))
      // Only here are the ids of units known.
      const recipients: FormValues = unit && formId === 'phieu-trinh' ? { 'noi-nhan': [{ 'don-vi': unit.id, 'hinh-thuc': 'dien-tu' }] } : {}
      await instances.saveForm(instanceId, named(starter), formId, { revision: 0, values: { ...values, ...recipients } })
    }
    for (const [index, step] of steps.entries()) {
      at = new Date(at.getTime() + step.afterDays * DAY_MS)
      const who = named(step.by)
      if (step.form) await instances.saveForm(instanceId, who, step.form[0], { revision: 0, values: step.form[1] })
      if (step.back === undefined) await instances.finish(instanceId, who, { version: index + 1, note: '' })
      else await instances.return(instanceId, who, { version: index + 1, toStepNo: 1, reason: step.back })
    }
  }
}
