import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, localDay } from '../../protocol/calendar.ts'
import { timeOn } from '../../protocol/opinion-counting.ts'
import { freshKey } from '../../tests/support/house.ts'
import { openOpinions, refused, type OpinionScene } from '../../tests/support/opinions.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { createClosing } from './closing.ts'
import { opinionsStore } from './store.ts'
import { createOpinionTelling } from './telling.ts'

/** What comes of time: closings with all that follows in one transaction, reminders, deadlines that a holiday moves. Each exactly once. */

let scene: OpinionScene
beforeAll(async () => { scene = await openOpinions() })
afterAll(() => scene.house.close())
beforeEach(() => { scene.setClock(new Date()) })

describe('closing', () => {
  it('passes with more than half of the incumbents, once, whoever looks, and the matter is dealt with', async () => {
    const { house, opining, begun, setClock, say, get, worker } = scene
    const { body, matterId, opinionId, dueAt, asked } = await begun()
    for (const caller of asked.slice(0, 3)) await say(opinionId, caller)
    expect(await opining.closing.settle(opinionId)).toBe(false)
    setClock(dueAt)
    const settled = await Promise.all([1, 2, 3].map(() => opining.closing.settle(opinionId)))
    expect(settled.filter(Boolean)).toHaveLength(1)
    expect(await get(opinionId, body.member)).toMatchObject({ state: 'passed', result: { agree: 3, base: 5, needed: 3, silent: 2, causes: [] }, meeting: null })
    expect((await house.domains.proposals.reading.get(matterId, body.clerk)).stage).toBe('decided')
    expect(await house.db('audit_entry').where({ action: 'opinion.passed' }).whereRaw(`data ->> 'opinionId' = ?`, [opinionId])).toHaveLength(1)
    expect(new Set(await house.db('notice').where({ kind: 'opinions.passed', topic: `opinion:${opinionId}` }).pluck('person_id')))
      .toEqual(new Set([...asked, body.clerk, worker].map(({ personId }) => personId)))
  })

  it('missed by one, comes onto the agenda of the next meeting by itself, with its papers, told by nobody’s hand', async () => {
    const { house, opining, begun, setClock, now, say, get } = scene
    const body = await house.newBody({ members: 14 })
    const { meetingId } = await house.newMeeting(body, 'published')
    const late = new Date(now().getTime() + 40 * 86_400_000)
    await house.archive.owner('meeting').where({ id: meetingId }).update({ starts_at: late })
    const { matterId, opinionId, dueAt, asked } = await begun({ body })
    for (const caller of asked.slice(0, 7)) await say(opinionId, caller)
    setClock(dueAt)
    await Promise.all([opining.closing.run(), opining.closing.run()])
    const found = await get(opinionId, body.member)
    expect(found).toMatchObject({ state: 'rebound', toConvene: false, result: { inFavour: 7, base: 15, needed: 8, causes: ['threshold'] }, meeting: { id: meetingId } })
    const { agenda, documents } = await house.state(meetingId)
    const item = agenda.find((one) => one.matterId === matterId)
    expect(agenda.filter((one) => one.matterId === matterId)).toHaveLength(1)
    expect(documents.filter(({ itemId }) => itemId === item?.itemId)).toHaveLength(1)
    const [entry] = (await house.entries(meetingId, 'agenda.itemAdded')).filter(({ data }) => data['itemId'] === item?.itemId)
    expect(entry).toMatchObject({ actorId: null })
    expect((await house.domains.proposals.reading.get(matterId, body.clerk)).stage).toBe('planned')
  })

  it('passes over meetings that cannot take it, and waits for one to be convened where there is none', async () => {
    const { house, opining, begun, now, get, closeAt } = scene
    const { body, matterId, opinionId, dueAt } = await begun()
    const { meetingId } = await house.newMeeting(body, 'draft')
    await house.archive.owner('meeting').where({ id: meetingId }).update({ starts_at: addDays(localDay(now()), 2) })
    await closeAt(dueAt)
    expect(await get(opinionId, body.clerk)).toMatchObject({ state: 'rebound', toConvene: true, meeting: null, result: { silent: 5, inFavour: 0 } })
    const waiting = await opining.reading.list(body.clerk, { side: 'office', only: 'toConvene', limit: 10 })
    expect(waiting.opinions.map(({ id }) => id)).toEqual([opinionId])
    expect((await house.domains.proposals.reading.get(matterId, body.clerk)).stage).toBe('pool')
    // A clerk plans it: it waits no longer.
    const later = await house.newMeeting(body, 'draft')
    await house.domains.proposals.planning.plan(matterId, body.clerk, { meetingId: later.meetingId, minutes: 20, key: freshKey() })
    expect((await opining.reading.list(body.clerk, { side: 'office', only: 'toConvene', limit: 10 })).opinions).toEqual([])
  })

  it('comes back only to a meeting that may have it and has the time, as triage merges', async () => {
    const { house, begun, now, get, closeAt } = scene
    const { owner } = house.archive
    const { body, matterId, opinionId, dueAt } = await begun({ rules: { itemMinutes: 30 } })
    await owner('triage_note').insert({ matter_id: matterId, version: 1, legal: 'inPerson', cautions: [], secret: false, minutes: 20, actor_id: body.clerk.personId, at: now() })
    const planned = async (day: number, changes: object) => {
      const { meetingId } = await house.newMeeting(body, 'draft')
      await owner('meeting').where({ id: meetingId }).update({ starts_at: new Date(dueAt.getTime() + day * 86_400_000), mode: 'inPerson', planned_minutes: 210, ...changes })
      return meetingId
    }
    await planned(1, { mode: 'online' })
    const { rows: [used] } = await house.db.raw<{ rows: { minutes: number }[] }>(
      'SELECT sum(minutes)::integer AS minutes FROM agenda_item WHERE meeting_id = ?', [await planned(2, { mode: 'online' })])
    await planned(3, { planned_minutes: (used?.minutes ?? 0) + 29 })
    const fitting = await planned(4, { planned_minutes: (used?.minutes ?? 0) + 30 })
    await closeAt(dueAt)
    expect(await get(opinionId, body.clerk)).toMatchObject({ state: 'rebound', meeting: { id: fitting } })
  })

  it('waits to be convened where a meeting refuses it for whatever reason; and no more once it is dealt with otherwise', async () => {
    const { house, opining, begun, setClock, now, get, begin } = scene
    const { body, matterId, opinionId, dueAt } = await begun()
    setClock(dueAt)
    const tried: string[] = []
    const closing = createClosing({
      db: house.db, store: opinionsStore, now,
      matterStore: {
        lock: () => Promise.resolve(),
        seed: () => Promise.resolve({ matterId, bodyId: body.bodyId, title: 'Phân bổ dự toán', purpose: 'decide', presenterId: null, documents: [] }),
      },
      log: { warn: () => undefined }, attachKept: () => Promise.reject(new Error('nothing is attached')),
      meetingsFor: () => Promise.resolve(['one', 'two']), stopSecrets: () => Promise.resolve(), outcome: () => Promise.resolve(),
      calendar: (from, to) => house.domains.calendar.load(from, to),
      told: createOpinionTelling({ store: { ...opinionsStore, workersOn: () => Promise.resolve([]) }, send: () => Promise.resolve(0) }),
      addItem: (meetingId) => {
        tried.push(meetingId)
        return Promise.reject(new AppError('roomInUse'))
      },
    })
    expect(await closing.settle(opinionId)).toBe(true)
    expect(tried).toEqual(['one', 'two'])
    expect(await get(opinionId, body.clerk)).toMatchObject({ state: 'rebound', toConvene: true, meeting: null })
    const waiting = async () => (await opining.reading.list(body.clerk, { side: 'office', only: 'toConvene', limit: 10 })).opinions.map(({ id }) => id)
    expect(await waiting()).toEqual([opinionId])
    await house.archive.owner('proposal').where({ id: matterId }).update({ settled: 'outside' })
    expect(await waiting()).toEqual([])
    await house.archive.owner('proposal').where({ id: matterId }).update({ settled: null })
    // Asked about again, the later one is what waits, if it comes back too.
    const later = await begin(body, matterId)
    expect(await waiting()).toEqual([])
    await opining.opinions.withdraw(later, body.clerk, { version: 1, reason: 'Nhầm' })
    expect(await waiting()).toEqual([])
  })

  it('closes nothing, and puts nothing onto an agenda, where anything of it fails; then closes the next time', async () => {
    const { house, opining, begun, get, closeAt } = scene
    const { body, matterId, opinionId, dueAt } = await begun()
    const { meetingId } = await house.newMeeting(body, 'draft')
    await house.archive.owner('meeting').where({ id: meetingId }).update({ starts_at: new Date(dueAt.getTime() + 86_400_000) })
    await house.archive.owner.raw(`
      CREATE FUNCTION opinion_test_fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the power went'; END $$;
      CREATE TRIGGER opinion_test BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.action = 'opinion.rebound') EXECUTE FUNCTION opinion_test_fails();`)
    await expect(closeAt(dueAt)).rejects.toThrow()
    expect((await house.db('opinion').where({ id: opinionId }).first<{ state: string }>('state')).state).toBe('open')
    expect((await house.state(meetingId)).agenda.some((one) => one.matterId === matterId)).toBe(false)
    expect(await house.db('notice').where({ kind: 'opinions.rebound', topic: `opinion:${opinionId}` })).toEqual([])
    // The office learns it, once a day.
    await expect(opining.closing.run()).rejects.toThrow()
    expect(await house.db('notice').where({ kind: 'opinions.stuck', topic: `opinion:${opinionId}` }).pluck('person_id')).toHaveLength(2)
    await house.archive.owner.raw('DROP TRIGGER opinion_test ON audit_entry; DROP FUNCTION opinion_test_fails();')
    await opining.closing.run()
    expect(await get(opinionId, body.clerk)).toMatchObject({ state: 'rebound', meeting: { id: meetingId } })
  })

  it('counts who left in the middle no more, as of the deadline, however late it is looked at; a member who left may no longer answer', async () => {
    const { opining, begun, setClock, now, say, get, closeAt, endTerm } = scene
    const { body, opinionId, dueAt, asked } = await begun()
    const [chair, one, two, three, four] = asked as [Caller, Caller, Caller, Caller, Caller]
    for (const caller of [chair, one]) await say(opinionId, caller)
    await say(opinionId, two, 'disagree')
    await say(opinionId, three, 'disagree')
    const [dueOn, today] = [localDay(dueAt), localDay(now())]
    await endTerm(body, two, today)
    // The last day of a term still is one, and what ends after the deadline comes too late.
    await endTerm(body, four, dueOn)
    setClock(new Date(now().getTime() + 86_400_000))
    await expect(say(opinionId, two, 'agree', { seen: 1 })).rejects.toEqual(refused('opinionNotFound'))
    await closeAt(new Date(dueAt.getTime() + 20 * 86_400_000))
    expect(await get(opinionId, body.clerk)).toMatchObject({ result: { asked: 5, departed: 1, base: 4, agree: 2, disagree: 1, silent: 1, needed: 3, outcome: 'rebound' } })
    const { members } = await opining.reading.answers(opinionId, body.clerk, { limit: 100 })
    expect(members.filter(({ departed }) => departed).map(({ person }) => person.id)).toEqual([two.personId])
  })

  it('comes before a meeting at once when as many members demand it as the rule asks for, whatever was answered', async () => {
    const { house, opining, begun, say, get } = scene
    const { body, opinionId, asked } = await begun({ rules: { meetingDemandedBy: 2 } })
    const [chair, one, two] = asked as [Caller, Caller, Caller]
    const { meetingId } = await house.newMeeting(body, 'draft')
    await expect(opining.answering.demand(opinionId, body.clerk, 'Cần bàn')).rejects.toEqual(refused('forbiddenForOpinion'))
    expect(await opining.answering.demand(opinionId, one, 'Cần bàn kỹ')).toEqual({ state: 'open' })
    expect(await opining.answering.demand(opinionId, one, 'Lần nữa')).toEqual({ state: 'open' })
    await opining.closing.run()
    expect((await get(opinionId, chair)).state).toBe('open')
    expect((await opining.reading.answers(opinionId, two, { limit: 100 })).members.some(({ demandsMeeting }) => demandsMeeting)).toBe(false)
    expect(await opining.answering.demand(opinionId, two, 'Cùng ý')).toEqual({ state: 'rebound' })
    expect(await get(opinionId, chair)).toMatchObject({ result: { demands: 2, causes: ['threshold', 'demand'] }, meeting: { id: meetingId } })
    await expect(say(opinionId, chair)).rejects.toEqual(refused('opinionClosed'))
    const never = await begun({ rules: { meetingDemandedBy: null } })
    await expect(opining.answering.demand(never.opinionId, never.body.member, 'Cần bàn')).rejects.toEqual(refused('opinionNoDemand'))
  })

  it('keeps who left in the middle, with what they wrote, where the rule says that the base stays', async () => {
    const { begun, now, say, get, closeAt, endTerm } = scene
    const { body, opinionId, dueAt, asked } = await begun({ rules: { departed: 'stays' } })
    const [one = body.chair, two = body.chair, three = body.chair] = asked
    for (const caller of [one, two, three]) await say(opinionId, caller, 'agree', { text: 'Đồng ý, cần lưu ý tiến độ' })
    await endTerm(body, three, localDay(now()))
    await closeAt(dueAt)
    expect(await get(opinionId, body.clerk)).toMatchObject({ state: 'passed', result: { base: 5, agree: 3, departed: 1 }, unconsolidated: 3 })
  })

  it('counts silence as consent only where the body’s rule did so when it was opened, and said so to everybody', async () => {
    const { house, begun, get, closeAt } = scene
    const { body, opinionId, dueAt } = await begun({ rules: { silence: 'consent' } })
    await house.archive.owner('body').where({ id: body.bodyId }).update({ rules: house.archive.owner.raw(`jsonb_set(rules, '{opinions}', '{"silence": "notInFavour"}')`) })
    expect((await get(opinionId, body.member)).rule.silence).toBe('consent')
    expect(JSON.stringify(await house.db('notice').where({ kind: 'opinions.opened', topic: `opinion:${opinionId}` }))).toContain('được tính là đồng ý')
    await closeAt(dueAt)
    expect((await get(opinionId, body.member)).result).toMatchObject({ outcome: 'passed', agree: 0, silent: 5, inFavour: 5 })
    // Nobody is told of five slips in favour.
    expect(JSON.stringify(await house.db('notice').where({ kind: 'opinions.passed', topic: `opinion:${opinionId}` }))).toContain('0/5 thành viên đương nhiệm trả lời đồng ý, 5 không trả lời')
  })

  it('is stopped by the office with a reason, not twice, and the matter stands in the pool again', async () => {
    const { house, opining, begun, say } = scene
    const { body, matterId, opinionId } = await begun()
    await say(opinionId, body.member, 'disagree')
    await expect(opining.opinions.withdraw(opinionId, body.clerk, { version: 9, reason: 'Nhầm' })).rejects.toEqual(refused('opinionChanged'))
    await opining.opinions.withdraw(opinionId, body.clerk, { version: 1, reason: 'Đơn vị rút tờ trình' })
    expect(await house.db('notice').where({ kind: 'opinions.withdrawn', topic: `opinion:${opinionId}` })).toHaveLength(5)
    await expect(opining.opinions.withdraw(opinionId, body.clerk, { version: 2, reason: 'Lại' })).rejects.toEqual(refused('opinionState'))
    await expect(say(opinionId, body.member)).rejects.toEqual(refused('opinionClosed'))
    expect((await opining.reading.answers(opinionId, body.clerk, { limit: 100 })).members.every(({ answer }) => answer === null)).toBe(true)
    expect((await house.domains.proposals.reading.get(matterId, body.clerk)).stage).toBe('pool')
    await scene.begin(body, matterId)
  })
})

describe('what comes of time', () => {
  it('reminds those who have not answered at the times of the rule, each once, with two processes', async () => {
    const { house, opining, begun, setClock, now, say } = scene
    const { body, opinionId, dueAt, asked } = await begun({ rules: { reminders: [{ workingDaysBefore: 1, at: '09:00' }, { workingDaysBefore: 0, at: '10:00' }] } })
    await say(opinionId, body.member)
    const reminded = async () => (await house.db('notice').where({ kind: 'opinions.reminder', topic: `opinion:${opinionId}` })).length
    const calendar = await house.domains.calendar.load(addDays(localDay(now()), -30), addDays(localDay(now()), 60))
    setClock(timeOn(addWorkingDays(localDay(dueAt), -1, calendar), '08:59'))
    await opining.closing.run()
    expect(await reminded()).toBe(0)
    setClock(timeOn(addWorkingDays(localDay(dueAt), -1, calendar), '09:00'))
    await Promise.all([opining.closing.run(), opining.closing.run()])
    expect(await reminded()).toBe(asked.length - 1)
    setClock(timeOn(localDay(dueAt), '10:01'))
    await say(opinionId, body.chair)
    await opining.closing.run()
    await opining.closing.run()
    expect(await reminded()).toBe(2 * asked.length - 3)
    expect(await opining.opinions.remind(opinionId, body.clerk)).toEqual({ reminded: asked.length - 2 })
    expect(await opining.opinions.remind(opinionId, body.clerk)).toEqual({ reminded: 0 })
    setClock(dueAt)
    await expect(opining.opinions.remind(opinionId, body.clerk)).rejects.toEqual(refused('opinionState'))
  })

  it('keeps the working days that were told when a holiday comes in the middle, and never shortens them', async () => {
    const { house, opining, begun, get, now } = scene
    const { body, opinionId, dueAt, asked } = await begun()
    const before = await get(opinionId, body.member)
    const days = await house.domains.calendar.load(addDays(localDay(now()), -10), addDays(localDay(now()), 60))
    const middle = addWorkingDays(localDay(now()), 2, days)
    await house.archive.owner('calendar_day').insert({ day: middle, kind: 'holiday', name: 'Quốc tang', basis: 'Thử' })
    await Promise.all([opining.closing.run(), opining.closing.run()])
    const after = await get(opinionId, body.member)
    expect(after).toMatchObject({ workingDays: before.workingDays, movedFrom: localDay(dueAt), dueOn: addWorkingDays(localDay(dueAt), 1, days) })
    expect(await house.db('notice').where({ kind: 'opinions.moved', topic: `opinion:${opinionId}` })).toHaveLength(asked.length)
    // The holiday was an error: what was told stays.
    await house.archive.owner('calendar_day').where({ day: middle }).delete()
    await opining.closing.run()
    expect((await get(opinionId, body.member)).dueOn).toBe(after.dueOn)
  })

  it('moves a deadline off a day that became a holiday to the next working day, tells everybody, and takes answers until then', async () => {
    const { house, opining, begun, setClock, say, get } = scene
    const { body, opinionId, dueAt, asked } = await begun()
    const dueOn = localDay(dueAt)
    await house.archive.owner('calendar_day').insert({ day: dueOn, kind: 'holiday', name: 'Nghỉ đột xuất', basis: 'Thử' })
    await opining.closing.run()
    const moved = await get(opinionId, body.member)
    expect(moved).toMatchObject({ movedFrom: dueOn, state: 'open' })
    expect(moved.dueOn > dueOn).toBe(true)
    expect(await house.db('notice').where({ kind: 'opinions.moved', topic: `opinion:${opinionId}` })).toHaveLength(asked.length)
    setClock(dueAt)
    await opining.closing.run()
    await say(opinionId, body.member)
    await house.archive.owner('calendar_day').where({ day: dueOn }).delete()
  })
})
