import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import { fingerprint } from '../../server/minutes/minutes.ts'
import { AppError } from '../../server/platform/error.ts'
import { audited, exported } from '../support/journal.ts'
import { chair, clerk, committee, letterhead, member, openMinutes, stranger, type MinutesWorld } from '../support/minutes.ts'

let { archive, server, minutes, newBody, heldMeeting, close, closedMeeting, entriesOf } = {} as MinutesWorld

beforeAll(async () => {
  ({ archive, server, minutes, newBody, heldMeeting, close, closedMeeting, entriesOf } = await openMinutes())
})
afterAll(() => archive.close())

const edited = (content: MinutesContent, text: string): MinutesContent =>
  ({ ...content, blocks: [...content.blocks, { kind: 'paragraph', text }] })

describe('the draft', () => {
  it('stands ready when the meeting is closed, made from the journal', async () => {
    const meetingId = await closedMeeting()
    const draft = await minutes.get(meetingId, clerk)
    expect(draft).toMatchObject({ status: 'draft', version: 1, number: null, publishedAt: null, journalHead: null })
    expect(draft.content.abstract).toBe('Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026')
    const texts = draft.content.blocks.map(({ text }) => text)
    expect(texts).toContain('Người chủ trì: đồng chí Lê Hoài Đăng, Bí thư Tỉnh uỷ, Uỷ viên Ban Thường vụ.')
    expect(texts).toContain('Có mặt: 11/15 đồng chí (trực tuyến: 11), gồm:')
    expect(texts).toContain('Hội nghị kết thúc lúc 10 giờ 30 phút, ngày 08 tháng 6 năm 2026.')
    expect(await entriesOf(meetingId, 'minutes.saved')).toMatchObject([
      { actorId: committee.chair, audience: { scope: 'office' }, data: { version: 1, sha256: fingerprint(draft.content) } },
    ])
  })

  it('and the closing are there together or not at all', async () => {
    const meetingId = await heldMeeting()
    await expect(server.journal.run(meetingId, { actorId: committee.chair }, async (tx) => {
      tx.append({ kind: 'meeting.closed', data: {}, audience: { scope: 'meeting' } })
      await minutes.draftAtClosing(tx)
      throw new AppError('internal')
    })).rejects.toMatchObject({ code: 'internal' })
    expect((await server.journal.state(meetingId, meetingReducer)).status).toBe('live')
    await expect(minutes.get(meetingId, clerk)).rejects.toMatchObject({ code: 'minutesNotFound' })
    await close(meetingId)
    expect((await minutes.get(meetingId, clerk)).version).toBe(1)
  })

  it('is saved with its entry, version by version', async () => {
    const meetingId = await closedMeeting()
    const content = edited((await minutes.get(meetingId, clerk)).content, 'Đồng chí chủ trì kết luận: thống nhất.')
    const { version, savedAt } = await minutes.save(meetingId, clerk, 1, content)
    expect(version).toBe(2)
    expect(await minutes.get(meetingId, chair)).toMatchObject({ version: 2, savedAt, content })
    expect((await entriesOf(meetingId, 'minutes.saved')).at(-1)).toMatchObject({
      actorId: committee.clerk, at: savedAt, data: { version: 2, sha256: fingerprint(content) },
    })
  })

  it('is not overwritten by who did not see the last save, however close they come', async () => {
    const meetingId = await closedMeeting()
    const { content } = await minutes.get(meetingId, clerk)
    const attempts = await Promise.allSettled([clerk, chair, clerk, chair].map((caller, index) =>
      minutes.save(meetingId, caller, 1, edited(content, `bản ${index}`))))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'minutesChanged', details: { version: 2 } })
    }
    expect(await entriesOf(meetingId, 'minutes.saved')).toHaveLength(2)
    await expect(minutes.redraft(meetingId, clerk, 1)).rejects.toMatchObject({ code: 'minutesChanged' })
    await expect(minutes.publish(meetingId, clerk, 1, 5)).rejects.toMatchObject({ code: 'minutesChanged' })
  })

  it('is changed once by requests that are sent again with their key', async () => {
    const meetingId = await closedMeeting()
    const { content } = await minutes.get(meetingId, clerk)
    const twice = async <T>(act: (key: string) => Promise<T>) => {
      const key = randomUUID()
      const first = await act(key)
      expect(await act(key)).toEqual(first)
    }
    await twice((key) => minutes.save(meetingId, clerk, 1, edited(content, 'sửa'), key))
    await twice((key) => minutes.redraft(meetingId, clerk, 2, key))
    await twice((key) => minutes.publish(meetingId, clerk, 3, 77, key))
    expect(await entriesOf(meetingId, 'minutes.saved')).toHaveLength(3)
    expect(await entriesOf(meetingId, 'minutes.published')).toHaveLength(1)
  })

  it('is made anew from the journal on request', async () => {
    const meetingId = await closedMeeting()
    const first = await minutes.get(meetingId, clerk)
    await minutes.save(meetingId, clerk, 1, { abstract: 'Sai', blocks: [{ kind: 'paragraph', text: 'Sai' }] })
    const again = await minutes.redraft(meetingId, clerk, 2)
    expect(again).toMatchObject({ version: 3, status: 'draft', content: first.content })
    expect(await minutes.get(meetingId, clerk)).toEqual(again)
    expect(await entriesOf(meetingId, 'minutes.saved')).toHaveLength(3)
  })

  it('prints with its mark, without number and date', async () => {
    const paper = await minutes.paper(await closedMeeting(), clerk)
    expect(paper).toMatchObject({
      draft: true, number: null, date: null, foot: null, issuer: 'Ban Thường vụ', symbol: 'BB/TU',
      signatures: [{ title: 'Người ghi biên bản', name: 'Trương Ngọc Uyển' }, { title: 'Chủ trì', name: 'Lê Hoài Đăng' }],
    })
  })
})

describe('publishing', () => {
  it('fixes the text under its number and tells everyone, with the head of the journal that it closes', async () => {
    const meetingId = await closedMeeting()
    const { content } = await minutes.get(meetingId, clerk)
    const published = await minutes.publish(meetingId, clerk, 1, 7)
    expect(published).toMatchObject({ status: 'published', version: 1, number: '07', content })
    expect(await minutes.get(meetingId, member)).toEqual(published)
    expect(await entriesOf(meetingId, 'minutes.published')).toMatchObject([
      { audience: { scope: 'meeting' }, at: published.publishedAt, data: { number: '07', sha256: fingerprint(content) } },
    ])
    expect((await server.journal.state(meetingId, meetingReducer)).minutesNumber).toBe('07')
    const hashes = (await exported(server.journal, meetingId)).flatMap((record) => record.record === 'entry' ? [record.hash] : [])
    expect(published.journalHead).toBe(hashes.at(-2))
    // The story tells of votes, and nobody cast a ballot in them.
    const { findings } = await audited(server.journal, meetingId)
    expect(findings.filter(({ code }) => code !== 'ballotsMissing')).toEqual([])
  })

  it('freezes the letterhead and the signers', async () => {
    const bodyId = await newBody()
    const meetingId = await closedMeeting(bodyId)
    const { publishedAt, journalHead } = await minutes.publish(meetingId, clerk, 1, 1)
    const before = await minutes.paper(meetingId, member)
    expect(before).toMatchObject({
      issuer: 'Ban Thường vụ', draft: false, number: 1, date: publishedAt, foot: `Mã nhật ký hội nghị (SHA-256): ${journalHead}`,
      signatures: [{ name: 'Trương Ngọc Uyển' }, { name: 'Lê Hoài Đăng' }],
    })
    await server.db('body').where({ id: bodyId }).update({ letterhead: JSON.stringify({ ...letterhead, issuer: 'Tên khác' }) })
    await archive.owner('person').where({ id: committee.chair }).update({ full_name: 'Tên Khác' })
    expect(await minutes.paper(meetingId, member)).toEqual(before)
    await archive.owner('person').where({ id: committee.chair }).update({ full_name: 'Lê Hoài Đăng' })
  })

  it('happens once, and nothing is saved afterwards', async () => {
    const meetingId = await closedMeeting()
    const { content } = await minutes.get(meetingId, clerk)
    const attempts = await Promise.allSettled([3, 4].map((number) => minutes.publish(meetingId, clerk, 1, number)))
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const refused = { code: 'minutesPublished' }
    await expect(minutes.publish(meetingId, clerk, 1, 9)).rejects.toMatchObject(refused)
    await expect(minutes.save(meetingId, clerk, 1, edited(content, 'muộn'))).rejects.toMatchObject(refused)
    await expect(minutes.redraft(meetingId, clerk, 1)).rejects.toMatchObject(refused)
    expect((await minutes.get(meetingId, clerk)).content).toEqual(content)
    expect(await entriesOf(meetingId, 'minutes.published')).toHaveLength(1)
    expect(await entriesOf(meetingId, 'minutes.saved')).toHaveLength(1)
  })

  it('takes each number of a body once a year, also of two that ask at once, and leaves the loser a draft', async () => {
    const bodyId = await newBody()
    const meetings = [await closedMeeting(bodyId), await closedMeeting(bodyId)]
    const attempts = await Promise.allSettled(meetings.map((meetingId) => minutes.publish(meetingId, clerk, 1, 12)))
    const lost = attempts.findIndex(({ status }) => status === 'rejected')
    expect(attempts[lost]).toMatchObject({ reason: { code: 'minutesNumberTaken', details: { number: 12 } } })
    expect(attempts[1 - lost]).toMatchObject({ status: 'fulfilled' })
    const loser = meetings[lost] ?? ''
    expect(await entriesOf(loser, 'minutes.published')).toEqual([])
    expect(await minutes.publish(loser, clerk, 1, 13)).toMatchObject({ number: '13' })
    expect(await minutes.publish(await closedMeeting(), clerk, 1, 12)).toMatchObject({ number: '12' })
  })

  it('holds against the program itself: the database refuses to change or drop published minutes', async () => {
    const meetingId = await closedMeeting()
    await minutes.publish(meetingId, clerk, 1, 2)
    const row = () => server.db('minutes').where({ meeting_id: meetingId })
    await expect(row().update({ content: '{}' })).rejects.toMatchObject({ code: '42501' })
    await expect(row().update({ status: 'draft' })).rejects.toMatchObject({ code: '42501' })
    await expect(row().delete()).rejects.toMatchObject({ code: '42501' })
    await expect(archive.owner('minutes').where({ meeting_id: meetingId }).update({ number: 3 })).rejects.toMatchObject({ code: '42501' })
    await expect(archive.owner('minutes').where({ meeting_id: meetingId }).delete()).rejects.toMatchObject({ code: '42501' })
  })
})

describe('permissions', () => {
  it.each<[string, (meetingId: string, content: MinutesContent) => Promise<unknown>, member: string]>([
    ['get', (id) => minutes.get(id, member), 'minutesNotFound'],
    ['paper', (id) => minutes.paper(id, member), 'minutesNotFound'],
    ['save', (id, content) => minutes.save(id, member, 1, content), 'forbiddenInMeeting'],
    ['redraft', (id) => minutes.redraft(id, member, 1), 'forbiddenInMeeting'],
    ['publish', (id) => minutes.publish(id, member, 1, 1), 'forbiddenInMeeting'],
  ])('a member may not %s a draft', async (_, act, code) => {
    const meetingId = await closedMeeting()
    const before = await minutes.get(meetingId, clerk)
    await expect(act(meetingId, before.content)).rejects.toMatchObject({ code })
    expect(await minutes.get(meetingId, clerk)).toEqual(before)
  })

  it.each<[string, (meetingId: string) => Promise<unknown>]>([
    ['get', (id) => minutes.get(id, stranger)],
    ['paper', (id) => minutes.paper(id, stranger)],
    ['save', (id) => minutes.save(id, stranger, 1, { abstract: 'x', blocks: [{ kind: 'paragraph', text: 'x' }] })],
    ['redraft', (id) => minutes.redraft(id, stranger, 1)],
    ['publish', (id) => minutes.publish(id, stranger, 1, 1)],
  ])('a stranger who asks to %s does not learn whether the meeting exists', async (_, act) => {
    const meetingId = await closedMeeting()
    await minutes.publish(meetingId, clerk, 1, 1)
    await expect(act(meetingId)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(act(randomUUID())).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('a meeting that is not closed has no minutes', async () => {
    const meetingId = await heldMeeting()
    await expect(minutes.get(meetingId, clerk)).rejects.toMatchObject({ code: 'minutesNotFound' })
    await expect(minutes.publish(meetingId, clerk, 1, 1)).rejects.toMatchObject({ code: 'minutesNotFound' })
    expect(await minutes.statuses([meetingId])).toEqual(new Map())
  })

  it('the list of meetings is told which have a draft and which have published minutes', async () => {
    const [draft, published] = [await closedMeeting(), await closedMeeting()]
    await minutes.publish(published, chair, 1, 4)
    expect(await minutes.statuses([draft, published])).toEqual(new Map([[draft, 'draft'], [published, 'published']]))
  })
})
