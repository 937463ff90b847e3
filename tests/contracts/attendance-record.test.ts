import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import readXlsx from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderDocx } from '../../server/issuing/docx.ts'
import { renderPdf } from '../../server/issuing/pdf.ts'
import { renderWorkbook } from '../../server/issuing/workbook.ts'
import { attendancePaper } from '../../server/attendance/paper.ts'
import { resultsStore } from '../../server/attendance/store.ts'
import { attendanceSheets, ownSheets } from '../../server/attendance/workbook.ts'
import type { Stay } from '../../protocol/stays.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'
import { approveMinutes } from '../support/minutes-issued.ts'

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let folder: string

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody({ members: 3, sites: 1 })
  folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-attendance-'))
})
afterAll(async () => {
  await house.close()
  await rm(folder, { recursive: true, force: true })
})

const M = 60_000
const iso = (at: number) => new Date(at).toISOString()
const { stays: none } = { stays: [] as Stay[] }

/** A meeting of two hours that has just ended: the chair in the hall, a member online and late, one with a reason, one without. */
async function heldMeeting() {
  const held = await house.newMeeting(body, 'published')
  const { meetingId, chair, clerk, member, members } = held
  const end = Math.floor(Date.now() / 1000) * 1000 - M
  const begin = end - 120 * M
  const at = (minutes: number) => new Date(begin + minutes * M)
  const append = (when: Date, kind: string, data: object) => house.journal.run(meetingId, { actorId: null, at: when }, async (tx) => {
    tx.append({ kind, data, audience: { scope: 'meeting' } })
  })
  await append(at(-10), 'attendance.checkedIn', { personId: chair.personId, how: 'code' })
  await append(at(-5), 'attendance.checkedIn', { personId: clerk.personId, how: 'rollCall' })
  await house.domains.attendance.recordAbsence(meetingId, clerk, { key: freshKey(), personId: members[1]?.personId ?? '', reason: 'Đi công tác' })
  await house.journal.run(meetingId, { actorId: chair.personId, at: at(0) }, async (tx) => {
    await tx.trx('meeting').where({ id: meetingId }).update({ status: 'live', opened_at: at(0) })
    tx.append({ kind: 'meeting.opened', data: {}, audience: { scope: 'meeting' } })
  })
  await append(at(0), 'agenda.itemStarted', { itemId: held.items[0] })
  await append(at(30), 'attendance.joined', { personId: member.personId, peerId: `${member.personId}.phone` })
  await append(at(60), 'agenda.itemEnded', { itemId: held.items[0] })
  await append(at(60), 'agenda.itemStarted', { itemId: held.items[1] })
  await append(at(90), 'attendance.left', { personId: member.personId, peerId: `${member.personId}.phone`, leftAt: iso(begin + 90 * M) })
  await append(at(120), 'agenda.itemEnded', { itemId: held.items[1] })
  return { ...held, begin, end, at }
}

async function closedMeeting() {
  const held = await heldMeeting()
  await house.domains.meetings.close(held.meetingId, held.chair, freshKey())
  const { closedAt } = await house.state(held.meetingId)
  return { ...held, closedAt: closedAt ?? '' }
}

const correct = (meetingId: string, caller: Caller, { personId }: Caller, known: readonly Stay[], stays: readonly Stay[], reason = 'Ghi nhầm giờ') =>
  house.domains.roll.corrections.correct(meetingId, caller, { key: freshKey(), personId, known, stays, reason })
const staysIn = async (meetingId: string, { personId }: Caller) => (await house.state(meetingId)).attendance.stays[personId] ?? none

describe('a correction', () => {
  it('is an entry beside those of before, its reason for the office alone, shown in the person’s history', async () => {
    const { meetingId, member, clerk, begin, chair } = await heldMeeting()
    const before = await house.entries(meetingId)
    const known = await staysIn(meetingId, member)
    const stays: Stay[] = [{ from: iso(begin), to: iso(begin + 100 * M), mode: 'inPerson' }]
    await correct(meetingId, clerk, member, known, stays, 'Đến từ đầu, quên quét mã')
    const entries = await house.entries(meetingId)
    expect(entries.slice(0, before.length)).toEqual(before)
    expect(entries.slice(before.length).map(({ kind, actorId, audience }) => [kind, actorId, audience.scope])).toEqual([
      ['attendance.corrected', clerk.personId, 'meeting'], ['attendance.correctionReason', clerk.personId, 'office']])
    expect(JSON.stringify(entries)).not.toContain('quên quét mã')
    expect(await staysIn(meetingId, member)).toEqual(stays)
    const { events } = await house.domains.roll.history.of(meetingId, chair, member.personId)
    expect(events.map(({ kind }) => kind)).toEqual(['joined', 'left', 'corrected'])
    expect(events.at(-1)).toMatchObject({ actorId: clerk.personId, stays, reason: 'Đến từ đầu, quên quét mã' })
    const { items } = await house.domains.roll.history.items(meetingId, clerk)
    expect(items.map(({ ms, present }) => [ms, present.find(({ personId }) => personId === member.personId)?.ms])).toEqual([[60 * M, 60 * M], [60 * M, 40 * M]])
  })

  it('of what is so already is none; of what changed meanwhile is shown what it is', async () => {
    const { meetingId, member, clerk, begin } = await heldMeeting()
    const known = await staysIn(meetingId, member)
    const before = await house.entries(meetingId)
    await correct(meetingId, clerk, member, known, known)
    expect(await house.entries(meetingId)).toEqual(before)
    const mine: Stay[] = [{ from: iso(begin), to: iso(begin + M), mode: 'online' }]
    await correct(meetingId, clerk, member, known, mine)
    await expect(correct(meetingId, clerk, member, known, none)).rejects.toMatchObject({ code: 'attendanceChanged', details: { stays: mine } })
    expect(await staysIn(meetingId, member)).toEqual(mine)
  })

  it('states what could have been', async () => {
    const { meetingId, member, guest, clerk, begin } = await heldMeeting()
    const tomorrow = Date.now() + 24 * 3600_000
    const span = (from: number, to: number | null, mode: Stay['mode'] = 'inPerson'): Stay => ({ from: iso(from), to: to === null ? null : iso(to), mode })
    const wrong: [Stay[], string][] = [
      [[span(begin, begin)], 'order'], [[span(begin + M, begin)], 'order'], [[span(begin, tomorrow)], 'future'], [[span(tomorrow, null)], 'future'],
      [[span(begin, begin + 2 * M), span(begin + M, begin + 3 * M)], 'overlap'], [[span(begin, null), span(begin + M, begin + 2 * M)], 'overlap'],
      [[span(begin, null, 'online')], 'open'],
    ]
    for (const [stays, reason] of wrong) {
      await expect(correct(meetingId, clerk, guest, none, stays)).rejects.toMatchObject({ code: 'staysInvalid', details: { reason } })
    }
    await correct(meetingId, clerk, guest, none, [span(begin, null)])
    expect(await staysIn(meetingId, guest)).toEqual([span(begin, null)])
    await expect(correct(meetingId, clerk, await house.newPerson(), none, none)).rejects.toMatchObject({ code: 'notParticipant' })
    for (const caller of [member, guest]) await expect(correct(meetingId, caller, guest, none, none)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(correct(meetingId, await house.newPerson(), guest, none, none)).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('of a closed meeting reaches minutes and record, until the minutes are published', async () => {
    const { meetingId, member, clerk, chair, begin } = await closedMeeting()
    const mine = async () => {
      const { meetings } = await house.domains.roll.results.own(member, { year: yearOf(begin), limit: 100 })
      return meetings.find((one) => one.meetingId === meetingId)
    }
    expect(await mine()).toMatchObject({ state: 'online', presentMs: 60 * M })
    const known = await staysIn(meetingId, member)
    await expect(correct(meetingId, clerk, member, known, [{ from: iso(begin), to: null, mode: 'inPerson' }]))
      .rejects.toMatchObject({ code: 'staysInvalid', details: { reason: 'open' } })
    await correct(meetingId, clerk, member, known, [{ from: iso(begin), to: iso(begin + 80 * M), mode: 'inPerson' }])
    expect(await mine()).toMatchObject({ state: 'inPerson', presentMs: 80 * M })
    const { minutes } = house.domains
    const { version } = await minutes.get(meetingId, clerk)
    const { content } = await minutes.redraft(meetingId, clerk, version)
    expect(content.blocks.map(({ text }) => text).join('\n')).toMatch(/Có mặt: 2\/4 đồng chí \(trực tiếp: 2\), gồm:/)
    await approveMinutes(house.domains, meetingId, clerk, chair)
    await expect(correct(meetingId, clerk, member, await staysIn(meetingId, member), none)).rejects.toMatchObject({ code: 'minutesPublished' })
  })
})

const yearOf = (at: number) => Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Ho_Chi_Minh', year: 'numeric' }).format(at))

describe('history and presence per item', () => {
  it('are for chair and clerk', async () => {
    const { meetingId, member, guest } = await heldMeeting()
    const { history, lists } = house.domains.roll
    const stranger = await house.newPerson()
    const readings = [
      (caller: Caller) => history.of(meetingId, caller, member.personId), (caller: Caller) => history.items(meetingId, caller),
      (caller: Caller) => lists.sheet(meetingId, caller),
    ]
    for (const read of readings) {
      for (const caller of [member, guest]) await expect(read(caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(read(stranger)).rejects.toMatchObject({ code: 'meetingNotFound' })
    }
    await expect(history.of(meetingId, body.clerk, stranger.personId)).rejects.toMatchObject({ code: 'notParticipant' })
    const draft = await house.newMeeting(body)
    await expect(history.items(draft.meetingId, body.clerk)).rejects.toMatchObject({ code: 'meetingNotPublished' })
    expect(await history.of(meetingId, body.clerk, guest.personId)).toEqual({ events: [] })
  })
})

describe('the list as files', () => {
  it('is a workbook that another program reads: everybody, every stay to the second, minutes per item', async () => {
    const { meetingId, clerk, begin } = await closedMeeting()
    const file = await renderWorkbook(attendanceSheets(await house.domains.roll.lists.sheet(meetingId, clerk)))
    const [people, stays, items] = await readSheets(file)
    expect(people?.[0]?.slice(0, 5)).toEqual(['STT', 'Họ và tên', 'Chức vụ, đơn vị', 'Thành phần', 'Tình trạng'])
    expect(people?.slice(1).map((row) => [row[3], row[4], row[8], row[9]])).toEqual([
      ['Chính thức', 'Có mặt trực tiếp', expect.any(Number), null], ['Chính thức', 'Có mặt trực tuyến', 60, null],
      ['Chính thức', 'Vắng có lý do', 0, 'Lý do: Đi công tác'], ['Chính thức', 'Vắng không lý do', 0, null],
      ['Mời dự, giúp việc', 'Có mặt trực tiếp', expect.any(Number), null], ['Mời dự, giúp việc', 'Vắng không lý do', 0, null],
      ['Điểm cầu', 'Vắng không lý do', 0, null]])
    // As the clock in Vietnam showed it.
    const row = stays?.[2]?.map((cell) => cell instanceof Date ? Math.round(cell.getTime() / 1000) : cell)
    expect(row).toEqual(['Lê Thị Thử', 'Trực tuyến', (begin + 30 * M) / 1000 + 7 * 3600, (begin + 90 * M) / 1000 + 7 * 3600, 3600])
    expect(items?.[0]).toEqual(['Họ và tên', '1. Nội dung một (60 phút)', '2. Nội dung hai (60 phút)'])
    expect(items?.[2]).toEqual(['Lê Thị Thử', 30, 30])
  })

  it('is an official paper whose table another program reads, also while the meeting goes on', async () => {
    const { meetingId, clerk } = await heldMeeting()
    const paper = attendancePaper(await house.domains.roll.lists.sheet(meetingId, clerk))
    const text = await pdfText(await renderPdf(paper))
    for (const part of ['ĐẢNG CỘNG SẢN VIỆT NAM', 'DANH SÁCH', 'đại biểu dự Hội nghị tháng 6', 'Đại biểu chính thức: 4',
      'chưa đủ số đại biểu theo quy định', 'Họ và tên',
      'Có mặt trực tiếp', 'Lý do: Đi công tác', 'NGƯỜI LẬP DANH SÁCH', 'CHỦ TRÌ']) expect(text).toContain(part)
    expect(text).not.toMatch(/Số …|DỰ THẢO/)
    expect((await renderDocx(paper)).subarray(0, 2).toString()).toBe('PK')
  })
})

/** The rows of each sheet, by a reader that is another program than the writer. */
const readSheets = async (file: Buffer) => (await readXlsx(file)).map(({ data }) => data)

async function pdfText(file: Uint8Array): Promise<string> {
  const name = path.join(folder, `${freshKey()}.pdf`)
  await writeFile(name, file)
  const { stdout } = await promisify(execFile)('pdftotext', ['-raw', name, '-'])
  return stdout.normalize('NFC').replace(/\s+/g, ' ')
}

describe('one’s own record of a year', () => {
  it('has each closed meeting with state and minutes, by pages, in as many queries however many', async () => {
    const fresh = await house.newBody({ members: 1 })
    const { results } = house.domains.roll
    // A year of their own, in whatever year this runs or turns.
    const year = 2026
    const closed: string[] = []
    async function closeOne() {
      const { meetingId } = await house.newMeeting(fresh, 'closed')
      const opened = Date.UTC(year, 5, 1 + closed.push(meetingId))
      await house.db('meeting').where({ id: meetingId }).update({ opened_at: new Date(opened), closed_at: new Date(opened + 3600_000) })
    }
    const count = () => house.statements(() => results.own(fresh.member, { year, limit: 100 }))
    await closeOne()
    const few = (await count()).length
    for (let more = 0; more < 4; more += 1) await closeOne()
    await house.newMeeting(fresh, 'live')
    await house.newMeeting(fresh, 'published')
    expect((await count()).length).toBe(few)
    const whole = await results.own(fresh.member, { year, limit: 100 })
    expect(whole.meetings).toHaveLength(5)
    expect(whole.meetings.at(-1)).toMatchObject({ meetingId: closed[0], state: 'absentUnexcused', presentMs: 0, role: 'member', title: 'Hội nghị tháng 6' })
    expect(whole).toMatchObject({ next: null, year: { meetings: 5, states: { absentUnexcused: 5 }, presentMs: 0 } })
    const first = await results.own(fresh.member, { year, limit: 2 })
    const second = await results.own(fresh.member, { year, limit: 2, before: first.next ?? '' })
    const third = await results.own(fresh.member, { year, limit: 2, before: second.next ?? '' })
    expect([...first.meetings, ...second.meetings, ...third.meetings]).toEqual(whole.meetings)
    expect([first.year, third.next]).toEqual([whole.year, null])
    expect(await results.own(fresh.member, { year: year - 1, limit: 100 })).toMatchObject({ meetings: [], year: { meetings: 0, states: {} } })
    expect(await results.own(await house.newPerson(), { year, limit: 100 })).toMatchObject({ meetings: [] })
    const [rows] = await readSheets(await renderWorkbook(ownSheets(await results.ownYear(fresh.member, year), year)))
    expect(rows?.[0]?.slice(2, 6)).toEqual(['Cuộc họp', 'Cơ quan', 'Vai trò', 'Tình trạng'])
    expect(rows?.slice(1).map((row) => [row[2], row[4], row[5], row[6]])).toEqual(Array(5).fill(['Hội nghị tháng 6', 'Thành viên', 'Vắng không lý do', 0]))
  })

  it('has meetings that were closed before there was such a record', async () => {
    const { meetingId, member, begin } = await closedMeeting()
    const year = yearOf(begin)
    await house.archive.owner('attendance_result').where({ meeting_id: meetingId }).delete()
    expect(await resultsStore.missing(house.db, member.personId, { from: new Date(begin - M), to: new Date() })).toContain(meetingId)
    const { meetings } = await house.domains.roll.results.own(member, { year, limit: 100 })
    expect(meetings.find((one) => one.meetingId === meetingId)).toMatchObject({ state: 'online', presentMs: 60 * M })
    expect(await resultsStore.missing(house.db, member.personId, { from: new Date(begin - M), to: new Date() })).toEqual([])

    // Who reads at the same time as the clerk corrects does not undo that with what was so before.
    await resultsStore.fill(house.db, meetingId, [{ personId: member.personId, state: 'absentExcused', presentMs: 0 }])
    const { meetings: after } = await house.domains.roll.results.own(member, { year, limit: 100 })
    expect(after.find((one) => one.meetingId === meetingId)).toMatchObject({ state: 'online', presentMs: 60 * M })
  })
})
