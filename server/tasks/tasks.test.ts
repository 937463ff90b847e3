import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDays, isWorkingDay, type Day } from '../../protocol/calendar.ts'
import type { TaskStage } from '../../protocol/tasks.ts'
import { freshKey } from '../../tests/support/house.ts'
import { openTasks, type TaskAct, type TaskScene } from '../../tests/support/tasks.ts'
import type { Caller } from '../platform/contract.ts'

/** The life of tasks on a real database: who may do what and when, and who sees them. What comes of time is in time.test.ts. */

let scene: TaskScene
beforeAll(async () => { scene = await openTasks() })
afterAll(() => scene.house.close())
beforeEach(() => { scene.setClock(new Date()) })

const refused = (code: string) => expect.objectContaining({ code }) as unknown
const stages = ['assigned', 'handedBack', 'accepted', 'inProgress', 'reported', 'closed', 'cancelled', 'asked'] as const
type Stage = typeof stages[number]

/** What each act comes to in each stage, done by whose act it is. */
const table: Record<TaskAct, Partial<Record<Stage, TaskStage>>> = {
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
  it.each(stages)('at %s takes what is its turn, from whose turn it is, and nothing else', async (stage) => {
    const { acts, actorOf, body, broughtTo, co, domain, lead, stranger } = scene
    const { taskId, version } = await broughtTo(stage)
    for (const name of Object.keys(acts) as TaskAct[]) {
      const actor = actorOf[name]
      const wanted = table[name][stage]
      // The page offers exactly what is taken.
      expect([name, stage, (await domain().reading.get(taskId, actor)).may[name]]).toEqual([name, stage, wanted !== undefined])
      for (const other of [co, body.member, ...actor === lead ? [body.clerk, body.chair] : [lead]]) {
        await expect(acts[name](taskId, other, version), `${name} ${stage}`).rejects.toEqual(refused('forbiddenForTask'))
      }
      await expect(acts[name](taskId, stranger, version)).rejects.toEqual(refused('taskNotFound'))
      if (!wanted) await expect(acts[name](taskId, actor, version)).rejects.toEqual(refused(codes[`${name} ${stage}`] ?? 'taskStage'))
    }
    expect(await domain().reading.get(taskId, body.member)).toMatchObject({ version })
    for (const name of (Object.keys(acts) as TaskAct[]).filter((one) => table[one][stage])) {
      const own = await broughtTo(stage)
      const key = freshKey()
      const saved = await acts[name](own.taskId, actorOf[name], own.version, key)
      expect(await acts[name](own.taskId, actorOf[name], own.version, key)).toEqual(saved)
      expect(await domain().reading.get(own.taskId, body.member)).toMatchObject({ stage: table[name][stage], version: own.version + 1 })
      await expect(acts[name](own.taskId, actorOf[name], own.version)).rejects.toEqual(refused('taskChanged'))
    }
  })

  it('keeps every act as an event that the application can neither change nor delete, with what was said', async () => {
    const { house, body, lead, domain, broughtTo } = scene
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
    const { body, domain, factsFor, assign, acts, broughtTo } = scene
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

  it('is decided on for the office by nobody of its own lead, nor by who reported it, whatever they became', async () => {
    const { acts, assign, body, domain, factsFor, house, workerIn, newUnit, workingDay } = scene
    const own = { lead: { kind: 'person' as const, id: body.clerk.personId } }
    const { taskId, version } = await assign(factsFor(own))
    const change = (days: number) =>
      domain().tasks.change(taskId, body.clerk, { key: freshKey(), version, facts: factsFor({ ...own, dueOn: workingDay(days) }) })
    await expect(change(11)).rejects.toEqual(refused('forbiddenForTask'))
    const changed = await change(9)
    await expect(acts.cancel(taskId, body.clerk, changed.version)).rejects.toEqual(refused('forbiddenForTask'))
    const accepted = await acts.accept(taskId, body.clerk, changed.version)
    const asked = await acts.askExtension(taskId, body.clerk, accepted.version)
    expect((await domain().reading.get(taskId, body.clerk)).may).toMatchObject({ decideExtension: false, cancel: false })
    await expect(acts.decideExtension(taskId, body.clerk, asked.version)).rejects.toEqual(refused('forbiddenForTask'))
    await acts.decideExtension(taskId, body.chair, asked.version)

    const unit = await newUnit()
    const reporter = await workerIn(unit)
    const other = await assign(factsFor({ lead: { kind: 'unit', id: unit } }))
    const { version: done } = await acts.report(other.taskId, reporter, (await acts.accept(other.taskId, reporter, other.version)).version)
    await house.archive.owner('unit_membership').where({ person_id: reporter.personId }).update({ until: '2020-12-31' })
    await house.domains.bodies.addMember({ bodyId: body.bodyId, personId: reporter.personId, role: 'clerk', office: 'Thư ký', voting: false, rank: 98, since: new Date('2020-01-01') })
    expect(await domain().reading.get(other.taskId, reporter)).toMatchObject({ sides: ['office', 'member'], may: { verify: false } })
    await expect(acts.verify(other.taskId, reporter, done)).rejects.toEqual(refused('forbiddenForTask'))
    await acts.verify(other.taskId, body.clerk, done)
  })

  it('tells who lost it and who takes part, each once', async () => {
    const { acts, body, co, domain, factsFor, house, lead, newUnit, workerIn, assign, stranger } = scene
    const unit = await newUnit()
    const next = await workerIn(unit)
    const { taskId, version } = await assign()
    const { version: back } = await acts.handBack(taskId, lead, version)
    await domain().tasks.change(taskId, body.clerk, { key: freshKey(), version: back, facts: factsFor({ lead: { kind: 'unit', id: unit } }) })
    const told: { kind: string, person_id: string }[] = await house.db('notice').where({ topic: `task:${taskId}` }).orderBy('id').select('kind', 'person_id')
    const toldTo = ({ personId }: Caller) => told.filter((one) => one.person_id === personId).map(({ kind }) => kind)
    expect(toldTo(lead)).toEqual(['tasks.assigned', 'tasks.passedOn'])
    expect(toldTo(next)).toEqual(['tasks.assigned'])
    expect(toldTo(co)).toEqual(['tasks.partner'])
    expect(toldTo(stranger)).toEqual([])
  })

  it('takes one of two acts at once, whoever they are of', async () => {
    const { acts, body, broughtTo, lead } = scene
    const reported = await broughtTo('reported')
    const asked = await broughtTo('asked')
    for (const both of [
      () => [acts.verify(reported.taskId, body.clerk, reported.version), acts.cancel(reported.taskId, body.chair, reported.version)],
      () => [acts.decideExtension(asked.taskId, body.clerk, asked.version), acts.report(asked.taskId, lead, asked.version)],
    ]) {
      const settled = await Promise.allSettled(both())
      expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'taskChanged' } })
    }
  })

  it('moves its day when the office approves the extension, and not before', async () => {
    const { body, lead, domain, workingDay, acts, broughtTo, atDay } = scene
    const { taskId, version } = await broughtTo('asked')
    const before = await domain().reading.get(taskId, lead)
    expect(before).toMatchObject({ dueOn: workingDay(10), extensionAsked: true, holder: 'office', extension: { dueOn: workingDay(20), reason: 'Chờ ý kiến', askedBy: lead.personId } })
    await acts.decideExtension(taskId, body.clerk, version)
    expect(await domain().reading.get(taskId, lead)).toMatchObject({ dueOn: workingDay(20), extensionAsked: false, holder: 'lead', extension: null })
    // A day that passed while nobody decided is no later day.
    const stale = await broughtTo('asked')
    atDay(addDays(workingDay(20), 1))
    await expect(acts.decideExtension(stale.taskId, body.clerk, stale.version)).rejects.toMatchObject({ code: 'dueDateInvalid', details: { why: 'past' } })
    await domain().tasks.decideExtension(stale.taskId, body.clerk, { key: freshKey(), version: stale.version, approved: false, note: 'Đã quá ngày đề nghị' })
  })

  it('is seen by its lead, units that take part, and the body; told of its meeting are those who may know it', async () => {
    const { house, body, lead, co, stranger, meetingId, itemId, domain, assign } = scene
    const { taskId } = await assign()
    const [ofLead, ofMember] = [await domain().reading.get(taskId, lead), await domain().reading.get(taskId, body.member)]
    expect(ofLead.sides).toEqual(['lead'])
    expect(ofLead.origin).toMatchObject({ meetingId: null, meetingTitle: null, itemTitle: null, conclusion: null })
    expect(ofMember.origin).toMatchObject({ meetingId, itemId, itemTitle: 'Nội dung một', conclusion: 'Giao Sở Nội vụ trình đề án.', revised: false })
    // A member of the body who was not in that meeting learns of the task, and nothing of what was said.
    const later = await house.newPerson()
    await house.domains.bodies.addMember({ bodyId: body.bodyId, personId: later.personId, role: 'member', office: 'Uỷ viên', voting: true, rank: 99, since: new Date('2020-01-01') })
    expect((await domain().reading.get(taskId, later)).origin)
      .toMatchObject({ meetingId: null, meetingTitle: null, itemId: null, itemTitle: null, conclusion: null })
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
    const { house, body, stranger, leadUnit, domain, factsFor, assign } = scene
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
    const { house, body, leadUnit, meetingId, itemId, domain, factsFor } = scene
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
    const { house, body, factsFor, assign, atDay } = scene
    const { days } = house.domains.calendar
    for (const [day, kind] of [['2027-03-13', 'swappedWorking'], ['2027-03-15', 'swappedOff'], ...['04', '05', '08', '09', '10'].map((one) => [`2027-02-${one}`, 'holiday'] as const)] as const) {
      const [known] = await days(day, day)
      if (known?.kind !== kind) await house.domains.calendar.put(body.chair, { day, kind, name: 'Tết', basis: 'Thử' }, known?.version ?? 0)
    }
    const present = await house.domains.calendar.load('2027-01-01', '2027-12-31')
    atDay(today, 1)
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

describe('lists', () => {
  it('come in pages by their day, filtered, in one query each, and as a workbook', async () => {
    const { house, body, meetingId, domain, workingDay, newUnit, workerIn, factsFor, assign } = scene
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
    const { house, body, lead, co, stranger, itemId, concluded, factsFor, assign } = scene
    const word = `từ${randomUUID().slice(0, 8)}`
    const { taskId } = await assign(factsFor({ what: `Nhiệm vụ ${word}` }))
    const hits = async (caller: Caller, q: string) => (await house.domains.searching.search.find(caller, { q, limit: 50 })).hits.map(({ kind, id }) => `${kind} ${id}`)
    for (const caller of [lead, co, body.member]) expect(await hits(caller, word)).toEqual([`task ${taskId}`])
    for (const caller of [stranger, body.guest]) expect(await hits(caller, word)).toEqual([])
    const fresh = await concluded(await house.newBody())
    expect(await hits(body.clerk, 'Giao Sở Nội vụ trình')).toEqual([`conclusion ${itemId}`])
    expect(await hits(lead, 'Giao Sở Nội vụ trình')).toEqual([])
    expect(fresh.itemId).toBeTruthy()
  })
})
