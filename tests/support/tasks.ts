import { randomUUID } from 'node:crypto'
import { addWorkingDays, localDay, startOfDay, type Day } from '../../protocol/calendar.ts'
import type { TaskActs, TaskFacts, TaskStage } from '../../protocol/tasks.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { freshKey, openHouse, type House } from './house.ts'

type Body = Awaited<ReturnType<House['newBody']>>
export type TaskAct = keyof Omit<TaskActs, 'evidence'>

/** A body with a settled conclusion, a unit that leads what comes of it and one that takes part, and a clock that tests move. */
export async function openTasks() {
  let clock = new Date()
  const house = await openHouse({ now: () => clock })
  const calendar = await house.domains.calendar.load('2020-01-01', '2040-01-01')
  const domain = () => house.domains.concluding.tasks
  const workingDay = (days: number): Day => addWorkingDays(localDay(clock), days, calendar)

  async function newUnit(): Promise<string> {
    const [row] = await house.archive.owner('unit').insert({ name: `Sở ${randomUUID().slice(0, 8)}`, since: '2020-01-01' }).returning<{ id: string }[]>('id')
    return row?.id ?? ''
  }
  async function workerIn(unitId: string): Promise<Caller> {
    const caller = await house.newPerson()
    await house.archive.owner('unit_membership').insert({ unit_id: unitId, person_id: caller.personId, since: '2020-01-01' })
    return caller
  }
  async function concluded(of: Body) {
    const { meetingId, items: [itemId] } = await house.newMeeting(of, 'live')
    await house.domains.agenda.goTo(meetingId, of.chair, freshKey(), itemId)
    const { conclusions } = house.domains.concluding
    await conclusions.write(meetingId, itemId, of.clerk, { key: freshKey(), version: 0, text: 'Giao Sở Nội vụ trình đề án.' })
    await conclusions.settle(meetingId, itemId, of.chair, { key: freshKey(), version: 1 })
    return { meetingId, itemId }
  }

  const body = await house.newBody()
  const [leadUnit, coUnit] = [await newUnit(), await newUnit()]
  const [lead, co, stranger] = [await workerIn(leadUnit), await workerIn(coUnit), await house.newPerson()]
  const { meetingId, itemId } = await concluded(body)

  const factsFor = (changes: Partial<TaskFacts> = {}): TaskFacts => ({
    lead: { kind: 'unit', id: leadUnit }, coUnitIds: [coUnit], what: 'Trình đề án chuyển đổi số', product: 'Đề án kèm tờ trình',
    responsibility: 'Giám đốc Sở chịu trách nhiệm', authority: 'Theo phân cấp', dueOn: workingDay(10), ...changes,
  })
  const assign = (facts = factsFor(), caller = body.clerk, conclusionVersion = 1) =>
    domain().assigning.assign(meetingId, itemId, caller, { key: freshKey(), conclusionVersion, facts })

  const acts: Record<TaskAct, (taskId: string, caller: Caller, version: number, key?: string) => Promise<{ version: number }>> = {
    accept: (id, caller, version, key = freshKey()) => domain().tasks.accept(id, caller, { key, version }),
    handBack: (id, caller, version, key = freshKey()) => domain().tasks.handBack(id, caller, { key, version, reason: 'Không đúng thẩm quyền' }),
    progress: (id, caller, version, key = freshKey()) => domain().tasks.progress(id, caller, { key, version, percent: 40, note: 'Đã có dự thảo' }),
    askExtension: (id, caller, version, key = freshKey()) => domain().tasks.askExtension(id, caller, { key, version, dueOn: workingDay(20), reason: 'Chờ ý kiến' }),
    report: (id, caller, version, key = freshKey()) => domain().tasks.report(id, caller, { key, version, note: 'Đề án đã trình' }),
    change: (id, caller, version, key = freshKey()) => domain().tasks.change(id, caller, { key, version, facts: factsFor({ what: 'Trình đề án sửa đổi' }) }),
    decideExtension: (id, caller, version, key = freshKey()) => domain().tasks.decideExtension(id, caller, { key, version, approved: true, note: '' }),
    verify: (id, caller, version, key = freshKey()) => domain().tasks.verify(id, caller, { key, version, done: true, note: '' }),
    cancel: (id, caller, version, key = freshKey()) => domain().tasks.cancel(id, caller, { key, version, reason: 'Không còn cần' }),
  }
  /** How a task comes into each stage. */
  const ways: Record<TaskStage | 'asked', TaskAct[]> = {
    assigned: [], handedBack: ['handBack'], accepted: ['accept'], inProgress: ['accept', 'progress'], reported: ['accept', 'report'],
    closed: ['accept', 'report', 'verify'], cancelled: ['cancel'], asked: ['accept', 'askExtension'],
  }
  const actorOf: Record<TaskAct, Caller> = {
    accept: lead, handBack: lead, progress: lead, askExtension: lead, report: lead,
    change: body.clerk, decideExtension: body.chair, verify: body.clerk, cancel: body.clerk,
  }
  async function broughtTo(stage: keyof typeof ways): Promise<{ taskId: string, version: number }> {
    const assigned = await assign()
    let { version } = assigned
    for (const name of ways[stage]) ({ version } = await acts[name](assigned.taskId, actorOf[name], version))
    return { taskId: assigned.taskId, version }
  }

  return {
    house, calendar, body, leadUnit, coUnit, lead, co, stranger, meetingId, itemId, domain, workingDay, newUnit, workerIn, concluded,
    factsFor, assign, acts, ways, actorOf, broughtTo,
    now: () => clock,
    setClock(at: Date): void { clock = at },
    /** An hour of that day, in Asia/Ho_Chi_Minh. */
    atDay(day: Day, hour = 8): void { clock = new Date(startOfDay(day).getTime() + hour * 3600_000) },
  }
}

export type TaskScene = Awaited<ReturnType<typeof openTasks>>
