import type { OpinionAnswer } from '../../protocol/opinions.ts'
import type { DemoProposal } from './proposals.ts'

/** Invented matters on which the Standing Committee was asked in writing: one is open, one has passed, one came back to a meeting. */

export interface DemoOpinion {
  proposal: DemoProposal
  question: string
  begunDaysAgo: number
  /** By user name, in the order of their coming. */
  answers: { username: string, choice: OpinionAnswer, text: string }[]
  /** Whether its deadline is past; else members still answer. */
  closed: boolean
  points: { of: string[], summary: string, accepted: boolean, why: string }[]
}

const agreeing = (...usernames: string[]) => usernames.map((username) => ({ username, choice: 'agree' as const, text: '' }))

const party = 'Quy chế làm việc của Ban Chấp hành, Ban Thường vụ Tỉnh uỷ'
const kind = 'Báo cáo, xin ý kiến chỉ đạo'

export const demoOpinions: DemoOpinion[] = [
  {
    begunDaysAgo: 1, closed: false, points: [],
    question: 'Đề nghị đồng chí cho ý kiến về danh mục và thời gian thực hiện các tuyến đường giao thông nông thôn trong tờ trình.',
    answers: [{ username: 'phuc', choice: 'agree', text: '' }, { username: 'lan', choice: 'other', text: 'Ưu tiên trước hai tuyến nối trạm y tế.' }],
    proposal: {
      drafter: 'duy', presenter: 'duy', kind, asks: 'decide', proposedInDays: 15, draftedDaysAgo: 9,
      steps: [{ act: 'submit', daysAgo: 7 }, { act: 'check', daysAgo: 5 }, { act: 'accept', daysAgo: 4 }],
      title: 'Danh mục 12 tuyến đường giao thông nông thôn nâng cấp năm tới',
      summary: ['Mười hai tuyến dài 38 km, phục vụ 21 thôn; vốn tỉnh hỗ trợ xi măng, nhân dân góp ngày công. Các xã đã thống nhất thứ tự ưu tiên.'],
      legalBasis: [party],
    },
  },
  {
    begunDaysAgo: 15, closed: true,
    question: 'Đề nghị đồng chí cho ý kiến về kế hoạch số hoá hồ sơ cán bộ kèm theo.',
    answers: [
      { username: 'khai', choice: 'agree', text: '' }, { username: 'hang', choice: 'agree', text: 'Đề nghị tập huấn cho văn thư cấp xã trước khi triển khai.' },
      { username: 'phuc', choice: 'agree', text: '' }, { username: 'lan', choice: 'disagree', text: 'Chưa rõ phương án bảo vệ dữ liệu cá nhân.' },
      ...agreeing('tung', 'thuy', 'trang', 'nhan', 'thuan', 'dang', 'vinh'),
    ],
    points: [
      { of: ['hang'], summary: 'Tập huấn cho văn thư cấp xã trước khi triển khai.', accepted: true, why: 'Bổ sung ba lớp tập huấn trong tháng đầu.' },
      { of: ['lan'], summary: 'Làm rõ phương án bảo vệ dữ liệu cá nhân.', accepted: true, why: 'Thêm mục phân quyền và nhật ký truy cập theo Luật 91/2025.' },
    ],
    proposal: {
      drafter: 'duy', presenter: 'duy', kind, asks: 'decide', proposedInDays: 3, draftedDaysAgo: 24,
      steps: [{ act: 'submit', daysAgo: 21 }, { act: 'check', daysAgo: 19 }, { act: 'accept', daysAgo: 18 }],
      title: 'Kế hoạch số hoá hồ sơ cán bộ thuộc diện Ban Thường vụ quản lý',
      summary: ['Số hoá 2.150 hồ sơ trong sáu tháng, làm tại chỗ, không đưa hồ sơ ra khỏi kho; kinh phí trong dự toán đã giao.'],
      legalBasis: ['Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15', party],
    },
  },
  {
    begunDaysAgo: 13, closed: true, points: [],
    question: 'Đề nghị đồng chí cho ý kiến về mức hỗ trợ và đối tượng trong dự thảo.',
    answers: [
      ...agreeing('khai', 'thuan', 'dang', 'thach', 'nhan', 'thuy', 'loi'), { username: 'phuc', choice: 'disagree', text: 'Mức hỗ trợ cần so với các tỉnh lân cận.' },
      { username: 'hang', choice: 'other', text: 'Nên đưa ra bàn tập thể vì ảnh hưởng đến dự toán ba năm.' },
    ],
    proposal: {
      drafter: 'trang', presenter: 'trang', kind, asks: 'decide', proposedInDays: 6, draftedDaysAgo: 22,
      steps: [{ act: 'submit', daysAgo: 20 }, { act: 'check', daysAgo: 18 }, { act: 'accept', daysAgo: 16 }],
      title: 'Mức hỗ trợ cộng tác viên dư luận xã hội ở thôn, tổ dân phố',
      summary: ['Dự kiến 1.320 cộng tác viên, hỗ trợ 300.000 đồng mỗi tháng, khoảng 4,8 tỷ đồng mỗi năm (ước tính).'],
      legalBasis: [party],
    },
  },
]
