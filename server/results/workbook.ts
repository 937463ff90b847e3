import type { CostItem, Estimate } from '../../protocol/costs.ts'
import type { Results } from '../../protocol/results.ts'
import type { CellValue, Sheet } from '../issuing/workbook.ts'

const items: Record<CostItem, string> = {
  travel: 'Đi lại (nhiên liệu)', allowance: 'Phụ cấp lưu trú', lodging: 'Phòng nghỉ', drinks: 'Nước uống', hall: 'Hội trường', paper: 'Giấy', printing: 'In ấn',
  speaker: 'Báo cáo viên', connection: 'Kết nối điểm cầu', salary: 'Thời gian làm việc',
}
const monthName = (month: string) => `${month.slice(5)}/${month.slice(0, 4)}`
const range = ({ low, likely, high }: Estimate): CellValue[] => [low, likely, high]
const percent = (part: number, whole: number): number | null => whole === 0 ? null : Math.round(part * 10_000 / whole) / 100

/** Figures as tables; counts are whole numbers, shares percent with two decimals, money whole đồng. */
export function resultSheets(results: Results): Sheet[] {
  const { meetings, headline, issuing, unprinted, decisions, notices, tasks, hours, ledger, costs } = results
  const facts: CellValue[][] = [
    ['Kỳ', `${monthName(results.from)} – ${monthName(results.to)}`, null], ['Cơ quan', results.body?.name ?? results.bodies.map(({ name }) => name).join('; '), null],
    ...headline ? [
      ['Số liệu gốc', `Năm ${headline.year}, phiên bản ${headline.version}`, headline.sha256],
      ['Cuộc họp theo số liệu gốc (đến hết tháng so sánh)', headline.baseline, monthName(headline.until)], ['Cuộc họp đã tổ chức trong các tháng đó', headline.held, null],
      ['Giảm so với số liệu gốc', headline.fewer, percent(headline.fewer, headline.baseline)], ['Cuộc họp của cơ quan không có số liệu gốc', headline.notCompared, null],
    ] satisfies CellValue[][] : [['Số liệu gốc', 'Chưa có', null]],
    ['Cuộc họp đã tổ chức trong kỳ', meetings.held, null], ['Trong đó trực tuyến hoặc kết hợp', meetings.online, percent(meetings.online, meetings.held)],
    ['Văn bản phát hành điện tử', issuing.electronic, percent(issuing.electronic, issuing.electronic + issuing.onPaper)], ['Văn bản phát hành giấy', issuing.onPaper, null],
    ['Bản văn bản không phải in', unprinted.copies, null], ['Trang tài liệu họp không phải in', unprinted.pages, null],
    ['Đề xuất đã được quyết định', decisions.count, null], ['Số ngày từ khi trình đến khi quyết định (trung vị)', decisions.medianDays, null],
    ['Thông báo kết luận đến hạn', notices.due, null], ['Ban hành đúng hạn', notices.onTime, percent(notices.onTime, notices.due)],
    ['Nhiệm vụ đến hạn', tasks.due, null], ['Hoàn thành đúng hạn', tasks.onTime, percent(tasks.onTime, tasks.due)],
    ['Người dự họp', hours.people, null], ['Phút họp của tất cả', hours.minutes, null],
    ['Sổ theo dõi: cuộc họp không phải tổ chức (chỉ để giải thích)', ledger.lines, null], ['Phút họp bớt được trong các cuộc vẫn họp', ledger.minutesSaved, null],
  ]
  const money = [['Nếu tất cả họp trực tiếp', ...range(costs.inPerson)], ['Như đã tổ chức', ...range(costs.held)], ['Nếu tất cả họp trực tuyến', ...range(costs.online)],
    ['Tiết kiệm (trực tiếp trừ như đã tổ chức)', ...range(costs.saved)], ['Thời gian làm việc (không phải tiền mặt, không cộng vào trên)', ...range(costs.salary)],
    ...costs.byItem.flatMap(({ item, inPerson, held }) => [[`${items[item]}: nếu trực tiếp`, ...range(inPerson)], [`${items[item]}: như đã tổ chức`, ...range(held)]])]
  const estimate = ['Thấp', 'Có khả năng nhất', 'Cao'].map((title) => ({ title: `${title} (đồng, ước tính)`, width: 26 }))
  return [
    { name: 'Kết quả', columns: [{ title: 'Chỉ tiêu', width: 60 }, { title: 'Số liệu', width: 40 }, { title: 'Tỉ lệ %, ghi chú', width: 30 }], rows: facts },
    {
      name: 'Theo tháng', columns: ['Tháng', 'Số liệu gốc', 'Đã họp (cơ quan có số liệu gốc)', 'Đã họp (tất cả)', 'Trực tuyến'].map((title) => ({ title, width: 24 })),
      rows: meetings.byMonth.map((row) => [monthName(row.month), row.baseline, row.compared, row.held, row.online]),
    },
    {
      name: 'Theo cơ quan', columns: [{ title: 'Cơ quan', width: 44 }, ...['Số liệu gốc', 'Đã họp (tháng so sánh)', 'Đã họp (cả kỳ)', 'Trực tuyến'].map((title) => ({ title, width: 24 }))],
      rows: meetings.byBody.map((row) => [row.body.name, row.baseline, row.compared, row.held, row.online]),
    },
    { name: 'Chi phí (ước tính)', columns: [{ title: 'Khoản', width: 60 }, ...estimate], rows: money },
  ]
}
