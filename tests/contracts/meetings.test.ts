import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../server/platform/contract.ts'
import { as, draft, freshKey, itemDraft, openHouse, REASON, START, type House } from '../support/house.ts'
import { audited } from '../support/journal.ts'

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let { meetings, agenda, minutes } = {} as House['domains']

beforeAll(async () => {
  house = await openHouse();
  ({ meetings, agenda, minutes } = house.domains)
  body = await house.newBody()
})
afterAll(() => house.close())

const create = (caller: Caller, changes = {}, key = freshKey()) => meetings.create(caller, { ...draft(), bodyId: body.bodyId, key, ...changes })

describe('creating', () => {
  it('makes the present members participants, known to chair and clerk alone', async () => {
    const { meetingId } = await create(body.clerk)
    const detail = await meetings.get(meetingId, body.chair)
    expect(detail).toMatchObject({ ...draft(), status: 'draft', role: 'chair', minutes: 'none', openedAt: null, closedAt: null })
    expect(detail.participants.map(({ role, voting }) => [role, voting])).toEqual(
      [['chair', true], ['clerk', false], ['guest', false], ['member', true], ['member', true], ['member', true]])
    expect(detail.people.map(({ id }) => id).toSorted()).toEqual(detail.participants.map(({ personId }) => personId).toSorted())
    expect(await house.entries(meetingId)).toMatchObject([
      { kind: 'meeting.created', actorId: body.clerk.personId, audience: { scope: 'office' }, data: { bodyId: body.bodyId } },
    ])
    for (const caller of [body.member, body.guest, await house.newPerson()]) {
      await expect(meetings.get(meetingId, caller)).rejects.toMatchObject({ code: 'meetingNotFound' })
    }
  })

  it('is an act of the office of that very body', async () => {
    await expect(create(body.member)).rejects.toMatchObject({ code: 'forbiddenInMeeting', details: { role: 'member' } })
    await expect(create(body.guest)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(create((await house.newBody()).chair)).rejects.toMatchObject({ code: 'bodyNotFound' })
    await expect(create({ ...await house.newPerson(), administrator: true })).rejects.toMatchObject({ code: 'bodyNotFound' })
  })

  it('happens once under a key, however often and at the same time it is asked', async () => {
    const key = freshKey()
    const made = await Promise.all([create(body.clerk, {}, key), create(body.clerk, {}, key), create(body.clerk, {}, key)])
    made.push(await create(body.clerk, {}, key))
    expect(new Set(made.map(({ meetingId }) => meetingId)).size).toBe(1)
    await expect(create(body.clerk, { title: 'Khác' }, key)).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    const other = await create(body.chair, {}, key)
    expect(other.meetingId).not.toBe(made[0]?.meetingId)
    expect(await meetings.forgetKeys(new Date(Date.now() + 60_000))).toBeGreaterThan(0)
    expect((await create(body.clerk, {}, key)).meetingId).not.toBe(made[0]?.meetingId)
  })

  it('keeps markup in a title as the text that it is', async () => {
    const title = '<script>alert(1)</script> & "Tờ trình"'
    const { meetingId } = await create(body.clerk, { title })
    expect((await meetings.get(meetingId, body.clerk)).title).toBe(title)
    const [entry] = await house.entries(meetingId)
    expect(JSON.stringify(entry)).not.toContain('script')
  })
})

describe('changing', () => {
  it('is recorded for whom the meeting is known, and only when something changes', async () => {
    const { meetingId } = await house.newMeeting(body)
    const later = new Date(Date.parse(START) + 86_400_000).toISOString()
    expect(await meetings.change(meetingId, body.clerk, { ...draft({ place: 'Hội trường' }), version: 1 })).toEqual({ version: 2 })
    expect(await meetings.change(meetingId, body.clerk, { ...draft({ place: 'Hội trường' }), version: 2 })).toEqual({ version: 2 })
    await meetings.publish(meetingId, body.clerk, REASON)
    await meetings.change(meetingId, body.chair, { ...draft({ place: 'Hội trường', startsAt: later }), version: 2 })
    const changes = await house.entries(meetingId, 'meeting.changed')
    expect(changes.map(({ audience }) => audience.scope)).toEqual(['office', 'meeting'])
    expect(changes[0]?.data['place']).toEqual(changes[1]?.data['place'])
    expect(await meetings.get(meetingId, body.member)).toMatchObject({ place: 'Hội trường', startsAt: later })
  })

  it('is refused to members, strangers and after the opening', async () => {
    const { meetingId } = await house.newMeeting(body, 'live')
    await expect(meetings.change(meetingId, body.member, { ...draft(), version: 1 })).rejects.toMatchObject({ code: 'forbiddenInMeeting', details: { role: 'member' } })
    await expect(meetings.change(meetingId, await house.newPerson(), { ...draft(), version: 1 })).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(meetings.change(meetingId, body.clerk, { ...draft(), version: 1 })).rejects.toMatchObject({ code: 'meetingAlreadyLive' })
    await meetings.close(meetingId, body.clerk, freshKey())
    await expect(meetings.change(meetingId, body.clerk, { ...draft(), version: 1 })).rejects.toMatchObject({ code: 'meetingClosed' })
  })
})

describe('the life of a meeting', () => {
  it('goes from draft to closed, each step once and by the office', async () => {
    const { meetingId } = await create(body.clerk)
    await expect(meetings.publish(meetingId, body.clerk, REASON)).rejects.toMatchObject({
      code: 'notReady', details: { findings: [{ code: 'agendaEmpty', severity: 'blocks', details: {} }] },
    })
    await expect(meetings.open(meetingId, body.clerk, freshKey())).rejects.toMatchObject({ code: 'meetingNotPublished' })
    await expect(meetings.publish(meetingId, body.member)).rejects.toMatchObject({ code: 'meetingNotFound' })
    const { itemId } = await agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey() })
    await meetings.publish(meetingId, body.clerk, REASON)
    await expect(meetings.publish(meetingId, body.clerk)).rejects.toMatchObject({ code: 'meetingNotDraft' })
    await expect(meetings.close(meetingId, body.chair, freshKey())).rejects.toMatchObject({ code: 'meetingNotLive' })
    for (const caller of [body.member, body.guest]) {
      await expect(meetings.open(meetingId, caller, freshKey())).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    }
    const key = freshKey()
    await Promise.all([meetings.open(meetingId, body.chair, key), meetings.open(meetingId, body.chair, key)])
    await expect(meetings.open(meetingId, body.chair, freshKey())).rejects.toMatchObject({ code: 'meetingAlreadyLive' })
    await agenda.goTo(meetingId, body.chair, freshKey(), itemId)
    await meetings.close(meetingId, body.chair, freshKey())
    await expect(meetings.open(meetingId, body.chair, freshKey())).rejects.toMatchObject({ code: 'meetingClosed' })
    await expect(meetings.close(meetingId, body.chair, freshKey())).rejects.toMatchObject({ code: 'meetingNotLive' })

    expect(await meetings.get(meetingId, body.member)).toMatchObject({ status: 'closed', minutes: 'draft' })
    expect((await house.entries(meetingId)).map(({ kind }) => kind)).toEqual(['meeting.created', 'agenda.itemAdded', 'meeting.published', 'agenda.itemAdded',
      'meeting.opened', 'agenda.itemStarted', 'agenda.itemEnded', 'meeting.closed', 'minutes.saved'])
    expect((await audited(house.journal, meetingId, [], (trx) => house.domains.voting.closedBallots(trx, meetingId))).findings).toEqual([])
  })

  it('closes with an open vote counted, presence ended and minutes drafted, or not at all', async () => {
    const { meetingId, items } = await house.newMeeting(body, 'live')
    const { voting, attendance } = house.domains
    const peer = `${body.member.personId}.11111111-1111-4111-8111-111111111111`
    await attendance.event({ event: 'peerJoined', room: meetingId, peer, label: '', at: Date.now() })
    const { voteId } = await voting.open(meetingId, body.chair, { key: freshKey(), itemId: items[0], kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    await voting.cast(meetingId, body.member, { key: freshKey(), voteId, content: { kind: 'named', choice: 'approve' } })

    // The last step of the closing fails.
    await house.archive.owner.raw(`
      CREATE FUNCTION refuse_minutes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no minutes'; END $$;
      CREATE TRIGGER minutes_refused BEFORE INSERT ON minutes FOR EACH ROW WHEN (NEW.meeting_id = '${meetingId}') EXECUTE FUNCTION refuse_minutes()`)
    const before = await house.entries(meetingId)
    await expect(meetings.close(meetingId, body.chair, freshKey())).rejects.toThrow()
    expect(await house.entries(meetingId)).toEqual(before)
    expect((await meetings.get(meetingId, body.chair)).status).toBe('live')

    const other = await house.newMeeting(body, 'live')
    await attendance.event({ event: 'peerJoined', room: other.meetingId, peer, label: '', at: Date.now() })
    const vote = await voting.open(other.meetingId, body.chair, { key: freshKey(), itemId: other.items[0], kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    await voting.cast(other.meetingId, body.member, { key: freshKey(), voteId: vote.voteId, content: { kind: 'named', choice: 'approve' } })
    await agenda.goTo(other.meetingId, body.chair, freshKey(), other.items[1])
    await meetings.close(other.meetingId, body.chair, freshKey())
    const state = await house.state(other.meetingId)
    expect(state.votes[0]).toMatchObject({ closedAt: state.closedAt, result: { cast: 1, base: 4, needed: 3, accepted: false } })
    expect(state.agenda.map(({ status }) => status)).toEqual(['pending', 'done'])
    expect(state.attendance.stays[body.member.personId]).toMatchObject([{ to: state.closedAt }])
    expect((await minutes.get(other.meetingId, body.clerk)).status).toBe('draft')
  })

  it('opens once when chair and clerk press together', async () => {
    const { meetingId } = await house.newMeeting(body, 'published')
    const attempts = await Promise.allSettled([body.chair, body.clerk, body.chair].map((caller) => meetings.open(meetingId, caller, freshKey())))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await house.entries(meetingId, 'meeting.opened')).toHaveLength(1)
  })
})

it('takes a conference of two thousand', async () => {
  const { chair, clerk, bodyId } = await house.newBody({ members: 0 })
  await house.archive.owner.raw(`
    WITH people AS (INSERT INTO person (full_name, office) SELECT 'Đại biểu ' || n, 'Uỷ viên' FROM generate_series(1, 2000) AS n RETURNING id)
    INSERT INTO membership (body_id, person_id, role, office, voting, rank, since)
    SELECT ?, id, 'member', 'Uỷ viên Ban Chấp hành', true, 10, '2020-01-01' FROM people`, [bodyId])
  const { meetingId } = await meetings.create(clerk, { ...draft(), bodyId, key: freshKey() })
  const added = await Promise.all(Array.from({ length: 20 }, () => agenda.add(meetingId, clerk, { ...itemDraft('Nội dung'), key: freshKey() })))
  await meetings.publish(meetingId, clerk, REASON)
  await meetings.open(meetingId, chair, freshKey())
  const vote = { key: freshKey(), itemId: added[0]?.itemId ?? '', kind: 'named' as const, question: 'Thông qua?', withoutQuorum: 'Diễn tập' }
  await house.domains.voting.open(meetingId, chair, vote)
  const state = await house.state(meetingId)
  expect([state.participants.length, state.agenda.length, state.votes[0]?.electorate.length]).toEqual([2003, 20, 2001])
})

describe('the list', () => {
  it('has what the caller may see, latest first, page by page with equal starts, none lost or doubled', async () => {
    const council = await house.newBody()
    const starts = ['2036-01-05', '2036-01-07', '2036-01-07', '2036-01-07', '2036-01-09', '2036-01-02', '2036-01-07']
    for (const day of starts) {
      const { meetingId } = await meetings.create(council.clerk, { ...draft({ startsAt: `${day}T01:00:00.000Z`, title: day }), bodyId: council.bodyId, key: freshKey() })
      if (day === '2036-01-02') continue
      await agenda.add(meetingId, council.clerk, { ...itemDraft(), key: freshKey() })
      await meetings.publish(meetingId, council.clerk, REASON)
    }
    const pages = async (caller: Caller, limit: number) => {
      const found: string[] = []
      for (let before: string | undefined, more = true; more;) {
        const page = await meetings.list(caller, { before, limit })
        found.push(...page.meetings.map(({ id, title }) => `${title} ${id}`))
        more = page.next !== null
        before = page.next ?? undefined
      }
      return found
    }
    const whole = await pages(council.clerk, 100)
    expect(whole.map((title) => title.slice(0, 10))).toEqual(starts.toSorted().toReversed())
    for (const limit of [1, 2, 3, 7]) expect(await pages(council.clerk, limit)).toEqual(whole)
    expect(await pages(council.member, 2)).toEqual(whole.filter((title) => !title.startsWith('2036-01-02')))
    expect(await pages(await house.newPerson(), 2)).toEqual([])
    const drafts = await meetings.list(council.clerk, { status: 'draft', limit: 10 })
    expect(drafts.meetings.map(({ title }) => title)).toEqual(['2036-01-02'])
    expect((await meetings.list(council.member, { status: 'draft', limit: 10 })).meetings).toEqual([])
    const early = await meetings.list(council.clerk, { before: '2036-01-07T01:00:00.000Z', limit: 10 })
    expect(early.meetings.map(({ title }) => title)).toEqual(['2036-01-05', '2036-01-02'])
  })

  it('takes as many queries for many meetings as for one', async () => {
    const council = await house.newBody()
    await house.newMeeting(council, 'closed')
    const one = await house.statements(() => meetings.list(council.member, { limit: 50 }))
    for (let index = 0; index < 5; index += 1) await house.newMeeting(await house.newBody(), 'published')
    for (let index = 0; index < 4; index += 1) await house.newMeeting(council, 'closed')
    const many = await house.statements(() => meetings.list(council.member, { limit: 50 }))
    expect((await meetings.list(council.member, { limit: 50 })).meetings).toHaveLength(5)
    expect(many).toHaveLength(3)
    expect(one).toHaveLength(3)
  })
})

it('does not tell an unknown meeting from a foreign one', async () => {
  const { meetingId } = await house.newMeeting(body, 'published')
  const stranger = (await house.newBody()).chair
  const administrator = { ...await house.newPerson(), administrator: true }
  const failures = []
  for (const [id, caller] of [[meetingId, stranger], [freshKey(), stranger], [meetingId, administrator], [meetingId, as(freshKey())]] as const) {
    for (const act of [
      () => meetings.get(id, caller), () => meetings.change(id, caller, { ...draft(), version: 1 }), () => meetings.publish(id, caller),
      () => meetings.open(id, caller, freshKey()), () => meetings.close(id, caller, freshKey()),
    ]) failures.push(await act().catch((error: unknown) => error))
  }
  expect(new Set(failures.map((failure) => JSON.stringify(failure)))).toEqual(new Set([JSON.stringify(failures[0])]))
  expect(failures[0]).toMatchObject({ code: 'meetingNotFound', details: {} })
})
