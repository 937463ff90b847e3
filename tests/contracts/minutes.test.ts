import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textRefs } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { fingerprint } from '../../server/minutes/minutes.ts'
import { AppError } from '../../server/platform/error.ts'
import { freshKey } from '../support/house.ts'
import { audited, exported } from '../support/journal.ts'
import { as, chair, clerk, committee, letterhead, member, openMinutes, stranger, type MinutesWorld } from '../support/minutes.ts'
import { soon } from '../support/minutes-issued.ts'

let { house, archive, server, minutes, review, newBody, heldMeeting, close, closedMeeting, approved, type, entriesOf } = {} as MinutesWorld

beforeAll(async () => {
  ({ house, archive, server, minutes, review, newBody, heldMeeting, close, closedMeeting, approved, type, entriesOf } = await openMinutes())
})
afterAll(() => house.close())

const lastOf = async (meetingId: string) => (await minutes.get(meetingId, clerk)).content.blocks.at(-1)?.text
const opened = async (meetingId: string) => await review.open(meetingId, clerk, { dueAt: soon(), key: freshKey() })
const approve = async (meetingId: string, caller = chair, key: string = freshKey()) =>
  await review.approve(meetingId, caller, { sha256: (await minutes.get(meetingId, clerk)).sha256, key })

describe('the draft', () => {
  it('stands ready when the meeting is closed, made from the journal', async () => {
    const meetingId = await closedMeeting()
    const draft = await minutes.get(meetingId, clerk)
    expect(draft).toMatchObject({ status: 'draft', version: 1, number: null, publishedAt: null, journalHead: null, mode: 'edit', leads: true, approves: false })
    expect(draft.content.abstract).toBe('Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026')
    const texts = draft.content.blocks.map(({ text }) => text)
    expect(texts).toContain('Người chủ trì: đồng chí Lê Hoài Đăng, Bí thư Tỉnh uỷ, Uỷ viên Ban Thường vụ.')
    expect(texts).toContain('Có mặt: 11/15 đồng chí (trực tuyến: 11), gồm:')
    expect(texts).toContain('Hội nghị kết thúc lúc 10 giờ 30 phút, ngày 08 tháng 6 năm 2026.')
    expect(draft.sha256).toBe(fingerprint(draft.content))
    expect(await entriesOf(meetingId, 'minutes.saved')).toMatchObject([
      { actorId: committee.chair, audience: { scope: 'office' }, data: { version: 1, sha256: draft.sha256 } },
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

  it('may be begun in the meeting, once; what comes then stands in it by itself, or is offered', async () => {
    const meetingId = await heldMeeting()
    await minutes.begin(meetingId, clerk)
    await minutes.begin(meetingId, chair)
    const texts = async () => (await minutes.get(meetingId, clerk)).content.blocks.map(({ text }) => text)
    expect(await texts()).toContain('Hội nghị kết thúc lúc .')
    await type(meetingId, clerk, 'Đồng chí chủ trì phát biểu khai mạc.')
    await close(meetingId)
    expect(await texts()).toContain('Hội nghị kết thúc lúc 10 giờ 30 phút, ngày 08 tháng 6 năm 2026.')
    expect(await lastOf(meetingId)).toBe('Đồng chí chủ trì phát biểu khai mạc.')
    expect(await entriesOf(meetingId, 'minutes.saved')).toHaveLength(1)
    const { facts } = await minutes.facts(meetingId, clerk)
    expect(facts.find(({ ref }) => ref === 'closing.time')).toMatchObject({ form: 'words', expected: true, at: '2026-06-08T03:30:00.000Z' })
  })

  it('has the title of the meeting for an abstract, or what who writes gave it; a second editor overwrites nothing', async () => {
    const meetingId = await closedMeeting()
    const title = 'Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026'
    const set = (abstract: string | null, was: string, caller = clerk) => minutes.setAbstract(meetingId, caller, { abstract, was, key: freshKey() })
    await expect(set('Khác', title, member)).rejects.toMatchObject({ code: 'minutesNotFound' })
    await expect(set('Khác', title, stranger)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(set('TỐI MẬT', title)).rejects.toMatchObject({ code: 'proposalSecret' })
    expect(await set('Hội nghị Ban Thường vụ lần thứ 12', title)).toEqual({ abstract: 'Hội nghị Ban Thường vụ lần thứ 12' })
    await expect(set('Bản khác', title, chair)).rejects.toMatchObject({ code: 'minutesChanged', details: { abstract: 'Hội nghị Ban Thường vụ lần thứ 12' } })
    await minutes.redraft(meetingId, clerk, 1)
    await opened(meetingId)
    await expect(set('Thành viên sửa', 'Hội nghị Ban Thường vụ lần thứ 12', member)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await set(null, 'Hội nghị Ban Thường vụ lần thứ 12')
    expect((await minutes.get(meetingId, member)).content.abstract).toBe(title)
    await set('Hội nghị lần thứ 12', title)
    const published = await approve(meetingId)
    expect(published.content.abstract).toBe('Hội nghị lần thứ 12')
    expect((await minutes.paper(meetingId, clerk)).abstract).toBe('Hội nghị lần thứ 12')
    await expect(set('Sau khi duyệt', 'Hội nghị lần thứ 12')).rejects.toMatchObject({ code: 'minutesPublished' })
    expect((await server.journal.state(meetingId, meetingReducer)).minutes.abstracts).toBe(3)
  })

  it('takes no comment with the stamp of a secret', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    await expect(review.comment(meetingId, member, { blockId: null, quote: null, text: 'Ý kiến\nTUYỆT MẬT', key: freshKey() })).rejects.toMatchObject({ code: 'proposalSecret' })
    expect(await entriesOf(meetingId, 'minutes.commented')).toEqual([])
  })

  it('shows the new value of a fact whose source was corrected, wherever it stands', async () => {
    const meetingId = await closedMeeting()
    await type(meetingId, clerk, 'Thư ký ghi thêm.')
    await server.journal.run(meetingId, { actorId: committee.clerk }, async (tx) => {
      const span = { from: '2026-06-08T01:00:00.000Z', to: '2026-06-08T03:30:00.000Z', mode: 'inPerson' as const }
      tx.append({ kind: 'attendance.corrected', data: { personId: committee.ill, stays: [span] }, audience: { scope: 'meeting' } })
    })
    const texts = (await minutes.get(meetingId, clerk)).content.blocks.map(({ text }) => text)
    expect(texts).toContain('Có mặt: 12/15 đồng chí (trực tiếp: 1; trực tuyến: 11), gồm:')
    expect(texts).toContain('Vắng mặt: 3 đồng chí, gồm:')
    expect(texts).toContain('Thư ký ghi thêm.')
  })

  it('is made anew from the journal on request, once with a key, and not by who did not see the last one', async () => {
    const meetingId = await closedMeeting()
    const texts = async () => (await minutes.get(meetingId, clerk)).content.blocks.map(({ text }) => text)
    const first = await texts()
    await type(meetingId, clerk, 'Sai')
    expect(await texts()).toEqual([...first, 'Sai'])
    const key = freshKey()
    const again = await minutes.redraft(meetingId, clerk, 1, key)
    expect(await minutes.redraft(meetingId, clerk, 1, key)).toEqual(again)
    expect(again).toMatchObject({ version: 2, status: 'draft' })
    expect(await texts()).toEqual(first)
    await expect(minutes.redraft(meetingId, chair, 1)).rejects.toMatchObject({ code: 'minutesChanged', details: { version: 2 } })
    expect(await entriesOf(meetingId, 'minutes.saved')).toMatchObject([{ data: { version: 1 } }, { data: { version: 2, sha256: again.sha256 } }])
  })

  it('of before texts were shared keeps its words when it is opened, once', async () => {
    const meetingId = await closedMeeting()
    const blocks = [{ kind: 'heading', text: 'Cũ' }, { kind: 'paragraph', text: 'Đã sửa tay.' }]
    await server.db('minutes').where({ meeting_id: meetingId }).update({ state: null, content: JSON.stringify({ abstract: 'Cũ', blocks }) })
    const [one, other] = await Promise.all([minutes.load(meetingId), minutes.load(meetingId)])
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true)
    expect((await minutes.get(meetingId, clerk)).content.blocks).toMatchObject(blocks)
  })

  it('prints with its mark, without number and date', async () => {
    const paper = await minutes.paper(await closedMeeting(), clerk)
    expect(paper).toMatchObject({
      draft: true, number: null, date: null, foot: null, issuer: 'Ban Thường vụ', symbol: 'BB/TU',
      signatures: [{ name: 'Trương Ngọc Uyển' }, { name: 'Lê Hoài Đăng' }],
    })
  })
})

describe('the review', () => {
  it('opens once the meeting is over, with a time ahead; members read, comment and see what changed', async () => {
    const live = await heldMeeting()
    await minutes.begin(live, clerk)
    await expect(opened(live)).rejects.toMatchObject({ code: 'minutesNotClosed' })
    const meetingId = await closedMeeting()
    await expect(review.open(meetingId, clerk, { dueAt: new Date(Date.now() - 1000).toISOString(), key: freshKey() })).rejects.toMatchObject({ code: 'minutesDueTooSoon' })
    await expect(minutes.get(meetingId, member)).rejects.toMatchObject({ code: 'minutesNotFound' })
    await opened(meetingId)
    const before = await minutes.get(meetingId, member)
    expect(before).toMatchObject({ status: 'review', mode: 'read', leads: false, approves: false })
    const { id: blockId = null, text: quote } = before.content.blocks.at(-1) ?? { text: '' }
    const key = freshKey()
    const comment = { blockId, quote, text: 'Đề nghị ghi rõ giờ.', key }
    const { threadId } = await review.comment(meetingId, member, comment)
    expect(await review.comment(meetingId, member, comment)).toEqual({ threadId })
    await review.reply(meetingId, clerk, threadId, { text: 'Đã ghi.', key: freshKey() })
    await type(meetingId, clerk, 'Thêm sau góp ý.')
    const seen = await review.get(meetingId, member)
    expect(seen.threads).toMatchObject([{ blockId, quote, by: member.personId, text: 'Đề nghị ghi rõ giờ.', replies: [{ by: clerk.personId, text: 'Đã ghi.' }], settled: null }])
    expect(seen.before?.blocks).toEqual(before.content.blocks)
    expect((await minutes.get(meetingId, member)).content.blocks.at(-1)?.text).toBe('Thêm sau góp ý.')
    await review.settle(meetingId, clerk, threadId, { resolved: true, answer: 'Đã sửa.', key: freshKey() })
    expect((await review.get(meetingId, member)).threads[0]?.settled).toMatchObject({ by: clerk.personId, answer: 'Đã sửa.' })
    for (const act of [minutes.facts, minutes.modeIn]) await expect(act(meetingId, member)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
  })

  it('what was said is erasable, and the journal keeps that something was', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    await review.comment(meetingId, member, { blockId: null, quote: null, text: 'Bí mật đời tư', key: freshKey() })
    const [entry] = await entriesOf(meetingId, 'minutes.commented')
    expect(JSON.stringify(entry)).not.toContain('đời tư')
    const [ref] = textRefs(entry)
    await server.journal.run(meetingId, { actorId: committee.clerk }, async (tx) => tx.eraseText(ref?.$text ?? '', { scope: 'whole' }))
    expect((await review.get(meetingId, member)).threads).toMatchObject([{ text: null }])
  })

  it('is over with its time: then nobody comments, and the clerk may set another', async () => {
    const meetingId = await closedMeeting()
    await review.open(meetingId, clerk, { dueAt: new Date(Date.now() + 700).toISOString(), key: freshKey() })
    const { threadId } = await review.comment(meetingId, member, { blockId: null, quote: null, text: 'Kịp', key: freshKey() })
    await new Promise((resolve) => { setTimeout(resolve, 800) })
    const late = { blockId: null, quote: null, text: 'Muộn', key: freshKey() }
    await expect(review.comment(meetingId, member, late)).rejects.toMatchObject({ code: 'minutesNotInReview' })
    await expect(review.reply(meetingId, member, threadId, { text: 'Muộn', key: freshKey() })).rejects.toMatchObject({ code: 'minutesNotInReview' })
    await review.reply(meetingId, clerk, threadId, { text: 'Thư ký trả lời sau hạn', key: freshKey() })
    await opened(meetingId)
    await review.comment(meetingId, member, { ...late, key: freshKey() })
    expect((await review.get(meetingId, member)).threads.map(({ round }) => round)).toEqual([1, 2])
  })

  it('the chair gives it back with a reason, and then it is the clerk’s again', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    for (const caller of [clerk, member]) {
      await expect(review.giveBack(meetingId, caller, { reason: 'Không', key: freshKey() })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    }
    await review.giveBack(meetingId, chair, { reason: 'Bổ sung ý kiến thảo luận', key: freshKey() })
    expect((await minutes.get(meetingId, clerk)).status).toBe('draft')
    await expect(minutes.get(meetingId, member)).rejects.toMatchObject({ code: 'minutesNotFound' })
    expect((await review.get(meetingId, clerk)).returned).toMatchObject({ by: chair.personId, reason: 'Bổ sung ý kiến thảo luận' })
    await expect(approve(meetingId)).rejects.toMatchObject({ code: 'minutesNotInReview' })
    await opened(meetingId)
    expect((await review.get(meetingId, clerk)).returned).toBeNull()
  })
})

describe('helpers', () => {
  it('are let in and shut out by the clerk; a member who helps writes, and no more', async () => {
    const meetingId = await closedMeeting()
    await expect(minutes.modeIn(meetingId, member)).rejects.toMatchObject({ code: 'minutesNotFound' })
    await review.setHelper(meetingId, clerk, member.personId, true)
    expect(await minutes.modeIn(meetingId, member)).toMatchObject({ mode: 'edit' })
    await type(meetingId, member, 'Người giúp việc ghi.')
    expect(await lastOf(meetingId)).toBe('Người giúp việc ghi.')
    await expect(review.setHelper(meetingId, member, committee.late, true)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(review.open(meetingId, member, { dueAt: soon(), key: freshKey() })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(minutes.redraft(meetingId, member, 1)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(review.setHelper(meetingId, clerk, randomUUID(), true)).rejects.toMatchObject({ code: 'notParticipant' })
    await review.setHelper(meetingId, clerk, member.personId, false)
    await review.setHelper(meetingId, clerk, member.personId, false)
    // Also over a connection that has not ended yet.
    await expect(type(meetingId, member, 'Ghi khi đã bị thu quyền.')).rejects.toMatchObject({ code: 'minutesNotFound' })
    expect(await lastOf(meetingId)).toBe('Người giúp việc ghi.')
    await expect(minutes.modeIn(meetingId, member)).rejects.toMatchObject({ code: 'minutesNotFound' })
    expect(await entriesOf(meetingId, 'minutes.helperSet')).toMatchObject([
      { actorId: clerk.personId, audience: { scope: 'whole' }, data: { personId: member.personId, helps: true } }, { data: { helps: false } },
    ])
  })
})

describe('the approval', () => {
  it('fixes the text under the next number and tells everyone, with the head of the journal that it closes', async () => {
    const meetingId = await closedMeeting()
    await type(meetingId, clerk, 'Kết luận: thống nhất.')
    await opened(meetingId)
    await review.comment(meetingId, member, { blockId: null, quote: null, text: 'Còn mở', key: freshKey() })
    const { content, sha256 } = await minutes.get(meetingId, chair)
    const published = await review.approve(meetingId, chair, { sha256, key: freshKey() })
    expect(published).toMatchObject({ status: 'published', number: '01', symbol: 'BB/TU', content, sha256, mode: 'read' })
    expect(await minutes.get(meetingId, member)).toEqual({ ...published, leads: false, approves: false })
    expect(await entriesOf(meetingId, 'minutes.approved')).toMatchObject([{ actorId: chair.personId, data: { round: 1, sha256, open: 1 } }])
    expect(await entriesOf(meetingId, 'minutes.published')).toMatchObject([
      { audience: { scope: 'meeting' }, at: published.publishedAt, data: { number: '01', sha256: fingerprint(content), paperId: published.paperId } },
    ])
    expect(await entriesOf(meetingId, 'issuing.issued')).toMatchObject([{ data: { paper: 'minutes', number: '01-BB/TU', paperId: published.paperId } }])
    expect((await server.journal.state(meetingId, meetingReducer)).minutesNumber).toBe('01')
    const hashes = (await exported(server.journal, meetingId)).flatMap((record) => record.record === 'entry' ? [{ hash: record.hash, kind: record.kind }] : [])
    expect(published.journalHead).toBe(hashes[hashes.findIndex(({ kind }) => kind === 'minutes.approved') - 1]?.hash)
    // The story tells of votes, and nobody cast a ballot in them.
    const { findings } = await audited(server.journal, meetingId)
    expect(findings.filter(({ code }) => code !== 'ballotsMissing')).toEqual([])
  })

  it('is the chair’s, or also of who presided where the body has it so', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    for (const caller of [clerk, member]) await expect(approve(meetingId, caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    const rule = { approvedBy: 'presided' as const, reviewWorkingDays: 3, basis: 'Quy chế làm việc' }
    for (const [bodyId, allowed] of [[await newBody({ minutes: rule }), true], [await newBody(), false]] as const) {
      const presided = await heldMeeting(bodyId)
      await server.journal.run(presided, { actorId: chair.personId }, async (tx) => {
        for (const personId of [member.personId, null]) tx.append({ kind: 'order.chairHanded', data: { personId }, audience: { scope: 'meeting' } })
      })
      await close(presided)
      await opened(presided)
      expect((await minutes.get(presided, member)).approves).toBe(allowed)
      await expect(approve(presided, as(committee.late))).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      if (allowed) expect(await approve(presided, member)).toMatchObject({ status: 'published' })
      else await expect(approve(presided, member)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    }
  })

  it('is of the words that were read: what was changed since is not approved', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    const { sha256 } = await minutes.get(meetingId, chair)
    await type(meetingId, clerk, 'Chèn vào phút chót.')
    await expect(review.approve(meetingId, chair, { sha256, key: freshKey() })).rejects.toMatchObject({ code: 'minutesChanged' })
    expect((await minutes.get(meetingId, chair)).status).toBe('review')
  })

  it('freezes the letterhead and the signers', async () => {
    const bodyId = await newBody()
    const meetingId = await closedMeeting(bodyId)
    const { publishedAt, journalHead } = await approved(meetingId)
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

  it('happens once, also asked twice with its key or by two at once, and nothing is written afterwards', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    const { content } = await minutes.get(meetingId, clerk)
    const key = freshKey()
    const attempts = await Promise.allSettled([approve(meetingId, chair, key), approve(meetingId, chair, key), approve(meetingId)])
    // Whichever comes first: the one key, twice, or the other.
    const [once, again, other] = attempts.map(({ status }) => status)
    expect([once, other].toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(again).toBe(once)
    const refused = { code: 'minutesPublished' }
    await expect(approve(meetingId)).rejects.toMatchObject(refused)
    await expect(minutes.append(meetingId, new Uint8Array([0, 0]), clerk)).rejects.toMatchObject(refused)
    await expect(minutes.redraft(meetingId, clerk, 1)).rejects.toMatchObject(refused)
    await expect(opened(meetingId)).rejects.toMatchObject(refused)
    await expect(review.setHelper(meetingId, clerk, member.personId, true)).rejects.toMatchObject(refused)
    await expect(review.comment(meetingId, member, { blockId: null, quote: null, text: 'Muộn', key: freshKey() })).rejects.toMatchObject(refused)
    await expect(minutes.modeIn(meetingId, clerk)).rejects.toMatchObject(refused)
    expect((await minutes.get(meetingId, clerk)).content).toEqual(content)
    expect(await entriesOf(meetingId, 'minutes.published')).toHaveLength(1)
    expect(await server.db('minutes_update').where({ meeting_id: meetingId })).toEqual([])
  })

  it('and what is typed at that moment: either it was read, or it is refused', async () => {
    const meetingId = await closedMeeting()
    await opened(meetingId)
    const outcomes = await Promise.allSettled([approve(meetingId), ...Array.from({ length: 5 }, (_, index) => type(meetingId, clerk, `Chen ${index}`))])
    const [approval, ...typed] = outcomes
    const texts = (await minutes.get(meetingId, clerk)).content.blocks.map(({ text }) => text)
    const kept = typed.flatMap(({ status }, index) => status === 'fulfilled' ? [`Chen ${index}`] : [])
    expect(texts.filter((text) => text.startsWith('Chen'))).toEqual(expect.arrayContaining(kept))
    if (approval?.status === 'fulfilled') expect(approval.value.content.blocks.filter(({ text }) => text.startsWith('Chen')).map(({ text }) => text).toSorted()).toEqual(kept)
    else expect(approval?.reason).toMatchObject({ code: 'minutesChanged' })
  })

  it('numbers one after another, also of several at once', async () => {
    const bodyId = await newBody()
    const meetings = [await closedMeeting(bodyId), await closedMeeting(bodyId), await closedMeeting(bodyId)]
    const numbers = (await Promise.all(meetings.map((meetingId) => approved(meetingId)))).map(({ number }) => number)
    expect(numbers.toSorted()).toEqual(['01', '02', '03'])
    expect(await approved(await closedMeeting())).toMatchObject({ number: '01' })
  })

  it('holds against the program itself: the database refuses to change or drop published minutes', async () => {
    const meetingId = await closedMeeting()
    await approved(meetingId)
    const row = () => server.db('minutes').where({ meeting_id: meetingId })
    await expect(row().update({ content: '{}' })).rejects.toMatchObject({ code: '42501' })
    await expect(row().update({ status: 'draft' })).rejects.toMatchObject({ code: '42501' })
    await expect(row().delete()).rejects.toMatchObject({ code: '42501' })
    await expect(archive.owner('minutes').where({ meeting_id: meetingId }).update({ number: 3 })).rejects.toMatchObject({ code: '42501' })
    await expect(archive.owner('minutes').where({ meeting_id: meetingId }).delete()).rejects.toMatchObject({ code: '42501' })
  })
})

describe('permissions', () => {
  const acts: [string, (id: string, caller: typeof member) => Promise<unknown>, ofMember: string][] = [
    ['get', (id, caller) => minutes.get(id, caller), 'minutesNotFound'],
    ['paper', (id, caller) => minutes.paper(id, caller), 'minutesNotFound'],
    ['facts', (id, caller) => minutes.facts(id, caller), 'minutesNotFound'],
    ['modeIn', (id, caller) => minutes.modeIn(id, caller), 'minutesNotFound'],
    ['begin', (id, caller) => minutes.begin(id, caller), 'forbiddenInMeeting'],
    ['redraft', (id, caller) => minutes.redraft(id, caller, 1), 'forbiddenInMeeting'],
    ['open a review of', (id, caller) => review.open(id, caller, { dueAt: soon(), key: freshKey() }), 'minutesNotFound'],
    ['read the review of', (id, caller) => review.get(id, caller), 'minutesNotFound'],
    ['comment on', (id, caller) => review.comment(id, caller, { blockId: null, quote: null, text: 'x', key: freshKey() }), 'minutesNotFound'],
    ['reply in', (id, caller) => review.reply(id, caller, randomUUID(), { text: 'x', key: freshKey() }), 'minutesNotFound'],
    ['settle in', (id, caller) => review.settle(id, caller, randomUUID(), { resolved: true, answer: null, key: freshKey() }), 'minutesNotFound'],
    ['let somebody help with', (id, caller) => review.setHelper(id, caller, committee.late, true), 'minutesNotFound'],
    ['give back', (id, caller) => review.giveBack(id, caller, { reason: 'x', key: freshKey() }), 'minutesNotFound'],
    ['approve', (id, caller) => review.approve(id, caller, { sha256: '0'.repeat(64), key: freshKey() }), 'minutesNotFound'],
    ['open again', (id, caller) => review.reopen(id, caller, { reason: 'x', key: freshKey() }), 'minutesNotFound'],
  ]

  it('a member does nothing with a draft, and a stranger does not learn that there is one', async () => {
    const meetingId = await closedMeeting()
    const before = await minutes.get(meetingId, clerk)
    for (const [name, act, code] of acts) {
      await expect(act(meetingId, member), name).rejects.toMatchObject({ code })
      await expect(act(meetingId, stranger), name).rejects.toMatchObject({ code: 'meetingNotFound' })
      await expect(act(randomUUID(), stranger), name).rejects.toMatchObject({ code: 'meetingNotFound' })
    }
    expect(await minutes.get(meetingId, clerk)).toEqual(before)
    await approved(meetingId)
    for (const [name, act] of acts) await expect(act(meetingId, stranger), name).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('a meeting in which nobody began has no minutes', async () => {
    const meetingId = await heldMeeting()
    for (const act of [minutes.get, minutes.facts, minutes.modeIn]) await expect(act(meetingId, clerk)).rejects.toMatchObject({ code: 'minutesNotFound' })
    expect(await minutes.statuses([meetingId])).toEqual(new Map())
  })

  it('the list of meetings is told how far the minutes of each are', async () => {
    const [draft, inReview, published] = [await closedMeeting(), await closedMeeting(), await closedMeeting()]
    await opened(inReview)
    await approved(published)
    expect(await minutes.statuses([draft, inReview, published])).toEqual(new Map([[draft, 'draft'], [inReview, 'review'], [published, 'published']]))
  })
})
