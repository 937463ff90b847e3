import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, isWorkingDay, localDay, startOfDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { findReadiness } from '../../protocol/readiness.ts'
import type { TaskActs, TaskFacts, TaskStage } from '../../protocol/tasks.ts'
import { freshKey, openHouse, type House } from '../../tests/support/house.ts'
import type { Caller } from '../platform/contract.ts'
import { weekOf } from './digest.ts'

/** The life of tasks on a real database: who may do what and when, deadlines by the working calendar, what rises by itself. */

let house: House
let clock: Date
let calendar: WorkingCalendar

type Body = Awaited<ReturnType<House['newBody']>>
let body: Body
/** Works in the unit that leads, in the unit that takes part, in none. */
let lead: Caller
let co: Caller
let stranger: Caller
let leadUnit: string
let coUnit: string
/** A settled conclusion. */
let meetingId: string
let itemId: string

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
  const { meetingId: id, items: [item] } = await house.newMeeting(of, 'live')
  await house.domains.agenda.goTo(id, of.chair, freshKey(), item)
  const { conclusions } = house.domains.concluding
  await conclusions.write(id, item, of.clerk, { key: freshKey(), version: 0, text: 'Giao Sở Nội vụ trình đề án.' })
  await conclusions.settle(id, item, of.chair, { key: freshKey(), version: 1 })
  return { id, item }
}

beforeAll(async () => {
  clock = new Date()
  house = await openHouse({ now: () => clock })
  calendar = await house.domains.calendar.load('2020-01-01', '2040-01-01')
  body = await house.newBody()
  ;[leadUnit, coUnit] = [await newUnit(), await newUnit()]
  ;[lead, co, stranger] = [await workerIn(leadUnit), await workerIn(coUnit), await house.newPerson()]
  const made = await concluded(body)
  ;[meetingId, itemId] = [made.id, made.item]
})
afterAll(() => house.close())
beforeEach(() => { clock = new Date() })

const domain = () => house.domains.concluding.tasks
const refused = (code: string) => expect.objectContaining({ code }) as unknown
const workingDay = (days: number): Day => addWorkingDays(localDay(clock), days, calendar)

const factsFor = (changes: Partial<TaskFacts> = {}): TaskFacts => ({
  lead: { kind: 'unit', id: leadUnit }, coUnitIds: [coUnit], what: 'Trình đề án chuyển đổi số', product: 'Đề án kèm tờ trình',
  responsibility: 'Giám đốc Sở chịu trách nhiệm', authority: 'Theo phân cấp', dueOn: workingDay(10), ...changes,
})
const assign = (facts = factsFor(), caller = body.clerk, conclusionVersion = 1) =>
  domain().assigning.assign(meetingId, itemId, caller, { key: freshKey(), conclusionVersion, facts })

type Acts = Record<keyof Omit<TaskActs, 'evidence'>, (taskId: string, caller: Caller, version: number, key?: string) => Promise<{ version: number }>>
const acts: Acts = {
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
const names = Object.keys(acts) as (keyof Acts)[]

/** How a task comes into each stage. */
const ways: Record<TaskStage | 'asked', (keyof Acts)[]> = {
  assigned: [], handedBack: ['handBack'], accepted: ['accept'], inProgress: ['accept', 'progress'], reported: ['accept', 'report'],
  closed: ['accept', 'report', 'verify'], cancelled: ['cancel'], asked: ['accept', 'askExtension'],
}
const sideOf: Record<keyof Acts, () => Caller> = {
  accept: () => lead, handBack: () => lead, progress: () => lead, askExtension: () => lead, report: () => lead,
  change: () => body.clerk, decideExtension: () => body.chair, verify: () => body.clerk, cancel: () => body.clerk,
}
async function broughtTo(stage: keyof typeof ways): Promise<{ taskId: string, version: number }> {
  const assigned = await assign()
  let { version } = assigned
  for (const name of ways[stage]) ({ version } = await acts[name](assigned.taskId, sideOf[name](), version))
  return { taskId: assigned.taskId, version }
}

/** What each act comes to in each stage, done by whose act it is. */
const table: Record<keyof Acts, Partial<Record<keyof typeof ways, TaskStage>>> = {
  accept: { assigned: 'accepted' },
  handBack: { assigned: 'handedBack' },
  progress: { accepted: 'inProgress', inProgress: 'inProgress', asked: 'inProgress' },
  askExtension: { accepted: 'accepted', inProgress: 'inProgress' },
  report: { accepted: 'reported', inProgress: 'reported', asked: 'reported' },
  change: { assigned: 'assigned', handedBack: 'assigned' },
  decideExtension: { asked: 'accepted' },
  verify: { reported: 'closed' },
  cancel: { assigned: 'cancelled', handedBack: 'cancelled', accepted: 'cancelled', inProgress: 'cancelled', reported: 'cancelled', asked: 'cancelled' },
}
const codes: Partial<Record<string, string>> = {
  'askExtension asked': 'extensionPending', 'decideExtension accepted': 'extensionNotAsked', 'decideExtension inProgress': 'extensionNotAsked',
}

describe('the life of a task', () => {
  it.each(Object.keys(ways) as (keyof typeof ways)[])('at %s takes what is its turn, from whose turn it is, and nothing else', async (stage) => {
    for (const name of names) {
      const { taskId, version } = await broughtTo(stage)
      const actor = sideOf[name]()
      const detail = await domain().reading.get(taskId, actor)
      const wanted = table[name][stage]
      // The page offers exactly what is taken.
      expect([name, stage, detail.may[name]]).toEqual([name, stage, wanted !== undefined])
      for (const other of [co, body.member, ...actor === lead ? [body.clerk, body.chair] : [lead]]) {
        await expect(acts[name](taskId, other, version), `${name} ${stage}`).rejects.toEqual(refused('forbiddenForTask'))
      }
      await expect(acts[name](taskId, stranger, version)).rejects.toEqual(refused('taskNotFound'))
      if (wanted) {
        const key = freshKey()
        const saved = await acts[name](taskId, actor, version, key)
        expect(await acts[name](taskId, actor, version, key)).toEqual(saved)
        expect(await domain().reading.get(taskId, body.member)).toMatchObject({ stage: wanted, version: version + 1 })
        await expect(acts[name](taskId, actor, version)).rejects.toEqual(refused('taskChanged'))
      } else {
        await expect(acts[name](taskId, actor, version)).rejects.toEqual(refused(codes[`${name} ${stage}`] ?? 'taskStage'))
        expect(await domain().reading.get(taskId, actor)).toMatchObject({ version })
      }
    }
  })

  it('keeps every act as an event that the application can neither change nor delete, with what was said', async () => {
    const { taskId } = await broughtTo('closed')
    const { events, stage, percent } = await domain().reading.get(taskId, lead)
    expect(events.map(({ kind, actorId, note }) => [kind, actorId, note])).toEqual([
      ['assigned', body.clerk.personId, ''], ['accepted', lead.personId, ''], ['reported', lead.personId, 'Đề án đã trình'], ['closed', body.clerk.personId, ''],
    ])
    expect([stage, percent]).toEqual(['closed', 100])
    await expect(house.db('task_event').where({ task_id: taskId }).delete()).rejects.toThrow()
    await expect(house.archive.owner('task_event').where({ task_id: taskId }).update({ note: 'khác' })).rejects.toThrow()
  })

  it('is verified by nobody of its own lead, and returned or declined only in words', async () => {
    const { taskId, version } = await assign(factsFor({ lead: { kind: 'person', id: body.clerk.personId } }))
    const accepted = await acts.accept(taskId, body.clerk, version)
    const reported = await acts.report(taskId, body.clerk, accepted.version)
    expect((await domain().reading.get(taskId, body.clerk)).may.verify).toBe(false)
    await expect(acts.verify(taskId, body.clerk, reported.version)).rejects.toEqual(refused('forbiddenForTask'))
    const back = { key: freshKey(), version: reported.version, done: false, note: '' }
    await expect(domain().tasks.verify(taskId, body.chair, back)).rejects.toEqual(refused('badRequest'))
    await domain().tasks.verify(taskId, body.chair, { ...back, note: 'Thiếu phụ lục' })
    expect(await domain().reading.get(taskId, body.clerk)).toMatchObject({ stage: 'inProgress', percent: 99 })
    const asked = await broughtTo('asked')
    await expect(domain().tasks.decideExtension(asked.taskId, body.clerk, { key: freshKey(), version: asked.version, approved: false, note: '' })).rejects.toEqual(refused('badRequest'))
  })

  it('moves its day when the office approves the extension, and not before', async () => {
    const { taskId, version } = await broughtTo('asked')
    const before = await domain().reading.get(taskId, lead)
    expect(before).toMatchObject({ dueOn: workingDay(10), extensionAsked: true, holder: 'office', extension: { dueOn: workingDay(20), reason: 'Chờ ý kiến', askedBy: lead.personId } })
    await acts.decideExtension(taskId, body.clerk, version)
    expect(await domain().reading.get(taskId, lead)).toMatchObject({ dueOn: workingDay(20), extensionAsked: false, holder: 'lead', extension: null })
  })

  it('is seen by its lead, units that take part, and the body; told of its meeting are those who may know it', async () => {
    const { taskId } = await assign()
    const [ofLead, ofMember] = [await domain().reading.get(taskId, lead), await domain().reading.get(taskId, body.member)]
    expect(ofLead.sides).toEqual(['lead'])
    expect(ofLead.origin).toMatchObject({ meetingId: null, meetingTitle: null, itemTitle: null, conclusion: null })
    expect(ofMember.origin).toMatchObject({ meetingId, itemId, itemTitle: 'Nội dung một', conclusion: 'Giao Sở Nội vụ trình đề án.', revised: false })
    const { settled } = (await house.state(meetingId)).conclusions[0] ?? {}
    // To the very second of the decision.
    expect(ofLead.origin.decidedAt).toBe(settled?.at)
    await expect(domain().reading.get(taskId, body.guest)).rejects.toEqual(refused('taskNotFound'))
    await expect(domain().reading.get(randomUUID(), lead)).rejects.toEqual(refused('taskNotFound'))
    const seen = async (caller: Caller) => (await domain().reading.list(caller, { scope: 'seen', limit: 100 })).tasks.map(({ id }) => id)
    for (const caller of [lead, co, body.chair, body.member]) expect(await seen(caller)).toContain(taskId)
    for (const caller of [stranger, body.guest]) expect(await seen(caller)).toEqual([])
  })
})

describe('assigning', () => {
  it('needs the office, a settled conclusion at this version, and facts that hold', async () => {
    for (const caller of [body.member, body.guest]) await expect(assign(factsFor(), caller)).rejects.toEqual(refused('forbiddenInMeeting'))
    await expect(assign(factsFor(), stranger)).rejects.toEqual(refused('meetingNotFound'))
    await expect(assign(factsFor(), body.clerk, 2)).rejects.toEqual(refused('conclusionChanged'))
    await expect(assign(factsFor({ lead: { kind: 'unit', id: randomUUID() } }))).rejects.toEqual(refused('unitNotFound'))
    await expect(assign(factsFor({ lead: { kind: 'person', id: randomUUID() } }))).rejects.toEqual(refused('personNotFound'))
    await expect(assign(factsFor({ coUnitIds: [leadUnit] }))).rejects.toEqual(refused('badRequest'))
    await expect(assign(factsFor({ product: 'TUYỆT MẬT' }))).rejects.toEqual(refused('proposalSecret'))
    const other = await house.newMeeting(body, 'live')
    const elsewhere = () => domain().assigning
      .assign(other.meetingId, other.items[0], body.clerk, { key: freshKey(), conclusionVersion: 1, facts: factsFor() })
    await expect(elsewhere()).rejects.toEqual(refused('conclusionNotFound'))
    await house.domains.agenda.goTo(other.meetingId, body.chair, freshKey(), other.items[0])
    await house.domains.concluding.conclusions.write(other.meetingId, other.items[0], body.clerk, { key: freshKey(), version: 0, text: 'Chưa chốt' })
    await expect(elsewhere()).rejects.toEqual(refused('conclusionUnsettled'))
  })

  it('makes one task of one key, and the journal tells members of it by ids alone', async () => {
    const wanted = { key: freshKey(), conclusionVersion: 1, facts: factsFor() }
    const assign = () => domain().assigning.assign(meetingId, itemId, body.clerk, wanted)
    const twice = [await assign(), await assign()]
    expect(twice[0]).toEqual(twice[1])
    const [entry] = (await house.entries(meetingId, 'task.assigned')).filter(({ data }) => data['taskId'] === twice[0]?.taskId)
    expect(entry).toMatchObject({ audience: { scope: 'item', itemId, parts: ['members'] }, data: { leadUnitId: leadUnit, leadPersonId: null, dueOn: wanted.facts.dueOn } })
    expect(JSON.stringify(entry)).not.toContain('đề án')
    await expect(domain().assigning.assign(meetingId, itemId, body.clerk, { ...wanted, facts: factsFor({ what: 'Khác' }) })).rejects.toEqual(refused('idempotencyKeyReused'))
  })

  // Tết of 2027, and a swapped pair: by the calendar's data, not by the week.
  it.each([
    ['2027-02-01', '2027-02-08', 'dayOff'], ['2027-02-01', '2027-02-06', 'dayOff'], ['2027-02-01', '2027-01-29', 'past'], ['2027-02-01', '2027-02-03', null],
    ['2027-02-01', '2027-03-13', null], ['2027-02-01', '2027-03-15', 'dayOff'], ['2027-02-01', '2047-02-01', 'tooFar'],
  ] as const)('on %s finds the day %s %s', async (today, dueOn, why) => {
    const { days } = house.domains.calendar
    for (const [day, kind] of [['2027-03-13', 'swappedWorking'], ['2027-03-15', 'swappedOff'], ...['04', '05', '08', '09', '10'].map((one) => [`2027-02-${one}`, 'holiday'] as const)] as const) {
      const [known] = await days(day, day)
      if (known?.kind !== kind) await house.domains.calendar.put(body.chair, { day, kind, name: 'Tết', basis: 'Thử' }, known?.version ?? 0)
    }
    const present = await house.domains.calendar.load('2027-01-01', '2027-12-31')
    clock = new Date(startOfDay(today).getTime() + 3600_000)
    const assigned = assign(factsFor({ dueOn }))
    if (why === null) expect(await assigned).toMatchObject({ version: 1 })
    else {
      const error: unknown = await assigned.catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'dueDateInvalid', details: { why } })
      const next = (error as { details: { next: Day } }).details.next
      expect(next >= today && isWorkingDay(next, present)).toBe(true)
    }
  })
})

describe('what comes of time', () => {
  const told = async (taskId: string) => (await house.db('notice').where({ topic: `task:${taskId}` }).orderBy('id').select('kind', 'person_id'))
    .map((row: { kind: string, person_id: string }) => `${row.kind} ${({ [lead.personId]: 'lead', [body.clerk.personId]: 'clerk', [body.chair.personId]: 'chair' })[row.person_id]}`)
  const atDay = (day: Day) => { clock = new Date(startOfDay(day).getTime() + 8 * 3600_000) }

  it('reminds the lead once before the day, and raises what is overdue to office and lead, with an event of its own', async () => {
    const { taskId, version } = await assign()
    await acts.accept(taskId, lead, version)
    const dueOn = workingDay(10)
    await domain().due.run()
    expect(await told(taskId)).toEqual(['tasks.assigned lead'])
    atDay(addWorkingDays(dueOn, -2, calendar))
    await domain().due.run()
    await domain().due.run()
    expect(await told(taskId)).toEqual(['tasks.assigned lead', 'tasks.dueSoon lead'])
    atDay(dueOn)
    expect((await domain().reading.get(taskId, lead)).late).toBe(false)
    atDay(addDays(dueOn, 1))
    await domain().due.run()
    await domain().due.run()
    expect((await told(taskId)).slice(2).toSorted()).toEqual(['tasks.overdue chair', 'tasks.overdue clerk', 'tasks.overdue lead'])
    const detail = await domain().reading.get(taskId, lead)
    expect(detail).toMatchObject({ late: true })
    expect(detail.events.at(-1)).toMatchObject({ kind: 'overdue', actorId: null, dueOn })
    const late = await domain().reading.list(body.clerk, { scope: 'office', only: 'late', limit: 100 })
    expect(late.tasks.map(({ id }) => id)).toContain(taskId)
    const board = await domain().reading.board(body.clerk, { scope: 'office', unitId: leadUnit })
    const accepted = board.columns.find(({ stage }) => stage === 'accepted')
    expect(accepted?.tasks[0]).toMatchObject({ late: true })
    expect(accepted?.late).toBeGreaterThan(0)
  })

  it('brings what is overdue back onto the next agenda, once, on the matter that it came from', async () => {
    const { taskId } = await assign()
    const { meetingId: next } = await house.newMeeting(body, 'draft')
    const { agenda } = domain()
    const offered = async () => (await agenda.overdue(next, body.clerk)).tasks.map(({ id }) => id)
    const put = (id = taskId, key = freshKey()) => agenda.put(next, body.clerk, { taskId: id, title: 'Tình hình thực hiện: trình đề án', minutes: 10, key })
    expect(await offered()).not.toContain(taskId)
    await expect(put()).rejects.toEqual(refused('taskStage'))
    atDay(addDays(workingDay(10), 1))
    expect(await offered()).toContain(taskId)
    const finding = (await house.domains.readiness.readiness(next, body.clerk)).findings.find(({ code }) => code === 'tasksOverdue')
    expect(finding).toMatchObject({ severity: 'warns', details: { count: expect.any(Number) as number } })
    await expect(agenda.overdue(next, body.member)).rejects.toEqual(refused('meetingNotFound'))
    await expect(put(randomUUID())).rejects.toEqual(refused('taskNotFound'))
    const key = freshKey()
    const { itemId: placed } = await put(taskId, key)
    expect(await put(taskId, key)).toEqual({ itemId: placed })
    const matters: { matter_id: string }[] = await house.db('agenda_item').whereIn('id', [placed, itemId]).select('matter_id')
    expect(new Set(matters.map((row) => row.matter_id)).size).toBe(1)
    expect(await offered()).not.toContain(taskId)
    await expect(put()).rejects.toEqual(refused('taskStage'))
    expect((await domain().reading.get(taskId, body.clerk)).events.at(-1)?.kind).toBe('onAgenda')
    // Taken off again, it is offered again.
    await house.domains.agenda.remove(next, placed, body.clerk)
    expect(await offered()).toContain(taskId)
    const strangers = await house.newBody()
    const { meetingId: foreign } = await house.newMeeting(strangers, 'draft')
    await expect(agenda.put(foreign, strangers.clerk, { taskId, title: 'Khác', minutes: 10, key: freshKey() })).rejects.toEqual(refused('taskNotFound'))
  })

  it('sends a digest once a week, on a working morning, to who has tasks and wants it', async () => {
    const { taskId } = await assign()
    await domain().digest.setWants(co, true)
    const other = await workerIn(leadUnit)
    await domain().digest.setWants(other, false)
    const monday = addDays(weekOf(localDay(clock)), 7)
    const digests = async () => await house.db('notice').where({ kind: 'tasks.digest' }).select<{ person_id: string, content: { words: { vi: { paragraphs: string[] } } } }[]>('person_id', 'content')
    clock = new Date(startOfDay(monday).getTime() + 7 * 3600_000)
    await domain().digest.run()
    expect(await digests()).toEqual([])
    clock = new Date(startOfDay(addWorkingDays(monday, 0, calendar)).getTime() + 8 * 3600_000)
    await Promise.all([domain().digest.run(), domain().digest.run()])
    await domain().digest.run()
    const sent = await digests()
    const own = sent.filter(({ person_id: id }) => id === lead.personId)
    expect(own).toHaveLength(1)
    expect(own[0]?.content.words.vi.paragraphs.join('\n')).toContain('Trình đề án chuyển đổi số')
    for (const none of [other, stranger, co]) expect(sent.map((row) => row.person_id)).not.toContain(none.personId)
    expect(await house.db('task_digest_run').where({ week: monday }).first('people')).toEqual({ people: sent.length })
    expect(taskId).toBeTruthy()
  })
})

describe('lists', () => {
  it('come in pages by their day, filtered, in one query each, and as a workbook', async () => {
    const own = await newUnit()
    const worker = await workerIn(own)
    const made: string[] = []
    for (let days = 3; days < 8; days += 1) made.push((await assign(factsFor({ lead: { kind: 'unit', id: own }, dueOn: workingDay(days) }))).taskId)
    const pages: string[][] = []
    for (let after: string | undefined, more = true; more;) {
      const page = await domain().reading.list(worker, { scope: 'mine', limit: 2, ...after ? { after } : {} })
      pages.push(page.tasks.map(({ id }) => id))
      after = page.next ?? undefined
      more = page.next !== null
    }
    expect(pages).toEqual([made.slice(0, 2), made.slice(2, 4), made.slice(4)])
    const count = async (filter: object) => (await domain().reading.list(body.clerk, { scope: 'office', unitId: own, limit: 100, ...filter })).tasks.length
    expect(await count({})).toBe(5)
    expect(await count({ dueFrom: workingDay(5) })).toBe(3)
    expect(await count({ stage: 'accepted' })).toBe(0)
    expect(await count({ search: 'de an' })).toBe(5)
    expect(await count({ search: 'không có' })).toBe(0)
    expect(await count({ meetingId })).toBe(5)
    // Whose tasks came of a meeting is for its body alone.
    expect((await domain().reading.list(worker, { scope: 'seen', meetingId, limit: 100 })).tasks).toEqual([])
    expect(await house.statements(() => domain().reading.list(body.clerk, { scope: 'office', limit: 100 }))).toHaveLength(1)
    expect(await house.statements(() => domain().reading.board(body.clerk, { scope: 'office' }))).toHaveLength(1)
    const sheet = await domain().reading.sheet(body.clerk, { scope: 'office', unitId: own })
    expect(sheet.rows).toHaveLength(5)
    expect(sheet.rows[0]?.slice(0, 2)).toEqual([1, 'Trình đề án chuyển đổi số'])
  })

  it('find tasks and conclusions by their words for who may read them', async () => {
    const word = `từ${randomUUID().slice(0, 8)}`
    const { taskId } = await assign(factsFor({ what: `Nhiệm vụ ${word}` }))
    const hits = async (caller: Caller, q: string) => (await house.domains.searching.search.find(caller, { q, limit: 50 })).hits.map(({ kind, id }) => `${kind} ${id}`)
    for (const caller of [lead, co, body.member]) expect(await hits(caller, word)).toEqual([`task ${taskId}`])
    for (const caller of [stranger, body.guest]) expect(await hits(caller, word)).toEqual([])
    const fresh = await concluded(await house.newBody())
    expect(await hits(body.clerk, 'Giao Sở Nội vụ trình')).toEqual([`conclusion ${itemId}`])
    expect(await hits(lead, 'Giao Sở Nội vụ trình')).toEqual([])
    expect(fresh.item).toBeTruthy()
  })
})

it('says nothing of readiness where no task is overdue', () => {
  const facts = {
    now: clock.toISOString(), status: 'draft' as const, startsAt: new Date(clock.getTime() + 86_400_000).toISOString(), plannedMinutes: 60, mode: 'online' as const, kind: null,
    cautions: [], people: 3, items: [], room: null, clashes: [], year: null, calendar: new Map(),
  }
  expect(findReadiness({ ...facts, tasksOverdue: 0 }).some(({ code }) => code === 'tasksOverdue')).toBe(false)
  expect(findReadiness({ ...facts, tasksOverdue: 2 }).find(({ code }) => code === 'tasksOverdue')).toMatchObject({ details: { count: 2 } })
})
