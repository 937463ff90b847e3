import { addDays, addWorkingDays, localDay, startOfDay } from '../../protocol/calendar.ts'
import type { Calendar } from '../bodies/calendar.ts'
import type { Units } from '../bodies/units.ts'
import type { Conclusions } from '../conclusions/conclusions.ts'
import type { Caller } from '../platform/contract.ts'
import type { TaskDomain } from '../tasks/domain.ts'
import { demoConclusion, demoTasks, type DemoTaskStep } from './tasks.ts'

export interface DemoTasksDeps {
  concluding: { conclusions: Pick<Conclusions, 'write' | 'settle'>, tasksAt(now: () => Date): TaskDomain }
  units: Pick<Units, 'list'>
  calendar: Pick<Calendar, 'load'>
}

export interface DemoTasksPlace { meetingId: string, itemId: string, clerk: Caller, chair: Caller, held: Date, now: Date }

/** The conclusion on the item that the demo's conference dealt with. What a killed start had written is written once. */
export async function seedConclusion({ concluding: { conclusions } }: DemoTasksDeps, { meetingId, itemId, clerk, chair }: DemoTasksPlace): Promise<void> {
  const { version } = await conclusions.write(meetingId, itemId, clerk, { key: 'demo conclusion', version: 0, text: demoConclusion })
  await conclusions.settle(meetingId, itemId, chair, { key: 'demo settled', version })
}

/** The tasks that it became, in every stage that there is. One that is there is gone on with as far as nobody else has. */
export async function seedTasks(
  { concluding: { tasksAt }, units, calendar }: DemoTasksDeps,
  { meetingId, itemId, clerk, chair, held, now }: DemoTasksPlace, callerNamed: (username: string) => Caller,
): Promise<void> {
  const today = localDay(now)
  const days = await calendar.load(addDays(today, -60), addDays(today, 120))
  const unitIds = new Map((await units.list(false)).map(({ code, id }) => [code, id]))
  // Given as it was concluded; what became of each is spread over the days since.
  const domain = tasksAt(() => held)
  const present = tasksAt(() => now)
  /** A task's steps follow one another by a working day, in office hours; those of today stood before now. */
  const workedAt = (index: number, place: number) => {
    const day = addWorkingDays(localDay(held), place + 1 + index % 2, days)
    const at = startOfDay(day).getTime() + (8 * 60 + 20 + (index * 37 + place * 53) % 480) * 60_000
    return new Date(Math.min(at, now.getTime()))
  }
  const { tasks: known } = await present.reading.list(clerk, { scope: 'office', meetingId, limit: 100 })
  for (const [index, { unit, actor, co, dueInDays, steps, ...words }] of demoTasks.entries()) {
    const leadId = unitIds.get(unit)
    const coUnitIds = co.map((code) => unitIds.get(code)).filter((id) => id !== undefined)
    if (leadId === undefined || known.some(({ what }) => what === words.what)) continue
    const facts = { ...words, lead: { kind: 'unit' as const, id: leadId }, coUnitIds, dueOn: addWorkingDays(today, dueInDays, days) }
    const assigned = await domain.assigning.assign(meetingId, itemId, clerk, { key: `demo task ${index}`, conclusionVersion: 1, facts })
    let { version } = assigned
    for (const [place, step] of steps.entries()) {
      const at = workedAt(index, place)
      const who = step.act === 'verify' || step.act === 'return' || step.act === 'cancel' ? chair : callerNamed(actor)
      const dueOn = step.act === 'askExtension' ? addWorkingDays(today, step.days, days) : today;
      ({ version } = await take(tasksAt(() => at), assigned.taskId, who, { key: `demo task ${index} ${place}`, version }, step, dueOn))
    }
  }
}

function take({ tasks }: TaskDomain, taskId: string, who: Caller, act: { key: string, version: number }, step: DemoTaskStep, dueOn: string) {
  switch (step.act) {
    case 'accept': return tasks.accept(taskId, who, act)
    case 'handBack': return tasks.handBack(taskId, who, { ...act, reason: step.reason })
    case 'progress': return tasks.progress(taskId, who, { ...act, percent: step.percent, note: step.note })
    case 'askExtension': return tasks.askExtension(taskId, who, { ...act, dueOn, reason: step.reason })
    case 'report': return tasks.report(taskId, who, { ...act, note: step.note })
    case 'verify': return tasks.verify(taskId, who, { ...act, done: true, note: step.note })
    case 'return': return tasks.verify(taskId, who, { ...act, done: false, note: step.note })
    case 'cancel': return tasks.cancel(taskId, who, { ...act, reason: step.reason })
  }
}
