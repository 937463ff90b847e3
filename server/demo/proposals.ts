import type { ProposalContent } from '../../protocol/proposals.ts'
import { demoOpinions } from './opinions.ts'

/** Invented matters of an invented province, one in each stage and more where the office has most to do. */

/** What happened to it, and how many days before the program's start. */
export interface DemoStep {
  act: 'submit' | 'check' | 'return' | 'mend' | 'accept' | 'withdraw'
  daysAgo: number
  /** Of a return or a withdrawal. */
  reason?: string
  /** Points of the checklist that the office found missing, with its note; `check` ticks the others as in order. */
  missing?: Record<string, string>
  /** What the unit wrote instead. */
  summary?: string
}

export interface DemoProposal {
  /** The user name of who drafts it, in their unit. */
  drafter: string
  presenter: string
  /** Which of the kinds that an installation begins with, by its name in Vietnamese. */
  kind: 'Chủ trương, đề án' | 'Ban hành văn bản' | 'Báo cáo, xin ý kiến chỉ đạo'
  title: string
  asks: ProposalContent['asks']
  summary: string[]
  legalBasis: string[]
  /** The day wished for, in days from the program's start. */
  proposedInDays: number
  draftedDaysAgo: number
  steps: DemoStep[]
}

const party = 'Quy chế làm việc của Ban Chấp hành, Ban Thường vụ Tỉnh uỷ'

/** Submitted, checked and accepted, so many days ago each, with nothing missing. */
const accepted = (submit: number, check: number, accept: number): DemoStep[] => [
  { act: 'submit', daysAgo: submit }, { act: 'check', daysAgo: check }, { act: 'accept', daysAgo: accept },
]

export const demoProposals: DemoProposal[] = [
  {
    drafter: 'bao', presenter: 'bao', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: 40, draftedDaysAgo: 2, steps: [],
    title: 'Đề án cấp chữ ký số cá nhân cho cán bộ cấp xã giai đoạn 2027–2028',
    summary: [
      'Toàn tỉnh hiện mới có 38% cán bộ cấp xã được cấp chữ ký số; văn bản phát hành từ xã vẫn phải in, ký tay rồi quét lại, chậm từ nửa ngày đến hai ngày.',
      'Đề án cấp chữ ký số cho 1.240 cán bộ trong hai năm, ưu tiên người ký và văn thư; kèm tập huấn tại chỗ và quy trình thu hồi khi chuyển công tác.',
    ],
    legalBasis: ['Luật Giao dịch điện tử số 20/2023/QH15', party],
  },
  {
    drafter: 'duy', presenter: 'duy', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: 18, draftedDaysAgo: 6, steps: [{ act: 'submit', daysAgo: 1 }],
    title: 'Phương án sử dụng trụ sở dôi dư sau sắp xếp đơn vị hành chính cấp xã',
    summary: [
      'Sau sắp xếp còn 47 trụ sở không sử dụng, trong đó 19 trụ sở xuống cấp. Chi phí trông giữ, điện nước khoảng 1,1 tỷ đồng mỗi năm (ước tính).',
      'Phương án: chuyển 21 trụ sở cho trường học và trạm y tế, 11 trụ sở làm nhà văn hoá liên thôn, bán đấu giá 15 trụ sở; ưu tiên nơi dân đang thiếu chỗ học.',
    ],
    legalBasis: ['Luật Quản lý, sử dụng tài sản công số 15/2017/QH14', party],
  },
  {
    drafter: 'trang', presenter: 'trang', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'opinion', proposedInDays: 9, draftedDaysAgo: 13,
    steps: [{ act: 'submit', daysAgo: 8 }],
    title: 'Kế hoạch tuyên truyền đợt cao điểm về chuyển đổi số trong sinh hoạt chi bộ',
    summary: [
      'Đề xuất đợt cao điểm 60 ngày, mỗi chi bộ có một buổi sinh hoạt chuyên đề về kỹ năng số, do đảng viên trẻ hướng dẫn đảng viên cao tuổi.',
      'Không tổ chức lễ phát động tập trung; tài liệu phát trên hệ thống thông tin cơ sở và phòng họp số.',
    ],
    legalBasis: ['Kết luận 226-KL/TW ngày 11/12/2025'],
  },
  {
    drafter: 'bich', presenter: 'lan', kind: 'Ban hành văn bản', asks: 'decide', proposedInDays: 14, draftedDaysAgo: 9,
    steps: [{ act: 'submit', daysAgo: 2 }, { act: 'check', daysAgo: 0, missing: { 'lay-y-kien': 'Chưa có ý kiến của Uỷ ban Kiểm tra Tỉnh uỷ.' } }],
    title: 'Quy định tiêu chí đánh giá, xếp loại tổ chức cơ sở đảng hằng năm',
    summary: [
      'Bộ tiêu chí hiện hành có 62 chỉ tiêu, nhiều chỉ tiêu chấm theo báo cáo tự viết. Dự thảo rút còn 28 chỉ tiêu, 17 chỉ tiêu lấy thẳng từ số liệu của các hệ thống.',
      'Điểm mới: kết quả giải quyết kiến nghị của dân và tiến độ nhiệm vụ được giao chiếm nửa số điểm.',
    ],
    legalBasis: ['Quy định 399-QĐ/TW ngày 09/01/2026', party],
  },
  {
    drafter: 'an', presenter: 'an', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: 21, draftedDaysAgo: 24,
    steps: [
      { act: 'submit', daysAgo: 16 },
      { act: 'check', daysAgo: 14, missing: { 'noi-dung': 'Chưa nêu phương án cho chi bộ ở nơi mạng yếu.', 'lay-y-kien': 'Cần ý kiến của Ban Tổ chức Tỉnh uỷ.' } },
      { act: 'return', daysAgo: 14, reason: 'Đề nghị bổ sung phương án cho nơi mạng yếu và ý kiến của Ban Tổ chức Tỉnh uỷ trước khi trình lại.' },
      {
        act: 'mend', daysAgo: 5,
        summary: 'Thí điểm sinh hoạt chi bộ trực tuyến tại 12 chi bộ cơ quan trong sáu tháng; mỗi quý có ít nhất một kỳ sinh hoạt trực tiếp.\n'
          + 'Nơi mạng yếu được dự qua điện thoại tại điểm cầu của xã; kỳ sinh hoạt có nội dung bầu cử, kỷ luật hoặc nội dung có độ mật chỉ họp trực tiếp.',
      },
      { act: 'submit', daysAgo: 4 },
      { act: 'check', daysAgo: 3 },
    ],
    title: 'Thí điểm sinh hoạt chi bộ trực tuyến trong Đảng bộ các cơ quan Đảng tỉnh',
    summary: ['Thí điểm sinh hoạt chi bộ trực tuyến tại 12 chi bộ cơ quan trong sáu tháng; mỗi quý có ít nhất một kỳ sinh hoạt trực tiếp.'],
    legalBasis: ['Hướng dẫn của Ban Tổ chức Trung ương về sinh hoạt chi bộ trực tuyến', party],
  },
  {
    drafter: 'nhan.khong', presenter: 'bao', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: 25, draftedDaysAgo: 20,
    steps: [
      { act: 'submit', daysAgo: 15 },
      {
        act: 'check', daysAgo: 13,
        missing: { 'can-cu': 'Nghị quyết dẫn ở dòng 2 đã hết hiệu lực; đề nghị thay bằng văn bản hiện hành.', 'du-thao': 'Dự thảo chưa có điều khoản chuyển tiếp.' },
      },
      { act: 'return', daysAgo: 13, reason: 'Căn cứ pháp lý và dự thảo chưa thống nhất với tờ trình. Đề nghị rà soát rồi trình lại.' },
    ],
    title: 'Cơ chế đặt hàng nhiệm vụ khoa học phục vụ chuyển đổi số cấp xã',
    summary: [
      'Mỗi xã nêu một bài toán của mình; Sở ghép các bài toán giống nhau thành nhiệm vụ đặt hàng, nghiệm thu tại xã trước khi nghiệm thu tại Hội đồng.',
      'Kinh phí sự nghiệp khoa học 6,2 tỷ đồng mỗi năm, không tăng so với hiện nay.',
    ],
    legalBasis: ['Luật Khoa học, công nghệ và đổi mới sáng tạo', 'Nghị quyết của Hội đồng nhân dân tỉnh về kinh phí khoa học'],
  },
  {
    drafter: 'phuc', presenter: 'phuc', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'decide', proposedInDays: 21, draftedDaysAgo: 16,
    steps: accepted(12, 11, 10),
    title: 'Điều chuyển ba bộ thiết bị họp trực tuyến về các xã mới sáp nhập',
    summary: [
      'Ba bộ thiết bị tại trụ sở dôi dư còn dùng tốt; ba xã mới sáp nhập đang phải mượn phòng họp của bưu điện.',
      'Đề nghị điều chuyển trong tháng, không phát sinh kinh phí ngoài chi phí vận chuyển khoảng 9 triệu đồng (ước tính).',
    ],
    legalBasis: ['Luật Quản lý, sử dụng tài sản công số 15/2017/QH14'],
  },
  {
    drafter: 'tung', presenter: 'tung', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'decide', proposedInDays: 9, draftedDaysAgo: 20,
    steps: accepted(17, 16, 15),
    title: 'Lịch trực lãnh đạo các cơ quan cấp tỉnh dịp nghỉ lễ cuối năm',
    summary: ['Mỗi cơ quan cử một lãnh đạo trực tại chỗ, một lãnh đạo trực qua điện thoại; danh sách đã được các cơ quan thống nhất.'],
    legalBasis: [party],
  },
  {
    drafter: 'duy', presenter: 'duy', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'report', proposedInDays: 25, draftedDaysAgo: 9,
    steps: accepted(6, 5, 4),
    title: 'Báo cáo kết quả rà soát thủ tục nội bộ của các cơ quan Đảng cấp tỉnh',
    summary: [
      'Rà soát 69 thủ tục: 21 thủ tục gộp được, 14 thủ tục bỏ được bước xin ý kiến trung gian; thời gian xử lý bình quân giảm từ 9 còn 6 ngày làm việc (ước tính).',
    ],
    legalBasis: [party],
  },
  {
    drafter: 'thach', presenter: 'thach', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: 16, draftedDaysAgo: 18,
    steps: accepted(11, 9, 9),
    title: 'Chương trình kiểm tra, giám sát của Ban Chấp hành, Ban Thường vụ Tỉnh uỷ năm 2027',
    summary: [
      'Dự kiến 4 cuộc kiểm tra, 3 cuộc giám sát chuyên đề; ghép các cuộc cùng đối tượng để mỗi đơn vị tiếp đoàn không quá một lần trong năm.',
      'Trọng tâm: giải ngân đầu tư công, giải quyết khiếu nại kéo dài, việc nêu gương của người đứng đầu.',
    ],
    legalBasis: ['Quy định về công tác kiểm tra, giám sát và kỷ luật của Đảng', party],
  },
  {
    drafter: 'tung', presenter: 'tung', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: -4, draftedDaysAgo: 34,
    steps: accepted(27, 25, 24),
    title: 'Chủ trương đầu tư cầu Suối Lam nối xã Suối Lam với xã Long Thạch',
    summary: [
      'Mùa mưa hằng năm cầu tràn ngập 20–30 ngày, 640 học sinh phải nghỉ hoặc đi vòng 17 km. Cầu mới dài 84 m, tổng mức đầu tư 58 tỷ đồng (ước tính).',
      'Đề nghị cho chủ trương để kịp đưa vào kế hoạch đầu tư công trung hạn.',
    ],
    legalBasis: ['Luật Đầu tư công số 58/2024/QH15', party],
  },
  {
    drafter: 'thuan', presenter: 'thuan', kind: 'Chủ trương, đề án', asks: 'decide', proposedInDays: 3, draftedDaysAgo: 30,
    steps: accepted(21, 19, 18),
    title: 'Chủ trương đầu tư Trung tâm dữ liệu dùng chung của tỉnh',
    summary: [
      'Mười bảy cơ quan đang tự vận hành phòng máy chủ, bốn phòng đã quá tuổi thiết bị. So sánh xây mới với thuê chỗ đặt máy trong năm năm.',
      'Kiến nghị thuê chỗ đặt máy, đánh giá lại vào năm thứ tư; không đưa dữ liệu thuộc phạm vi bí mật nhà nước vào trung tâm.',
    ],
    legalBasis: ['Luật Đầu tư công số 58/2024/QH15', 'Luật An ninh mạng'],
  },
  {
    drafter: 'phuc', presenter: 'hang', kind: 'Ban hành văn bản', asks: 'decide', proposedInDays: 5, draftedDaysAgo: 28,
    steps: accepted(20, 18, 17),
    title: 'Quy định tổ chức hội nghị trực tuyến và sử dụng phòng họp số',
    summary: [
      'Quy định thời hạn gửi tài liệu, cách điểm danh, biểu quyết và lập biên bản khi họp trực tuyến hoặc kết hợp; nội dung có độ mật không thuộc phạm vi.',
      'Mục tiêu: từ 60% hội nghị trong năm họp trực tuyến, thông báo kết luận trong năm ngày làm việc.',
    ],
    legalBasis: ['Kết luận 226-KL/TW ngày 11/12/2025', 'Quyết định 45/2018/QĐ-TTg'],
  },
  {
    drafter: 'tung', presenter: 'thuy', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'decide', proposedInDays: 1, draftedDaysAgo: 26,
    steps: accepted(19, 17, 16),
    title: 'Vận động hoàn thành xoá nhà tạm, nhà dột nát trước Tết Nguyên đán',
    summary: [
      'Còn 86 hộ chưa có nhà kiên cố, trong đó 31 hộ không có đất ở hợp pháp. Quỹ vận động đã có 5,3 tỷ đồng, còn thiếu khoảng 1,4 tỷ đồng (ước tính).',
      'Đề nghị giao mỗi cơ quan cấp tỉnh nhận giúp một xã; chính quyền giải quyết xong đất ở trong tháng 12.',
    ],
    legalBasis: [party],
  },
  {
    drafter: 'nhan', presenter: 'nhan', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'opinion', proposedInDays: 2, draftedDaysAgo: 22,
    steps: accepted(15, 13, 12),
    title: 'Quy chế phối hợp tiếp dân, giải quyết khiếu nại kéo dài',
    summary: [
      'Mười bốn vụ việc kéo dài trên ba năm, sáu vụ liên quan từ hai cơ quan trở lên. Quy chế giao một đầu mối chịu trách nhiệm cho mỗi vụ, có hạn trả lời.',
    ],
    legalBasis: ['Luật Tiếp công dân số 42/2013/QH13', party],
  },
  {
    drafter: 'duy', presenter: 'duy', kind: 'Báo cáo, xin ý kiến chỉ đạo', asks: 'report', proposedInDays: 12, draftedDaysAgo: 17,
    steps: [
      { act: 'submit', daysAgo: 10 },
      { act: 'withdraw', daysAgo: 7, reason: 'Số liệu biên chế được ghép vào báo cáo năm theo ý kiến của Thường trực Tỉnh uỷ.' },
    ],
    title: 'Báo cáo tình hình sử dụng biên chế quý IV',
    summary: ['Tổng hợp biên chế được giao, đã sử dụng và số chưa tuyển của 12 cơ quan, 96 xã, phường.'],
    legalBasis: [party],
  },
  ...demoOpinions.map(({ proposal }) => proposal),
]

/** Which of them a conference of today deals with and which it leaves undone; by their titles. */
export const dealtWith = 'Vận động hoàn thành xoá nhà tạm, nhà dột nát trước Tết Nguyên đán'
export const leftUndone = 'Quy chế phối hợp tiếp dân, giải quyết khiếu nại kéo dài'

export const heldConference = {
  title: 'Hội nghị Ban Thường vụ Tỉnh uỷ cho ý kiến về an sinh và tiếp dân', mode: 'hybrid' as const, place: 'Phòng họp số 3, trụ sở Tỉnh uỷ',
  plannedMinutes: 120, lateReason: 'Họp đột xuất theo yêu cầu của Thường trực Tỉnh uỷ để kịp giúp các hộ dân trước Tết.',
}
