import type { AgendaItemDraft } from '../../protocol/agenda.ts'
import type { AnswerKind } from '../../protocol/invitation-entries.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import type { Paper } from '../issuing/paper.ts'
import { dataCentreSubmission, monthReport, onlineRulesDraft } from './committee-papers.ts'
import { firstReview, secondReview, summaryReport } from './council-papers.ts'
import type { TemplateDraft } from '../../protocol/meeting-plans.ts'
import { scienceCouncil, standingCommittee, type DemoBody } from './province.ts'

export interface DemoItem {
  title: string
  minutes: number
  /** A user name; null where somebody from outside presents. */
  presenter: string | null
  purpose: AgendaItemDraft['purpose']
  documents: { name: string, paper: Paper }[]
  /** User names of those who are invited to this item alone. */
  guests: string[]
  /** How deep it stands under the item before it. */
  level: number
}

/** What somebody has answered to the invitation by the time of the program's start. */
export interface DemoAnswer { username: string, answer: AnswerKind, reason?: string, substitute?: string }

export interface DemoMeeting {
  body: DemoBody
  clerk: string
  title: string
  mode: MeetingMode
  place: string
  plannedMinutes: number
  /** How long after the program's start it begins. */
  startsInMinutes: number
  /** Code of its kind (`meeting_kind`), and the room that it is held in. */
  kind: string
  room: string | null
  /** Why it is published on its own day: the lead time of its kind has passed. */
  lateReason: string
  answers: DemoAnswer[]
  items: DemoItem[]
  /** Who has put themselves down to speak, on which item by its place. */
  speakers: { username: string, item: number, topic: string | null, at?: string }[]
}

function item(
  title: string, minutes: number, presenter: string | null, purpose: DemoItem['purpose'], documents: DemoItem['documents'] = [],
  { guests = [], level = 0 }: Partial<Pick<DemoItem, 'guests' | 'level'>> = {},
): DemoItem {
  return { title, minutes, presenter, purpose, documents, guests, level }
}

const acceptance: DemoMeeting = {
  body: scienceCouncil, clerk: 'nhan.khong', mode: 'online', place: 'Phòng họp trực tuyến', plannedMinutes: 130, startsInMinutes: 10,
  kind: 'advisory', room: null,
  lateReason: 'Lịch họp thay đổi theo đề nghị của Chủ tịch Hội đồng; các uỷ viên đã nhận hồ sơ bản giấy từ tuần trước.',
  answers: [],
  title: 'Họp Hội đồng nghiệm thu đề tài “Đổi mới cách tổ chức hội nghị và phát hành văn bản”',
  items: [
    item('Công bố quyết định thành lập Hội đồng, thông qua chương trình', 10, 'nhan.khong', 'report'),
    item('Ban Chủ nhiệm đề tài báo cáo tóm tắt kết quả nghiên cứu', 25, null, 'report', [
      { name: 'Báo cáo tóm tắt kết quả nghiên cứu.pdf', paper: summaryReport },
    ]),
    item('Nhận xét của uỷ viên phản biện 1', 15, 'nguyet', 'opinion', [{ name: 'Phiếu nhận xét phản biện 1.pdf', paper: firstReview }]),
    item('Nhận xét của uỷ viên phản biện 2', 15, 'phat', 'opinion', [{ name: 'Phiếu nhận xét phản biện 2.pdf', paper: secondReview }]),
    item('Hội đồng thảo luận; Ban Chủ nhiệm trả lời', 40, 'bao', 'opinion'),
    item('Bỏ phiếu đánh giá, xếp loại', 15, 'nhan.khong', 'decide'),
    item('Kết luận của Chủ tịch Hội đồng', 10, 'bao', 'decide'),
  ],
  speakers: [
    { username: 'mai', item: 4, topic: 'Cách tính số hội nghị giảm được và kinh phí tiết kiệm' },
    { username: 'chien', item: 4, topic: 'Khả năng nhân rộng ở cấp xã' },
  ],
}

const monthly: DemoMeeting = {
  body: standingCommittee, clerk: 'chi', mode: 'hybrid', place: 'Phòng họp số 1, trụ sở Tỉnh uỷ, và trực tuyến', plannedMinutes: 180,
  kind: 'committeeRegular', room: 'Phòng họp số 1',
  lateReason: 'Bổ sung nội dung về Trung tâm dữ liệu dùng chung theo yêu cầu của Thường trực Tỉnh uỷ chiều hôm trước.',
  startsInMinutes: 180, title: 'Hội nghị Ban Thường vụ Tỉnh uỷ thường kỳ tháng 11',
  answers: [
    ...['hang', 'thuan', 'lan', 'thach', 'phuc', 'loi', 'tung'].map((username): DemoAnswer => ({ username, answer: 'inPerson' })),
    ...['dang', 'an', 'dc.suoilam', 'dc.namdoi'].map((username): DemoAnswer => ({ username, answer: 'online' })),
    { username: 'nhan', answer: 'absent', reason: 'Đi công tác theo phân công của Thường trực Tỉnh uỷ' },
    { username: 'trang', answer: 'substitute', substitute: 'bich' },
  ],
  items: [
    item('Thông qua chương trình hội nghị', 5, 'khai', 'decide'),
    item('Kết quả thực hiện nhiệm vụ tháng 11, phương hướng tháng 12', 20, 'phuc', 'opinion', [
      { name: 'Báo cáo 215-BC/VPTU.pdf', paper: monthReport },
    ]),
    item('Thu ngân sách và giải ngân vốn đầu tư công', 15, 'tung', 'report', [], { level: 1 }),
    item('Kiểm tra, giám sát và giải quyết đơn thư', 10, 'thach', 'report', [], { level: 1 }),
    item('Chủ trương đầu tư Trung tâm dữ liệu dùng chung của tỉnh', 60, 'thuan', 'decide', [
      { name: 'Tờ trình 48-TTr/ĐU.pdf', paper: dataCentreSubmission },
    ], { guests: ['chien', 'duy'] }),
    item('Quy định tổ chức hội nghị trực tuyến và sử dụng phòng họp số', 50, 'hang', 'decide', [
      { name: 'Dự thảo Quy định hội nghị trực tuyến.pdf', paper: onlineRulesDraft },
    ], { guests: ['chien'] }),
    item('Kết luận hội nghị', 20, 'khai', 'decide'),
  ],
  speakers: [
    { username: 'lan', item: 4, topic: 'Nguồn vốn và phân kỳ đầu tư' },
    { username: 'dc.suoilam', item: 4, topic: 'Đường truyền về xã vùng cao', at: 'Lò Văn Piềng, Chủ tịch UBND xã' },
    { username: 'loi', item: 4, topic: null },
    { username: 'thach', item: 5, topic: 'Kiểm soát tài liệu khi họp từ xa' },
  ],
}

export const demoMeetings = [acceptance, monthly]

export const demoRooms = [
  { name: 'Phòng họp số 1', place: 'Tầng 2, trụ sở Tỉnh uỷ', seats: 40, hybrid: true },
  { name: 'Phòng họp số 3', place: 'Tầng 3, trụ sở Tỉnh uỷ', seats: 16, hybrid: false },
  { name: 'Hội trường lớn', place: 'Khu B, trụ sở Tỉnh uỷ', seats: 350, hybrid: true },
]

/** What the Standing Committee's regular conferences begin with. */
export const demoTemplate: { body: DemoBody, clerk: string, room: string, template: Omit<TemplateDraft, 'roomId'> } = {
  body: standingCommittee, clerk: 'chi', room: 'Phòng họp số 1',
  template: {
    title: 'Hội nghị Ban Thường vụ Tỉnh uỷ thường kỳ tháng {tháng}/{năm}', kindCode: 'committeeRegular', mode: 'hybrid',
    place: 'Phòng họp số 1, trụ sở Tỉnh uỷ, và trực tuyến', time: '08:00', plannedMinutes: 240,
    items: [
      { title: 'Thông qua chương trình hội nghị', minutes: 5, purpose: 'decide', presenterId: null, level: 0 },
      { title: 'Kết quả thực hiện nhiệm vụ tháng, phương hướng tháng sau', minutes: 60, purpose: 'opinion', presenterId: null, level: 0 },
      { title: 'Tình hình thực hiện kết luận của các hội nghị trước', minutes: 30, purpose: 'report', presenterId: null, level: 0 },
      { title: 'Kết luận hội nghị', minutes: 20, purpose: 'decide', presenterId: null, level: 0 },
    ],
  },
}
