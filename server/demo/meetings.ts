import type { AgendaItemDraft } from '../../protocol/agenda.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import type { Paper } from '../issuing/paper.ts'
import { dataCentreSubmission, monthReport, onlineRulesDraft } from './committee-papers.ts'
import { firstReview, secondReview, summaryReport } from './council-papers.ts'
import { scienceCouncil, standingCommittee, type DemoBody } from './province.ts'

export interface DemoItem {
  title: string
  minutes: number
  /** A user name; null where somebody from outside presents. */
  presenter: string | null
  purpose: AgendaItemDraft['purpose']
  documents: { name: string, paper: Paper }[]
}

export interface DemoMeeting {
  body: DemoBody
  clerk: string
  title: string
  mode: MeetingMode
  place: string
  plannedMinutes: number
  /** How long after the program's start it begins. */
  startsInMinutes: number
  items: DemoItem[]
}

function item(
  title: string, minutes: number, presenter: string | null, purpose: DemoItem['purpose'], documents: DemoItem['documents'] = [],
): DemoItem {
  return { title, minutes, presenter, purpose, documents }
}

const acceptance: DemoMeeting = {
  body: scienceCouncil, clerk: 'nhan.khong', mode: 'online', place: 'Phòng họp trực tuyến', plannedMinutes: 130, startsInMinutes: 10,
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
}

const monthly: DemoMeeting = {
  body: standingCommittee, clerk: 'chi', mode: 'hybrid', place: 'Phòng họp số 1, trụ sở Tỉnh uỷ, và trực tuyến', plannedMinutes: 180,
  startsInMinutes: 180, title: 'Hội nghị Ban Thường vụ Tỉnh uỷ thường kỳ tháng 11',
  items: [
    item('Thông qua chương trình hội nghị', 5, 'khai', 'decide'),
    item('Kết quả thực hiện nhiệm vụ tháng 11, phương hướng tháng 12', 45, 'phuc', 'opinion', [
      { name: 'Báo cáo 215-BC/VPTU.pdf', paper: monthReport },
    ]),
    item('Chủ trương đầu tư Trung tâm dữ liệu dùng chung của tỉnh', 60, 'thuan', 'decide', [
      { name: 'Tờ trình 48-TTr/ĐU.pdf', paper: dataCentreSubmission },
    ]),
    item('Quy định tổ chức hội nghị trực tuyến và sử dụng phòng họp số', 50, 'hang', 'decide', [
      { name: 'Dự thảo Quy định hội nghị trực tuyến.pdf', paper: onlineRulesDraft },
    ]),
    item('Kết luận hội nghị', 20, 'khai', 'decide'),
  ],
}

export const demoMeetings = [acceptance, monthly]
