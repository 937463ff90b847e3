import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { canSee, fold, type Viewer } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { noMinutes } from '../../protocol/minutes-entries.ts'
import { freshKey } from '../support/house.ts'
import { audited } from '../support/journal.ts'
import { as, chair, clerk, committee, member, openMinutes, stranger, type MinutesWorld } from '../support/minutes.ts'
import { soon } from '../support/minutes-issued.ts'

/** Minutes whose paper was recalled: opened again, corrected, issued anew. */

let { house, archive, server, minutes, review, newBody, heldMeeting, close, closedMeeting, approved, type, entriesOf } = {} as MinutesWorld

beforeAll(async () => {
  ({ house, archive, server, minutes, review, newBody, heldMeeting, close, closedMeeting, approved, type, entriesOf } = await openMinutes())
})
afterAll(() => house.close())

const recall = async (paperId: string | null) => { await house.domains.publishing.papers.recall(paperId ?? '', clerk, 'Sai số liệu') }
const reopen = (meetingId: string, caller = chair, reason = 'Sửa số người có mặt', key: string = freshKey()) => review.reopen(meetingId, caller, { reason, key })
const textsOf = async (meetingId: string) => (await minutes.get(meetingId, clerk)).content.blocks.map(({ text }) => text)
const stateOf = (meetingId: string) => server.journal.state(meetingId, meetingReducer)
const row = (meetingId: string) => server.db('minutes').where({ meeting_id: meetingId })
/** Approved, and their paper recalled. */
async function recalled(meetingId: string) {
  const published = await approved(meetingId)
  await recall(published.paperId)
  return published
}
/** Somebody who was recorded as ill was there. */
async function correct(meetingId: string): Promise<void> {
  const known = (await stateOf(meetingId)).attendance.stays[committee.ill] ?? []
  await house.domains.roll.corrections.correct(meetingId, clerk, {
    key: freshKey(), personId: committee.ill, known, reason: 'Có mặt tại hội trường',
    stays: [{ from: '2026-06-08T01:00:00.000Z', to: '2026-06-08T03:30:00.000Z', mode: 'inPerson' }],
  })
}
const ELEVEN = 'Có mặt: 11/15 đồng chí (trực tuyến: 11), gồm:'
const TWELVE = 'Có mặt: 12/15 đồng chí (trực tiếp: 1; trực tuyến: 11), gồm:'

it('goes back to a draft of what was approved, with its facts from the journal, and is issued anew under the next number', async () => {
  const bodyId = await newBody()
  const meetingId = await closedMeeting(bodyId)
  await type(meetingId, clerk, 'Kết luận: thống nhất.')
  const first = await recalled(meetingId)
  const other = await approved(await closedMeeting(bodyId))
  expect([first.number, other.number]).toEqual(['01', '02'])
  await expect(correct(meetingId)).rejects.toMatchObject({ code: 'minutesPublished' })
  const printed = await minutes.paper(meetingId, member)

  await reopen(meetingId)
  expect(await minutes.get(meetingId, clerk)).toMatchObject({
    status: 'draft', mode: 'edit', leads: true, content: first.content, number: null, symbol: null, publishedAt: null, journalHead: null, paperId: null,
  })
  expect(await minutes.paper(meetingId, clerk)).toMatchObject({ draft: true, number: null, date: null })
  expect(await minutes.statuses([meetingId])).toEqual(new Map([[meetingId, 'draft']]))
  const open = await stateOf(meetingId)
  expect(open).toMatchObject({ minutesNumber: null, minutes: { stage: 'writing', reopened: { by: chair.personId } }, papers: [{ number: '01-BB/TU', status: 'recalled' }] })
  expect(await server.journal.snapshot(meetingId, { personId: member.personId, office: false, items: 'all' }, meetingReducer))
    .toMatchObject({ texts: { [open.minutes.reopened?.reason.$text ?? '']: 'Sửa số người có mặt' } })
  await expect(minutes.get(meetingId, member)).rejects.toMatchObject({ code: 'minutesNotFound' })
  // A guest of single items, who was told of the number, is told that it is no more, and not why.
  const guest: Viewer = { personId: randomUUID(), office: false, items: [] }
  const told = (await house.entries(meetingId)).filter(({ audience }) => canSee(audience, guest))
  expect(fold(meetingReducer, told)).toMatchObject({ minutesNumber: null, minutes: noMinutes })
  expect(told.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['minutes.published', 'minutes.unpublished']))

  expect(await textsOf(meetingId)).toContain(ELEVEN)
  await correct(meetingId)
  expect(await textsOf(meetingId)).toContain(TWELVE)
  await review.setHelper(meetingId, clerk, member.personId, true)
  await type(meetingId, member, 'Đã sửa số người có mặt.')
  const second = await approved(meetingId)
  expect(second).toMatchObject({ status: 'published', number: '03' })
  expect(second.content.blocks.map(({ text }) => text)).toEqual(expect.arrayContaining(['Kết luận: thống nhất.', TWELVE, 'Đã sửa số người có mặt.']))
  expect(second.paperId).not.toBe(first.paperId)
  expect(await stateOf(meetingId)).toMatchObject({
    minutesNumber: '03', minutes: { stage: 'approved', round: 2, reopened: null },
    papers: [{ number: '01-BB/TU', status: 'recalled' }, { number: '03-BB/TU', status: 'issued' }],
  })
  // The recalled paper is what it was.
  expect(await house.domains.publishing.papers.get(first.paperId ?? '', member)).toMatchObject({ status: 'recalled', number: 1, printable: true })
  expect((await server.db('issued_paper').where({ id: first.paperId }).first<{ content: unknown }>('content')).content).toEqual(printed)

  const [opening] = await entriesOf(meetingId, 'minutes.reopened')
  expect(opening).toMatchObject({ actorId: chair.personId, audience: { scope: 'whole' } })
  expect(JSON.stringify(opening)).not.toContain('Sửa số')
  // Who was told of the publication, is told of its end.
  expect(await entriesOf(meetingId, 'minutes.unpublished')).toMatchObject([{ audience: { scope: 'meeting' }, data: { paperId: first.paperId } }])
  const { findings } = await audited(server.journal, meetingId)
  expect(findings.filter(({ code }) => code !== 'ballotsMissing')).toEqual([])
})

it('works again and again, and with a key once', async () => {
  const bodyId = await newBody()
  const meetingId = await closedMeeting(bodyId)
  const keys: string[] = []
  for (const number of ['01', '02', '03']) {
    await type(meetingId, clerk, `Trước số ${number}.`)
    expect(await recalled(meetingId)).toMatchObject({ number })
    const key = freshKey()
    keys.push(key)
    await Promise.all([reopen(meetingId, chair, 'Lý do', key), reopen(meetingId, chair, 'Lý do', key)])
    await expect(reopen(meetingId, chair, 'Lý do khác', key)).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    await expect(reopen(meetingId)).rejects.toMatchObject({ code: 'minutesNotRecalled' })
  }
  const last = await approved(meetingId)
  expect(last.number).toBe('04')
  expect(last.content.blocks.slice(-3).map(({ text }) => text)).toEqual(['Trước số 01.', 'Trước số 02.', 'Trước số 03.'])
  // What was asked long ago is answered as then, and done no more.
  for (const key of keys) await reopen(meetingId, chair, 'Lý do', key)
  expect(await minutes.get(meetingId, member)).toMatchObject({ status: 'published', number: '04' })
  expect(await entriesOf(meetingId, 'minutes.reopened')).toHaveLength(3)
  expect((await server.db('minutes_round').where({ meeting_id: meetingId }).orderBy('round').select<{ round: number }[]>('round')).map(({ round }) => round)).toEqual([1, 2, 3, 4])
})

it('is given back and reviewed like any draft, and says until the approval why it is open', async () => {
  const meetingId = await closedMeeting()
  await recalled(meetingId)
  await reopen(meetingId)
  await expect(review.approve(meetingId, chair, { sha256: (await minutes.get(meetingId, clerk)).sha256, key: freshKey() })).rejects.toMatchObject({ code: 'minutesNotInReview' })
  await review.open(meetingId, clerk, { dueAt: soon(), key: freshKey() })
  await review.comment(meetingId, member, { blockId: null, quote: null, text: 'Đồng ý', key: freshKey() })
  await review.giveBack(meetingId, chair, { reason: 'Chưa đủ', key: freshKey() })
  expect(await review.get(meetingId, clerk)).toMatchObject({ threads: [{ round: 2, text: 'Đồng ý' }], returned: { reason: 'Chưa đủ' } })
  expect((await stateOf(meetingId)).minutes).toMatchObject({ stage: 'writing', reopened: { by: chair.personId } })
})

it('is for who approves, and only once the paper was recalled', async () => {
  const meetingId = await closedMeeting()
  const refused = async (ofMember: string) => {
    for (const [caller, code] of [[clerk, 'forbiddenInMeeting'], [member, ofMember], [stranger, 'meetingNotFound']] as const) {
      await expect(reopen(meetingId, caller)).rejects.toMatchObject({ code })
    }
  }
  const early = { code: 'minutesNotRecalled' }
  await refused('minutesNotFound')
  await expect(reopen(meetingId)).rejects.toMatchObject(early)
  await review.open(meetingId, clerk, { dueAt: soon(), key: freshKey() })
  await refused('forbiddenInMeeting')
  await expect(reopen(meetingId)).rejects.toMatchObject(early)
  const { paperId } = await approved(meetingId)
  await refused('forbiddenInMeeting')
  await expect(reopen(meetingId)).rejects.toMatchObject(early)
  await recall(paperId)
  await refused('forbiddenInMeeting')
  await expect(reopen(meetingId, chair, 'Lý do\nTUYỆT MẬT')).rejects.toMatchObject({ code: 'proposalSecret' })
  expect(await entriesOf(meetingId, 'minutes.reopened')).toEqual([])
  expect((await minutes.get(meetingId, clerk)).status).toBe('published')
  await expect(reopen(randomUUID())).rejects.toMatchObject({ code: 'meetingNotFound' })
})

it('is also for who presided, where the body has it so', async () => {
  const rule = { approvedBy: 'presided' as const, reviewWorkingDays: 3, basis: 'Quy chế làm việc' }
  const meetingId = await heldMeeting(await newBody({ minutes: rule }))
  await server.journal.run(meetingId, { actorId: chair.personId }, async (tx) => {
    for (const personId of [member.personId, null]) tx.append({ kind: 'order.chairHanded', data: { personId }, audience: { scope: 'meeting' } })
  })
  await close(meetingId)
  await recalled(meetingId)
  await expect(reopen(meetingId, as(committee.late))).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
  await reopen(meetingId, member)
  expect((await stateOf(meetingId)).minutes.reopened?.by).toBe(member.personId)
})

it('is not of a paper that was replaced, nor of minutes of before the register', async () => {
  const replaced = await closedMeeting()
  const { paperId } = await approved(replaced)
  await server.db('issued_paper').where({ id: paperId }).update({ status: 'replaced', ended_at: new Date() })
  await expect(reopen(replaced)).rejects.toMatchObject({ code: 'minutesNotRecalled' })

  const older = await closedMeeting()
  await recalled(older)
  await archive.owner.raw('ALTER TABLE minutes DISABLE TRIGGER minutes_published_fixed')
  await archive.owner('minutes').where({ meeting_id: older }).update({ paper_id: null })
  await archive.owner.raw('ALTER TABLE minutes ENABLE ALWAYS TRIGGER minutes_published_fixed')
  await expect(reopen(older)).rejects.toMatchObject({ code: 'minutesNotRecalled' })
})

it('of minutes whose text was not kept is the words that were approved, to be written on', async () => {
  const meetingId = await closedMeeting()
  await review.open(meetingId, clerk, { dueAt: soon(), key: freshKey() })
  const { content, sha256 } = await minutes.get(meetingId, chair)
  await row(meetingId).update({ state: null, content: JSON.stringify(content) })
  const { paperId } = await review.approve(meetingId, chair, { sha256, key: freshKey() })
  await recall(paperId)
  await reopen(meetingId)
  await type(meetingId, clerk, 'Viết tiếp.')
  expect(await textsOf(meetingId)).toEqual([...content.blocks.map(({ text }) => text), 'Viết tiếp.'])
  expect(await approved(meetingId)).toMatchObject({ status: 'published', number: '02' })
})

it('holds against the program itself: the database lets published minutes become that draft, and nothing else', async () => {
  const meetingId = await closedMeeting()
  const { paperId } = await approved(meetingId)
  const draft = { status: 'draft', published_at: null, number: null, number_year: null, symbol: null, paper_id: null, journal_head: null, frame: null }
  const refused = { code: '42501' }
  await expect(row(meetingId).update(draft)).rejects.toMatchObject(refused)
  await recall(paperId)
  for (const change of [
    { content: '{}' }, { state: null }, { abstract: 'Khác' }, { number: 7 }, { paper_id: null }, { ...draft, content: '{}' }, { ...draft, state: null }, { ...draft, paper_id: paperId },
    { ...draft, status: 'review' },
  ]) {
    await expect(row(meetingId).update(change), JSON.stringify(change)).rejects.toMatchObject(refused)
    await expect(archive.owner('minutes').where({ meeting_id: meetingId }).update(change), JSON.stringify(change)).rejects.toMatchObject(refused)
  }
  await expect(row(meetingId).delete()).rejects.toMatchObject(refused)
  await row(meetingId).update(draft)
  expect((await minutes.get(meetingId, clerk)).status).toBe('draft')
})
