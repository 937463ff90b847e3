import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, type WorkingCalendar } from '../../protocol/calendar.ts'
import { getProposal, listProposals, planProposal } from '../../protocol/proposals.ts'
import { listNotices } from '../../protocol/notices.ts'
import type { TriageFacts, Way } from '../../protocol/triage-rules.ts'
import { reportTriage } from '../../protocol/triage-book.ts'
import { decideTriage, finishTriage, getTriage, listDelegated, listTriage, noteTriage, type TriageChoice, type TriageDetail, type TriageNotes } from '../../protocol/triage.ts'
import type { Actor } from '../support/assembly.ts'
import { draft, freshKey } from '../support/house.ts'
import { startOffice, today, type Office } from '../support/proposals.ts'
import { statementsOf } from '../support/statements.ts'
import { describeTriageLedger } from '../support/triage-ledger.ts'

/** How matters are dealt with, through the whole server: who may, in which order, and that all of it happens or nothing. */

let office: Office
let calendar: WorkingCalendar
let day: string

beforeAll(async () => {
  office = await startOffice()
  calendar = await office.server.domains.calendar.load(today(), addDays(today(), 90))
  day = addWorkingDays(today(), 20, calendar)
})
afterAll(() => office.close())

const NOTES: TriageNotes = { disagreement: 'none', legal: 'none', cautions: [], secret: false, minutes: 20 }
const params = (proposalId: string) => ({ params: { proposalId } })

async function look(actor: Actor, proposalId: string): Promise<TriageDetail> {
  const { body, error } = await actor.client.call(getTriage, params(proposalId))
  if (error) throw new Error(error.code)
  return body
}
const note = (actor: Actor, proposalId: string, version: number, notes: Partial<TriageNotes>) =>
  actor.client.call(noteTriage, { ...params(proposalId), body: { version, notes: { ...NOTES, ...notes } } })

/** Decides upon what is shown now, or upon what was `seen`. */
async function decide(actor: Actor, proposalId: string, choice: TriageChoice, reason = '', seen?: TriageDetail, key = freshKey()) {
  const shown = seen ?? await look(office.clerk, proposalId)
  return await actor.client.call(decideTriage, {
    ...params(proposalId), body: { version: shown.version, seen: shown.decisions.length, proposed: shown.office?.result.way ?? null, choice, reason, key },
  })
}
const finish = (actor: Actor, proposalId: string, nth: number, kind: 'decided' | 'rebound' | 'stopped', words = 'Đã xử lý xong') =>
  actor.client.call(finishTriage, { ...params(proposalId), body: { nth, kind, note: words } })
const stage = async (proposalId: string) => (await office.get(office.clerk, proposalId)).stage
const delegate = (dueOn = day): TriageChoice => ({ way: 'delegate', personId: office.member.personId, dueOn })

async function newMeeting(changes: Parameters<typeof draft>[0] = {}): Promise<string> {
  const { meetings } = office.server.domains
  return (await meetings.create(office.clerk.caller, { ...draft({ plannedMinutes: 60, startsAt: `${addDays(today(), 9)}T01:00:00.000Z`, ...changes }), bodyId: office.body.id, key: freshKey() })).meetingId
}
/** Nothing is planned any more, so that no other test's meeting has time. */
async function clearMeetings(): Promise<void> {
  await office.server.db('meeting').where({ status: 'draft' }).update({ status: 'cancelled' })
}
const audited = async (proposalId: string) =>
  await office.server.db('audit_entry').whereRaw(`data ->> 'matterId' = ?`, [proposalId]).orderBy('id').pluck('action')

describe('a matter of the pool', () => {
  it('is proposed for a way that follows what its unit wrote, what the office notes and which meetings have time', async () => {
    await clearMeetings()
    const { clerk, drafter } = office
    const id = await office.accepted({ asks: 'decide', disagreement: 'some', urgency: 'urgent', proposedOn: day })
    const first = await look(clerk, id)
    expect(first).toMatchObject({ version: 0, may: { note: true, decide: true, finish: false }, decisions: [] })
    expect(first.office).toMatchObject({ facts: { disagreement: 'some', urgency: 'urgent', freeMinutes: null, daysLeft: 20 }, result: { way: 'meet' } })
    const meetingId = await newMeeting()
    const second = await look(clerk, id)
    expect(second.office).toMatchObject({ facts: { freeMinutes: 60 }, result: { way: 'merge' }, slots: [{ meetingId, freeMinutes: 60 }] })
    expect((await note(clerk, id, 0, { disagreement: 'none', minutes: 61 })).body).toEqual({ version: 1 })
    // The office's word on disagreement goes before the unit's, and the meeting is too short for it now.
    expect((await look(clerk, id)).office).toMatchObject({ facts: { disagreement: 'none', freeMinutes: null }, result: { way: 'write' } })
    expect(await look(drafter, id)).toMatchObject({ office: null, may: { note: false, decide: false } })
    expect(await audited(id)).toEqual(['triage.noted'])
  })

  it('takes one of two notes that began from the same, and says so to the other', async () => {
    const id = await office.accepted()
    const both = await Promise.all([note(office.clerk, id, 0, { legal: 'meeting' }), note(office.chair, id, 0, { legal: 'inPerson' })])
    expect(both.map(({ error }) => error?.code ?? 'saved').sort()).toEqual(['saved', 'triageChanged'])
    expect((await look(office.clerk, id)).version).toBe(1)
  })

  it('with a state secret is neither written about, nor delegated, nor met about online, whatever reason is given', async () => {
    const id = await office.accepted({ asks: 'report' })
    expect((await look(office.clerk, id)).office?.result.way).toBe('write')
    await note(office.clerk, id, 0, { secret: true })
    const shown = await look(office.clerk, id)
    expect(shown.office?.result).toMatchObject({ way: 'meet' })
    expect(shown.office?.result.open.map(({ way }) => way)).not.toContain('write')
    for (const choice of [{ way: 'write', dueOn: null }, { way: 'online', meetingId: null }, delegate()] as const) {
      expect((await decide(office.chair, id, choice, 'Cần làm nhanh', shown)).error).toMatchObject({ code: 'triageWayClosed', details: { why: 'secret' } })
    }
    expect(await audited(id)).toEqual(['triage.noted'])
  })
})

describe('a decision', () => {
  it('is the office’s alone, and asks for a reason where it departs', async () => {
    await clearMeetings()
    const { chair, clerk, member, stranger, drafter, other, administrator } = office
    const id = await office.accepted({ disagreement: 'strong' })
    const seen = await look(clerk, id)
    expect(seen.office?.result.way).toBe('meet')
    for (const [actor, code] of [[member, 'proposalNotFound'], [stranger, 'proposalNotFound'], [other, 'proposalNotFound'], [administrator, 'proposalNotFound'], [drafter, 'forbiddenForProposal']] as const) {
      expect((await decide(actor, id, { way: 'meet', meetingId: null }, '', seen)).error?.code).toBe(code)
      expect((await note(actor, id, 0, {})).error?.code).toBe(code)
    }
    expect((await decide(chair, id, delegate(), '', seen)).error).toMatchObject({ code: 'triageReasonNeeded', details: { proposed: 'meet' } })
    expect((await decide(chair, id, delegate(), 'MẬT', seen)).error?.code).toBe('proposalSecret')
    expect((await decide(chair, id, delegate(), 'Đã thống nhất với các bên', seen)).body).toMatchObject({ nth: 1 })
    expect((await look(clerk, id)).decisions).toMatchObject([{ way: 'delegate', proposed: 'meet', departs: true, reason: 'Đã thống nhất với các bên', deciderId: chair.personId }])
    const [kept] = await office.server.db('triage_decision').where({ matter_id: id }) as { facts: TriageFacts, result: { way: Way, reasons: { code: string }[] } }[]
    expect(kept?.facts.disagreement).toBe('strong')
    expect(kept?.result.reasons.map(({ code }) => code)).toContain('strongDisagreement')
    await expect(office.server.db('triage_decision').where({ matter_id: id }).update({ reason: 'khác' })).rejects.toThrow()
  })

  it.each([
    ['to who is no incumbent', () => ({ ...delegate(), personId: office.clerk.personId }), 'personNotFound'],
    ['by a day that is past', () => delegate(addDays(today(), -1)), 'dueDateInvalid'],
    ['by a day in another millennium', () => delegate('9999-12-31'), 'badRequest'],
    ['onto a meeting of nobody', () => ({ way: 'merge', meetingId: office.body.id }), 'meetingNotFound'],
  ] as [string, () => TriageChoice, string][])('is refused %s, and nothing is left of it', async (_, choice, code) => {
    const id = await office.accepted()
    expect((await decide(office.chair, id, choice(), 'Cần thiết')).error?.code).toBe(code)
    expect([await stage(id), (await look(office.clerk, id)).decisions, await audited(id)]).toEqual(['pool', [], []])
  })

  it('is made once by two at once, and once by one who asks twice', async () => {
    const id = await office.accepted({ disagreement: 'some' })
    await clearMeetings()
    const seen = await look(office.clerk, id)
    const key = freshKey()
    const answers = await Promise.all([
      decide(office.chair, id, delegate(), 'Một', seen, key), decide(office.clerk, id, { way: 'meet', meetingId: null }, '', seen),
      decide(office.chair, id, delegate(), 'Một', seen, key),
    ])
    expect(answers.filter(({ error }) => error).every(({ error }) => error?.code === 'triageChanged')).toBe(true)
    expect((await look(office.clerk, id)).decisions).toHaveLength(1)
    expect((await audited(id)).filter((action) => action === 'triage.decided')).toHaveLength(1)
  })

  it('upon a proposal that is another by now is not taken', async () => {
    await clearMeetings()
    const id = await office.accepted({ disagreement: 'some', proposedOn: day })
    const seen = await look(office.clerk, id)
    await newMeeting()
    expect((await decide(office.chair, id, { way: 'meet', meetingId: null }, '', seen)).error).toMatchObject({ code: 'triageChanged', details: { proposed: 'merge' } })
  })
})

describe('what a way does', () => {
  it('merge: onto the agenda with its documents in the transaction of the decision, while the meeting has time', async () => {
    await clearMeetings()
    const { chair, clerk, server } = office
    const meetingId = await newMeeting()
    const [one, two] = [await office.accepted({ disagreement: 'some', proposedOn: day }), await office.accepted({ disagreement: 'some', proposedOn: day })]
    await note(clerk, one, 0, { disagreement: null, minutes: 45 })
    await note(clerk, two, 0, { disagreement: null, minutes: 45 })
    const [seenOne, seenTwo] = [await look(clerk, one), await look(clerk, two)]
    expect((await decide(chair, one, { way: 'merge', meetingId }, '', seenOne)).body).toMatchObject({ nth: 1 })
    expect(await stage(one)).toBe('planned')
    expect((await look(clerk, one)).decisions).toMatchObject([{ way: 'merge', meetingId, departs: false }])
    const items = await server.db('agenda_item').where({ matter_id: one }) as { id: string, minutes: number }[]
    expect(items).toMatchObject([{ minutes: 45 }])
    expect(await server.db('document').where({ item_id: items[0]?.id })).toHaveLength(1)
    // Fifteen minutes are left: neither is it proposed any more, nor would it be taken.
    expect((await decide(chair, two, { way: 'merge', meetingId }, '', seenTwo)).error?.code).toBe('triageChanged')
    expect((await decide(chair, two, { way: 'merge', meetingId }, 'Ghép cho gọn')).error).toMatchObject({ code: 'triageNoTime', details: { freeMinutes: 15, minutes: 45 } })
    expect([await stage(two), await server.db('agenda_item').where({ matter_id: two })]).toEqual(['pool', []])
  })

  it('online and meet: to be convened, until an agenda has it', async () => {
    await clearMeetings()
    const { chair, clerk } = office
    const id = await office.accepted({ urgency: 'immediate', proposedOn: addWorkingDays(today(), 1, calendar) })
    expect((await look(clerk, id)).office?.result.way).toBe('online')
    expect((await decide(chair, id, { way: 'online', meetingId: null })).body).toMatchObject({ nth: 1 })
    const list = async (name: 'convene' | 'undecided') => (await clerk.client.call(listTriage, { query: { list: name, limit: 100 } })).body?.rows.map((row) => row.id) ?? []
    expect([(await list('convene')).includes(id), (await list('undecided')).includes(id), await stage(id)]).toEqual([true, false, 'pool'])
    const hall = await newMeeting({ mode: 'inPerson' })
    expect((await decide(chair, id, { way: 'online', meetingId: hall })).error).toMatchObject({ code: 'triageWayClosed' })
    const online = await newMeeting({ mode: 'online' })
    expect((await clerk.client.call(planProposal, { ...params(id), body: { meetingId: online, minutes: 20, key: freshKey() } })).error).toBeUndefined()
    expect([(await list('convene')).includes(id), await stage(id)]).toEqual([false, 'planned'])
  })

  it('delegate: told to whom it was given, decided by them, and off the pool meanwhile', async () => {
    const { chair, clerk, member, drafter } = office
    const id = await office.accepted({ disagreement: 'none', wantsMeeting: true, proposedOn: day })
    expect((await look(clerk, id)).office?.result.way).not.toBe('delegate')
    expect((await decide(chair, id, delegate(), 'Việc nhỏ')).body).toMatchObject({ nth: 1 })
    expect(await office.get(clerk, id)).toMatchObject({ stage: 'outside', dueOn: day, may: { plan: false } })
    const line = () => office.server.db('ledger_cause').where({ matter_id: id })
    expect(await line()).toMatchObject([{ reversed_at: null }])
    const meetingId = await newMeeting()
    expect((await clerk.client.call(planProposal, { ...params(id), body: { meetingId, minutes: 20, key: freshKey() } })).error?.code).toBe('proposalStage')
    const told = await member.client.call(listNotices, { query: {} })
    expect(told.body?.notices.some(({ kind, link }) => kind === 'triage.delegated' && link === `/triage/matters/${id}`)).toBe(true)
    expect((await member.client.call(listDelegated, {})).body?.matters).toContainEqual(expect.objectContaining({ id, dueOn: day, late: false }))
    expect(await look(member, id)).toMatchObject({ office: null, may: { decide: false, finish: true }, matter: { title: 'Chủ trương đầu tư Trung tâm dữ liệu' } })
    expect((await member.client.call(getProposal, params(id))).error?.code).toBe('proposalNotFound')
    expect((await finish(drafter, id, 1, 'decided')).error?.code).toBe('forbiddenForProposal')
    expect((await finish(office.stranger, id, 1, 'decided')).error?.code).toBe('proposalNotFound')
    expect((await finish(member, id, 1, 'rebound', 'Cần tập thể bàn')).error).toBeUndefined()
    expect([await stage(id), (await office.get(clerk, id)).dueOn]).toEqual(['pool', day])
    expect(await line()).toMatchObject([{ reversed_reason: 'Cần tập thể bàn' }])
    expect((await decide(chair, id, delegate(), 'Đã bàn thêm')).body).toMatchObject({ nth: 2 })
    expect((await finish(member, id, 1, 'decided')).error?.code).toBe('triageChanged')
    const ends = await Promise.all([finish(member, id, 2, 'decided'), finish(clerk, id, 2, 'decided')])
    expect(ends.map(({ error }) => error?.code ?? 'done').sort()).toEqual(['done', 'proposalStage'])
    expect(await stage(id)).toBe('decided')
    expect((await look(clerk, id)).decisions).toMatchObject([{ outcome: { kind: 'rebound', note: 'Cần tập thể bàn', tookDays: 0 } }, { outcome: { kind: 'decided' } }])
    expect(await audited(id)).toEqual(['triage.decided', 'triage.ended', 'triage.decided', 'triage.ended'])
    const own = await drafter.client.call(listProposals, { query: { side: 'unit', stage: 'decided' } })
    expect(own.body?.proposals.map((one) => one.id)).toContain(id)
  })

  it('delegate by a day off: by the next working day, and it is said', async () => {
    const { chair, clerk, member } = office
    const id = await office.accepted()
    const sunday = nextSunday()
    const [dueOn, key] = [addWorkingDays(sunday, 0, calendar), freshKey()]
    const seen = await look(clerk, id)
    const answer = { nth: 1, dueOn, movedFrom: sunday }
    expect((await decide(chair, id, delegate(sunday), 'Việc nhỏ', seen, key)).body).toEqual(answer)
    expect((await decide(chair, id, delegate(sunday), 'Việc nhỏ', seen, key)).body).toEqual(answer)
    expect(await office.get(clerk, id)).toMatchObject({ dueOn })
    expect((await member.client.call(listDelegated, {})).body?.matters).toContainEqual(expect.objectContaining({ id, dueOn }))
  })

  it('delegate: who has it reads and decides while it is theirs; afterwards what they decided, and nothing else', async () => {
    const { chair, clerk, server } = office
    const other = await office.newMember()
    const to = (personId: string): TriageChoice => ({ way: 'delegate', personId, dueOn: day })
    const read = async (actor: Actor, id: string) => (await actor.client.call(getTriage, params(id))).error?.code ?? 'read'
    const [taken, decided, left] = [await office.accepted(), await office.accepted(), await office.accepted()]
    for (const id of [taken, decided, left]) expect((await decide(chair, id, to(other.personId), 'Việc nhỏ')).error).toBeUndefined()
    expect((await finish(other, taken, 1, 'stopped')).error?.code).toBe('forbiddenForProposal')
    expect(await look(clerk, taken)).toMatchObject({ may: { stop: true } })
    expect((await finish(clerk, taken, 1, 'stopped', 'Thu lại để xem xét')).error).toBeUndefined()
    expect((await finish(other, decided, 1, 'decided', 'Đồng ý')).error).toBeUndefined()
    expect([await read(other, taken), await read(other, decided), await read(other, left)]).toEqual(['proposalNotFound', 'read', 'read'])
    expect([await stage(taken), (await look(clerk, taken)).decisions[0]?.outcome?.kind]).toEqual(['pool', 'stopped'])
    expect((await look(other, decided)).may).toMatchObject({ finish: false })
    // Who left the body decides nothing in it.
    await server.db('membership').where({ body_id: office.body.id, person_id: other.personId }).update({ until: addDays(today(), -1) })
    expect([await read(other, left), (await finish(other, left, 1, 'decided')).error?.code]).toEqual(['proposalNotFound', 'proposalNotFound'])
    expect((await other.client.call(listDelegated, {})).body?.matters).toEqual([])
  })

  it('a state secret that is found while it is dealt with stops it', async () => {
    const { chair, clerk, member } = office
    const id = await office.accepted({ wantsMeeting: true })
    expect((await decide(chair, id, delegate(), 'Việc nhỏ')).body).toMatchObject({ nth: 1 })
    const { version, may } = await look(clerk, id)
    expect(may).toMatchObject({ note: true, decide: false })
    expect((await note(clerk, id, version, { secret: true })).error).toBeUndefined()
    expect([await stage(id), (await look(clerk, id)).decisions]).toMatchObject(['pool', [{ outcome: { kind: 'stopped', note: '', actorId: clerk.personId } }]])
    expect((await finish(member, id, 1, 'decided')).error?.code).toBe('proposalNotFound')
    // Who had it is told, and by what it is called no more.
    for (const { client } of [member, chair]) {
      const { body } = await client.call(listNotices, { query: {} })
      const told = body?.notices.find(({ kind }) => kind === 'triage.stopped')
      expect(told).toBeDefined()
      expect(JSON.stringify(told)).not.toContain('Trung tâm dữ liệu')
    }
    // So does one that a file of it proves to hold.
    const filed = await office.accepted()
    const [paper] = await office.server.db('proposal_document').where({ proposal_id: filed }).select<{ id: string, sha256: Buffer }[]>('id', 'sha256')
    expect((await decide(chair, filed, delegate(), 'Việc nhỏ')).error).toBeUndefined()
    await office.server.db.transaction((trx) => office.server.domains.triaging.ending.stopWith(trx, [paper!.sha256.toString('hex')], new Date()))
    expect((await look(clerk, filed)).decisions).toMatchObject([{ outcome: { kind: 'stopped', actorId: null } }])
    const written = await office.accepted({ asks: 'opinion', disagreement: 'none' })
    expect((await decide(chair, written, { way: 'write', dueOn: null }, 'Đã thống nhất')).error).toBeUndefined()
    expect((await note(clerk, written, 0, { secret: true })).error).toBeUndefined()
    expect([await stage(written), (await look(clerk, written)).decisions]).toMatchObject(['pool', [{ outcome: { kind: 'stopped' } }]])
    expect(await office.server.db('opinion').where({ matter_id: written }).pluck('state')).toEqual(['withdrawn'])
  })

  it('write: asks the incumbents in the same transaction; its end is told, and a rebound puts it back', async () => {
    const { chair, clerk, server } = office
    const id = await office.accepted({ asks: 'opinion', wantsMeeting: true, proposedOn: addWorkingDays(today(), 15, calendar) })
    expect((await look(clerk, id)).office).toMatchObject({ writing: true, result: { way: 'write' } })
    expect(await decide(chair, id, { way: 'write', dueOn: null, question: ' ' })).toMatchObject({ error: { code: 'badRequest' } })
    expect(await decide(chair, id, { way: 'write', dueOn: null, question: 'Đồng chí có đồng ý không?' })).toMatchObject({ body: { nth: 1 } })
    const [opinion, ...others] = await server.db('opinion').where({ matter_id: id }).select<{ id: string, question: string }[]>('id', 'question')
    expect([opinion?.question, others]).toEqual(['Đồng chí có đồng ý không?', []])
    // Whoever sees the decision is led to the slip.
    expect((await look(clerk, id)).decisions).toMatchObject([{ way: 'write', opinionId: opinion?.id }])
    expect(await stage(id)).toBe('outside')
    const told = (kind: 'decided' | 'rebound') => server.db.transaction(
      (trx) => server.domains.triaging.outcome(trx, id, { kind, at: new Date(), actorId: null, note: 'Thiếu một phiếu' }))
    await told('rebound')
    // Told twice, it ends once.
    await told('decided')
    expect((await look(clerk, id)).decisions).toMatchObject([{ outcome: { kind: 'rebound', actorId: null, note: 'Thiếu một phiếu' } }])
    // What is dealt with outside without a decision for it ends no decision to meet.
    const met = await office.accepted({ disagreement: 'strong' })
    await decide(chair, met, { way: 'meet', meetingId: null }, 'Cần bàn')
    await server.db('proposal').where({ id: met }).update({ settled: 'outside' })
    await server.db.transaction((trx) => server.domains.triaging.outcome(trx, met, { kind: 'decided', at: new Date(), actorId: null, note: '' }))
    expect((await look(clerk, met)).decisions).toMatchObject([{ way: 'meet', outcome: null }])
    await server.db('proposal').where({ id: met }).update({ settled: null })
    expect(await stage(id)).toBe('pool')
    const notices = await chair.client.call(listNotices, { query: {} })
    expect(notices.body?.notices.some(({ kind }) => kind === 'triage.rebound')).toBe(true)
  })
})

describeTriageLedger(() => ({ office, calendar, look, decide, finish, note }))

describe('the office’s lists', () => {
  it('are paged, longest waiting first, in as many queries however many rows there are', async () => {
    await clearMeetings()
    for (let index = 0; index < 3; index += 1) await office.accepted({ title: `Việc ${index}` })
    const { triaging } = office.server.domains
    const statements = async (limit: number) =>
      (await statementsOf(office.server.db, () => triaging.reading.list(office.clerk.caller, { list: 'undecided', limit }))).length
    const [few, many] = [await statements(1), await statements(3)]
    expect(few).toBeGreaterThan(0)
    expect(many).toBe(few)
    const seen: string[] = []
    for (let after: string | undefined; ;) {
      const { body } = await office.clerk.client.call(listTriage, { query: { list: 'undecided', limit: 2, ...after ? { after } : {} } })
      seen.push(...body?.rows.map((row) => row.since) ?? [])
      expect(body?.rows.every(({ result }) => result !== null && result.reasons.length > 0)).toBe(true)
      if (!body?.next) { expect(body?.counts.undecided).toBe(seen.length); break }
      after = body.next
    }
    expect(seen).toEqual(seen.toSorted())
    expect((await office.member.client.call(listTriage, { query: {} })).body).toMatchObject({ rows: [], bodies: [] })
    // No report walks through centuries.
    for (const [from, to] of [['0001-01-01', today()], [today(), '9999-12-31'], [today(), addDays(today(), -1)]] as const) {
      expect((await office.clerk.client.call(reportTriage, { query: { from, to } })).error?.code).toBe('badRequest')
    }
  })
})

function nextSunday(): string {
  let at = addDays(today(), 1)
  while (new Date(`${at}T00:00:00Z`).getUTCDay() !== 0) at = addDays(at, 1)
  return at
}
