import { randomUUID } from 'node:crypto'
import type { BodyRole } from '../../protocol/bodies.ts'
import type { Threshold } from '../../protocol/shares.ts'
import type { Person } from '../../protocol/identity.ts'
import type { SpeakKind } from '../../protocol/floor-rules.ts'
import { fold, textRefs, type TextBodies, type TextRef, type VisibleEntry } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingEntry } from '../../protocol/meeting-state.ts'
import type { MeetingMode, Participant } from '../../protocol/meetings.ts'
import { namedChoices, type VoteResult, type VoteTerms } from '../../protocol/ballots.ts'
import type { JournalTx } from '../../server/journal/journal.ts'
import { courseReducer } from '../../server/minutes/course.ts'

/** What terms of a vote say where there is nothing special. */
const ordinary = { secret: false, options: [], criteria: [], recused: [], tie: 'notAdopted' as const, changeBallot: false, round: 1 }

/** Tells a meeting of 08/06/2026 entry by entry, at clock times of Vietnam, as its journal would hold it. */
export function tellStory(meeting: { title: string, place: string, mode: MeetingMode }) {
  const entries: VisibleEntry[] = []
  const texts: TextBodies = {}
  const people: Person[] = []
  const participants: Participant[] = []
  let published = false

  const at = (clock: string) => new Date(`2026-06-08T${clock.length === 5 ? `${clock}:00` : clock}+07:00`).toISOString()
  function text(body: string): TextRef {
    const id = randomUUID()
    texts[id] = body
    return { $text: id, mac: '0'.repeat(64) }
  }
  function add(clock: string, entry: MeetingEntry) {
    entries.push({ at: at(clock), actorId: null, audience: { scope: 'meeting' }, ...entry })
  }
  const facts = () => ({
    title: text(meeting.title), mode: meeting.mode, place: text(meeting.place), startsAt: at('08:00'), plannedMinutes: 210,
  })

  const story = {
    person(fullName: string, office: string, role: BodyRole = 'member', more: { here?: string, voting?: boolean, kind?: Person['kind'], substituteFor?: string, itemsOnly?: true } = {}): string {
      const { here = office, voting = role !== 'guest', substituteFor, itemsOnly } = more
      const id = randomUUID()
      people.push({ id, kind: more.kind ?? 'person', fullName, office })
      participants.push({
        personId: id, role, office: here, voting, rank: participants.length + 1,
        ...substituteFor === undefined ? {} : { substituteFor }, ...itemsOnly ? { itemsOnly } : {},
      })
      return id
    },
    publish(items: { title: string, presenterId?: string, documents?: string[] }[]): string[] {
      const ids = items.map(() => randomUUID())
      published = true
      add('07:00', {
        kind: 'meeting.published',
        data: {
          facts: facts(), participants,
          items: items.map((item, index) => ({
            itemId: ids[index] ?? '', title: text(item.title), minutes: 30, presenterId: item.presenterId ?? null,
            purpose: 'decide' as const, classified: false,
          })),
          documents: items.flatMap((item, index) => (item.documents ?? []).map((name) => ({
            documentId: randomUUID(), itemId: ids[index] ?? '', name: text(name), sha256: '0'.repeat(64), bytes: 1000,
          }))),
        },
      })
      return ids
    },
    open: (clock: string) => add(clock, { kind: 'meeting.opened', data: {} }),
    close: (clock: string) => add(clock, { kind: 'meeting.closed', data: {} }),
    joins: (clock: string, ...ids: string[]) => {
      for (const personId of ids) add(clock, { kind: 'attendance.joined', data: { personId, peerId: personId } })
    },
    checksIn: (clock: string, ...ids: string[]) => {
      for (const personId of ids) add(clock, { kind: 'attendance.checkedIn', data: { personId, how: 'rollCall' } })
    },
    checksOut: (clock: string, ...ids: string[]) => {
      for (const personId of ids) add(clock, { kind: 'attendance.checkedOut', data: { personId, how: 'rollCall' } })
    },
    leaves: (clock: string, ...ids: string[]) => {
      for (const personId of ids) add(clock, { kind: 'attendance.left', data: { personId, peerId: personId, leftAt: at(clock) } })
    },
    excuse(personId: string, reason: string) {
      add('07:30', { kind: 'attendance.absenceRecorded', data: { personId, excused: true } })
      add('07:30', { kind: 'attendance.absenceReason', data: { personId, reason: text(reason) } })
    },
    headCount: (clock: string, personId: string, people: number) => add(clock, { kind: 'attendance.headCount', data: { personId, people } }),
    begin: (clock: string, itemId: string) => add(clock, { kind: 'agenda.itemStarted', data: { itemId } }),
    end: (clock: string, itemId: string) => add(clock, { kind: 'agenda.itemEnded', data: { itemId } }),
    vote(
      from: string, to: string, itemId: string, question: string, threshold: Threshold, result: VoteResult,
      without?: { quorum: NonNullable<VoteTerms['quorum']>, why: string },
    ) {
      const voteId = randomUUID()
      const electorate = participants.filter(({ voting }) => voting).map(({ personId }) => personId)
      add(from, {
        kind: 'vote.opened',
        data: {
          voteId, itemId, kind: 'named', question: text(question), choices: [...namedChoices], scale: [], electorate, ...ordinary,
          base: { kind: 'incumbents', size: electorate.length }, threshold,
          ...without ? { quorum: without.quorum, withoutQuorum: text(without.why) } : {},
        },
      })
      add(to, { kind: 'vote.closed', data: { voteId, result, ballotsRoot: '0'.repeat(64) } })
    },
    grade(from: string, to: string, itemId: string, question: string, threshold: Threshold, result: VoteResult) {
      const voteId = randomUUID()
      const scale = [['excellent', 'Xuất sắc'], ['good', 'Khá'], ['pass', 'Đạt'], ['fail', 'Không đạt']]
        .map(([id = '', vi = '']) => ({ id, label: { vi, en: id }, passes: id !== 'fail' }))
      const electorate = participants.filter(({ voting }) => voting).map(({ personId }) => personId)
      add(from, {
        kind: 'vote.opened',
        data: {
          voteId, itemId, kind: 'grading', question: text(question), choices: scale.map(({ id }) => id), scale, electorate, ...ordinary,
          base: { kind: 'present', size: result.base }, threshold,
        },
      })
      add(to, { kind: 'vote.closed', data: { voteId, result, ballotsRoot: '0'.repeat(64) } })
    },
    /** Somebody has the floor. */
    speaks(from: string, to: string, itemId: string, personId: string, more: { topic?: string, kind?: SpeakKind } = {}) {
      const turnId = randomUUID()
      add(from, {
        kind: 'floor.turnStarted',
        data: {
          turnId, requestId: null, itemId, personId, kind: more.kind ?? 'speak', replyTo: null, topic: more.topic === undefined ? null : text(more.topic),
          speaker: null, limitS: null, outOfOrder: false, grants: false,
        },
      })
      add(to, { kind: 'floor.turnEnded', data: { turnId, why: 'ended' } })
    },
    /** The chair's conclusion, as it was written and stood by. */
    conclude(clock: string, itemId: string, ...versions: string[]) {
      versions.forEach((said, index) => add(clock, { kind: 'conclusion.written', data: { itemId, version: index + 1, text: text(said) } }))
      add(clock, { kind: 'conclusion.settled', data: { itemId, version: versions.length } })
    },
    record(from: string, to: string): void {
      const recordingId = randomUUID()
      add(from, { kind: 'recording.started', data: { recordingId, decision: text('Ghi âm, ghi hình'), retentionDays: 30 } })
      add(to, { kind: 'recording.stopped', data: { recordingId, why: 'asked' } })
    },
    /** What the readings of the journal make of it. */
    told() {
      if (!published) throw new Error('publish first')
      return { state: fold(meetingReducer, entries), course: fold(courseReducer, entries), texts, people }
    },
    /** Writes it into a meeting's real journal, up to the closing. */
    async write(tx: JournalTx): Promise<void> {
      for (const { at, kind, data, audience } of entries) {
        if (kind === 'meeting.closed') continue
        let json = JSON.stringify(data)
        for (const ref of textRefs(data)) {
          json = json.replaceAll(JSON.stringify(ref), JSON.stringify(await tx.text(texts[ref.$text] ?? '')))
        }
        tx.append({ kind, data: JSON.parse(json), audience, at: new Date(at) })
      }
    },
    people,
  }
  return story
}

export const absoluteMajority: Threshold = { numerator: 1, denominator: 2, strict: true, basis: 'Quy định 24-QĐ/TW' }

/** A Standing Committee of 15: four absent, two of them with reasons, one late, one leaving early; two votes; an item left over. */
export function standingCommitteeStory() {
  const story = tellStory({
    title: 'Hội nghị Ban Thường vụ Tỉnh uỷ tháng 6 năm 2026', place: 'Phòng họp số 1, Trụ sở Tỉnh uỷ', mode: 'hybrid',
  })
  const here = 'Uỷ viên Ban Thường vụ'
  const chair = story.person('Lê Hoài Đăng', 'Bí thư Tỉnh uỷ', 'chair', { here })
  const deputy = story.person('Phạm Thuỳ Nhiên', 'Phó Bí thư Thường trực Tỉnh uỷ', 'member', { here })
  const members = [
    'Trần Đức Lam', 'Nguyễn Khắc Tường', 'Vũ Thảo Miên', 'Đặng Nhật Quỳ', 'Bùi Trọng Khê', 'Huỳnh Mỹ Ngãi', 'Lý Văn Ẩn',
    'Đỗ Kiên Sỹ', 'Hồ Bách Việt', 'Mai Vĩnh Huy', 'Ngô Chí Thuận', 'Kim Sơn Tải', 'Dương Hạc Sĩ',
  ].map((name, index) => story.person(name, index % 2 ? 'Trưởng ban của Tỉnh uỷ' : 'Bí thư Đảng uỷ trực thuộc', 'member', { here }))
  const clerk = story.person('Trương Ngọc Uyển', 'Phó Chánh Văn phòng Tỉnh uỷ', 'clerk', { voting: false })
  const guest = story.person('Cao Thị Khuê', 'Giám đốc Sở Tài chính', 'guest')
  const [late = '', early = '', ghost = '', travelling = '', ill = '', unknown = ''] = members
  const [budget = '', staff = '', plan = ''] = story.publish([
    {
      title: 'Tờ trình về phân bổ nguồn vốn đầu tư công năm 2026', presenterId: guest,
      documents: ['Tờ trình 45-TTr/ĐU', 'Phụ lục danh mục dự án'],
    },
    { title: 'Công tác cán bộ', presenterId: deputy },
    { title: 'Chương trình công tác quý III' },
  ])
  story.excuse(travelling, 'đi công tác tại Hà Nội')
  story.excuse(ill, 'điều trị bệnh')
  // There before the opening and gone again: not present.
  story.joins('07:40', ghost)
  story.leaves('07:55', ghost)
  story.joins('07:50', chair, deputy, early, clerk, guest, ...members.slice(6))
  story.open('08:00:20')
  // Within the minute of the opening: not late on paper.
  story.joins('08:24:59', late)
  story.begin('08:05', staff)
  story.vote('08:20', '08:22', staff, 'Giới thiệu nhân sự bổ sung quy hoạch', absoluteMajority,
    { counts: { approve: 7, reject: 3, abstain: 1 }, cast: 11, base: 15, needed: 8, accepted: false, grade: null })
  story.begin('08:30', budget)
  story.leaves('09:45', early)
  story.vote('09:50', '09:53', budget, 'Thông qua phương án phân bổ nguồn vốn đầu tư công năm 2026', absoluteMajority,
    { counts: { approve: 10, reject: 1, abstain: 0 }, cast: 11, base: 15, needed: 8, accepted: true, grade: null })
  story.end('10:00', budget)
  story.begin('10:00', staff)
  story.close('10:30')
  return { story, chair, clerk, late, early, ghost, travelling, ill, unknown, plan }
}

/** A science council of 9 that grades a study. */
export function scienceCouncilStory() {
  const story = tellStory({
    title: 'Nghiệm thu đề tài “Nâng cao hiệu quả cải cách hành chính trong Đảng”',
    place: 'Điểm cầu chính: Sở Khoa học và Công nghệ', mode: 'online',
  })
  const chair = story.person('PGS.TS. Đinh Văn Nhạc', 'Trưởng khoa, Học viện Chính trị khu vực', 'chair', { here: 'Chủ tịch Hội đồng' })
  const clerk = story.person('ThS. Tạ Thị Ngần', 'Chuyên viên Sở Khoa học và Công nghệ', 'clerk', { here: 'Thư ký khoa học' })
  const members = [
    'TS. Quách Nhật An', 'TS. Lương Bá Cẩn', 'ThS. Âu Thị Đào', 'TS. Hà Minh Giáp', 'TS. Chu Thị Hậu', 'ThS. Tô Ngọc Ích', 'TS. Viên Thế Khải',
  ].map((name, index) => {
    const here = index < 2 ? `Phản biện ${index + 1}` : 'Uỷ viên'
    return story.person(name, 'Giảng viên Trường Chính trị tỉnh', 'member', { here })
  })
  const [item = ''] = story.publish([
    { title: 'Nghe báo cáo, nhận xét và đánh giá, xếp loại đề tài', documents: ['Báo cáo tổng hợp kết quả nghiên cứu.pdf'] },
  ])
  story.joins('13:20', chair, clerk, ...members)
  story.open('13:30')
  story.begin('13:31', item)
  const twoThirds: Threshold = { numerator: 2, denominator: 3, strict: false, basis: 'Quy chế của Hội đồng' }
  story.grade('15:00', '15:04', item, 'Đánh giá, xếp loại đề tài', twoThirds,
    { counts: { excellent: 7, good: 2, pass: 0, fail: 0 }, cast: 9, base: 9, needed: 6, accepted: true, grade: 'excellent' })
  story.end('15:10', item)
  story.close('15:15')
  return { story, chair, clerk }
}
