import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, localDay, type Day } from '../../protocol/calendar.ts'
import { findReadiness } from '../../protocol/readiness.ts'
import { freshKey } from '../../tests/support/house.ts'
import { openTasks, type TaskScene } from '../../tests/support/tasks.ts'
import type { Caller } from '../platform/contract.ts'
import { weekOf } from './digest.ts'

/** What comes of time alone, on a real database: reminders, what is overdue, the way back onto an agenda, the weekly digest. */

let scene: TaskScene
beforeAll(async () => { scene = await openTasks() })
afterAll(() => scene.house.close())
/** On a working day, within office hours, whenever this runs. */
beforeEach(() => { scene.atDay(addWorkingDays(localDay(new Date()), 0, scene.calendar)) })

const refused = (code: string) => expect.objectContaining({ code }) as unknown
/** The first working day after a task's. */
const after = (dueOn: Day): Day => addWorkingDays(dueOn, 1, scene.calendar)

/** A draft of the body, held some days after that one. */
async function draftAfter(day: Day): Promise<string> {
  const { house, body } = scene
  const { meetingId } = await house.newMeeting(body, 'draft')
  await house.archive.owner('meeting').where({ id: meetingId }).update({ starts_at: new Date(`${addDays(day, 5)}T01:00:00Z`) })
  return meetingId
}

async function told(taskId: string): Promise<string[]> {
  const { house, body, co, lead } = scene
  const names = new Map([[lead, 'lead'], [co, 'co'], [body.clerk, 'clerk'], [body.chair, 'chair']].map(([one, name]) => [(one as Caller).personId, name as string]))
  return (await house.db('notice').where({ topic: `task:${taskId}` }).orderBy('id').select('kind', 'person_id'))
    .map((row: { kind: string, person_id: string }) => `${row.kind} ${names.get(row.person_id)}`)
}

describe('what comes of time', () => {
  it('reminds the lead once before the day, and raises what is overdue to office and lead as offices open, with an event of its own', async () => {
    const { acts, assign, atDay, body, calendar, domain, lead, leadUnit, workingDay } = scene
    const { taskId, version } = await assign()
    await acts.accept(taskId, lead, version)
    const dueOn = workingDay(10)
    await domain().due.run()
    const first = ['tasks.assigned lead', 'tasks.partner co']
    expect(await told(taskId)).toEqual(first)
    atDay(addWorkingDays(dueOn, -2, calendar))
    await domain().due.run()
    await domain().due.run()
    expect(await told(taskId)).toEqual([...first, 'tasks.dueSoon lead'])
    atDay(dueOn)
    expect((await domain().reading.get(taskId, lead)).late).toBe(false)
    // It is overdue from midnight on; nobody is woken by that.
    atDay(after(dueOn), 7)
    await domain().due.run()
    expect([(await domain().reading.get(taskId, lead)).late, (await told(taskId)).length]).toEqual([true, 3])
    atDay(after(dueOn))
    await Promise.all([domain().due.run(), domain().due.run()])
    await domain().due.run()
    expect((await told(taskId)).slice(3).toSorted()).toEqual(['tasks.overdue chair', 'tasks.overdue clerk', 'tasks.overdue lead'])
    const detail = await domain().reading.get(taskId, lead)
    expect(detail.events.filter(({ kind }) => kind === 'overdue')).toMatchObject([{ actorId: null, dueOn }])
    const late = await domain().reading.list(body.clerk, { scope: 'office', only: 'late', limit: 100 })
    expect(late.tasks.map(({ id }) => id)).toContain(taskId)
    const accepted = (await domain().reading.board(body.clerk, { scope: 'office', unitId: leadUnit })).columns.find(({ stage }) => stage === 'accepted')
    expect(accepted?.tasks[0]).toMatchObject({ late: true })
    expect(accepted?.late).toBeGreaterThan(0)
  })

  it('comes onto the next agenda by itself, once for each day, on the matter that it came from, and stays off where the office took it off', async () => {
    const { assign, atDay, body, domain, house, itemId, workingDay } = scene
    const { taskId } = await assign()
    const dueOn = workingDay(10)
    const later = await draftAfter(addDays(dueOn, 30))
    const next = await draftAfter(dueOn)
    const placed = async () => (await house.db('task_agenda_item').where({ task_id: taskId }).pluck('item_id')) as string[]
    await domain().placing.run()
    expect(await placed()).toEqual([])
    atDay(after(dueOn))
    await Promise.all([domain().placing.run(), domain().placing.run()])
    await domain().placing.run()
    const [item, ...others] = await placed()
    expect(others).toEqual([])
    const row: unknown = await house.db('agenda_item').where({ id: item ?? '' }).first('meeting_id', 'minutes', 'purpose')
    expect(row).toEqual({ meeting_id: next, minutes: 10, purpose: 'report' })
    const matters: { matter_id: string }[] = await house.db('agenda_item').whereIn('id', [item ?? '', itemId]).select('matter_id')
    expect(new Set(matters.map((one) => one.matter_id)).size).toBe(1)
    const entry = (await house.entries(next, 'agenda.itemAdded')).find(({ data }) => data['itemId'] === item)
    expect(entry).toMatchObject({ actorId: null, audience: { scope: 'office' } })
    expect((await domain().reading.get(taskId, body.clerk)).events.at(-1)).toMatchObject({ kind: 'onAgenda', actorId: null })
    await house.domains.agenda.remove(next, item ?? '', body.clerk)
    await domain().placing.run()
    expect(await placed()).toEqual([item])
    // Where the body has it so, it is offered to the office alone.
    const other = await assign()
    const rules = await house.archive.owner('body').where({ id: body.bodyId }).first<{ rules: object }>('rules')
    await house.archive.owner('body').where({ id: body.bodyId }).update({ rules: { ...rules?.rules, followUp: { overdueReportMinutes: 0 } } })
    atDay(after(workingDay(10)))
    await domain().placing.run()
    expect(await house.db('task_agenda_item').where({ task_id: other.taskId })).toEqual([])
    await house.archive.owner('body').where({ id: body.bodyId }).update({ rules: rules?.rules })
    await house.archive.owner('task').whereIn('id', [taskId, other.taskId]).update({ stage: 'cancelled' })
    await house.archive.owner('meeting').whereIn('id', [next, later]).update({ status: 'cancelled' })
  })

  it('is put onto an agenda by the office too, once', async () => {
    const { assign, atDay, body, domain, house, workingDay } = scene
    const { taskId } = await assign()
    const dueOn = workingDay(10)
    const next = await draftAfter(dueOn)
    const { agenda } = domain()
    const offered = async () => (await agenda.overdue(next, body.clerk)).tasks.map(({ id }) => id)
    const put = (id = taskId, key = freshKey()) => agenda.put(next, body.clerk, { taskId: id, title: 'Tình hình thực hiện: trình đề án', minutes: 10, key })
    expect(await offered()).not.toContain(taskId)
    await expect(put()).rejects.toEqual(refused('taskStage'))
    atDay(addDays(dueOn, 1))
    expect(await offered()).toContain(taskId)
    const finding = (await house.domains.readiness.readiness(next, body.clerk)).findings.find(({ code }) => code === 'tasksOverdue')
    expect(finding).toMatchObject({ severity: 'warns', details: { count: expect.any(Number) as number } })
    await expect(agenda.overdue(next, body.member)).rejects.toEqual(refused('meetingNotFound'))
    await expect(put(randomUUID())).rejects.toEqual(refused('taskNotFound'))
    const key = freshKey()
    const { itemId: placed } = await put(taskId, key)
    expect(await put(taskId, key)).toEqual({ itemId: placed })
    expect(await offered()).not.toContain(taskId)
    await expect(put()).rejects.toEqual(refused('taskStage'))
    await domain().placing.run()
    expect(await house.db('task_agenda_item').where({ task_id: taskId }).pluck('item_id')).toEqual([placed])
    // Taken off again, it is offered again.
    await house.domains.agenda.remove(next, placed, body.clerk)
    expect(await offered()).toContain(taskId)
    const strangers = await house.newBody()
    const { meetingId: foreign } = await house.newMeeting(strangers, 'draft')
    await expect(agenda.put(foreign, strangers.clerk, { taskId, title: 'Khác', minutes: 10, key: freshKey() })).rejects.toEqual(refused('taskNotFound'))
    await house.archive.owner('task').where({ id: taskId }).update({ stage: 'cancelled' })
  })

  it('sends a digest once a week, as offices open, to who has tasks and wants it, those of a unit’s successor too', async () => {
    const { assign, atDay, body, calendar, co, domain, factsFor, house, lead, leadUnit, newUnit, now, stranger, workerIn } = scene
    await assign()
    await domain().digest.setWants(co, true)
    const declining = await workerIn(leadUnit)
    await domain().digest.setWants(declining, false)
    const [old, successor] = [await newUnit(), await newUnit()]
    await assign(factsFor({ lead: { kind: 'unit', id: old }, coUnitIds: [] }))
    await house.archive.owner('unit_succession').insert({ predecessor_id: old, successor_id: successor, kind: 'merger', since: localDay(now()) })
    const heir = await workerIn(successor)
    const { officeHours } = house.domains
    const seen = await officeHours.latest()
    expect(seen.opens).toBe('07:30')
    const changed = await officeHours.put(body.chair, { since: localDay(now()), opens: '08:15', basis: 'Quy chế làm việc', seen })
    await expect(officeHours.put(body.clerk, { since: localDay(now()), opens: '09:00', basis: 'Quy chế làm việc', seen })).rejects.toEqual(refused('calendarChanged'))
    await expect(officeHours.put(body.clerk, { since: '2020-01-01', opens: '09:00', basis: 'Quy chế', seen: changed })).rejects.toEqual(refused('dateOutOfRange'))

    const monday = addDays(weekOf(localDay(now())), 7)
    const first = addWorkingDays(monday, 0, calendar)
    const digests = async () => await house.db('notice').where({ kind: 'tasks.digest' }).select<{ person_id: string, content: { words: { vi: { paragraphs: string[] } } } }[]>('person_id', 'content')
    atDay(first)
    await domain().digest.run()
    expect(await digests()).toEqual([])
    atDay(first, 8.25)
    await Promise.all([domain().digest.run(), domain().digest.run()])
    await domain().digest.run()
    const sent = await digests()
    const own = sent.filter(({ person_id: id }) => id === lead.personId)
    expect(own).toHaveLength(1)
    expect(own[0]?.content.words.vi.paragraphs.join('\n')).toContain('Trình đề án chuyển đổi số')
    expect(sent.filter((row) => row.person_id === heir.personId)).toHaveLength(1)
    for (const none of [declining, stranger, co]) expect(sent.map((row) => row.person_id)).not.toContain(none.personId)
    expect(await house.db('task_digest_run').where({ week: monday }).first('people')).toEqual({ people: sent.length })
  })
})

it('says nothing of readiness where no task is overdue', () => {
  const at = new Date('2026-12-01T02:00:00Z')
  const facts = {
    now: at.toISOString(), status: 'draft' as const, startsAt: new Date(at.getTime() + 86_400_000).toISOString(), plannedMinutes: 60, mode: 'online' as const, kind: null,
    cautions: [], people: 3, items: [], room: null, clashes: [], year: null, calendar: new Map(),
  }
  expect(findReadiness({ ...facts, tasksOverdue: 0 }).some(({ code }) => code === 'tasksOverdue')).toBe(false)
  expect(findReadiness({ ...facts, tasksOverdue: 2 }).find(({ code }) => code === 'tasksOverdue')).toMatchObject({ details: { count: 2 } })
})
