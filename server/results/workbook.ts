import type { Estimate } from '../../protocol/costs.ts'
import { TargetCode } from '../../protocol/result-targets.ts'
import { judge, type Results } from '../../protocol/results.ts'
import type { CellValue, Sheet } from '../issuing/workbook.ts'
import { costItems, monthName } from './report-words.ts'

const range = ({ low, likely, high }: Estimate): CellValue[] => [low, likely, high]
const percent = (part: number, whole: number): number | null => whole === 0 ? null : Math.round(part * 10_000 / whole) / 100
const spanOf = ({ from, to }: Results) => `${monthName(from)} – ${monthName(to)}`

/** Every figure of the page with its share or a note. */
function factsOf(results: Results): CellValue[][] {
  const { meetings, headline, issuing, unprinted, decisions, notices, tasks, hours, ledger } = results
  return [
    ['Kỳ', spanOf(results), null], ['Cơ quan', results.body?.name ?? results.bodies.map(({ name }) => name).join('; '), null],
    ...headline ? [
      ['Số liệu gốc', `Năm ${headline.year}, phiên bản ${headline.version}`, headline.intact ? headline.sha256 : 'Số liệu không còn khớp với mã băm khi chốt'],
      ['Cuộc họp theo số liệu gốc (đến hết tháng so sánh)', headline.baseline, monthName(headline.until)], ['Cuộc họp đã tổ chức trong các tháng đó', headline.held, null],
      ['Giảm so với số liệu gốc', headline.fewer, percent(headline.fewer, headline.baseline)], ['Cuộc họp của cơ quan không có số liệu gốc', headline.notCompared, null],
      ['Trực tuyến hoặc kết hợp theo số liệu gốc', headline.baselineOnline, percent(headline.baselineOnline, headline.baseline)],
      ['Trực tuyến hoặc kết hợp trong các tháng đó', headline.online, percent(headline.online, headline.held)],
    ] satisfies CellValue[][] : [['Số liệu gốc', 'Chưa có', null]],
    ['Cuộc họp đã tổ chức trong kỳ', meetings.held, null], ['Trong đó trực tuyến hoặc kết hợp', meetings.online, percent(meetings.online, meetings.held)],
    ['Văn bản phát hành điện tử', issuing.electronic, percent(issuing.electronic, issuing.electronic + issuing.onPaper)], ['Văn bản phát hành giấy', issuing.onPaper, null],
    ['Bản văn bản không phải in', unprinted.copies, null], ['Trang tài liệu họp cung cấp trên màn hình', unprinted.pages, null],
    ['Đề xuất đã được quyết định', decisions.count, null], ['Số ngày từ khi trình đến khi quyết định (trung vị)', decisions.medianDays, null],
    ['Số ngày từ khi trình đến khi quyết định (lâu nhất)', decisions.longestDays, null],
    ['Thông báo kết luận đến hạn', notices.due, null], ['Ban hành đúng hạn', notices.onTime, percent(notices.onTime, notices.due)], ['Được miễn sau khi đã quá hạn', notices.excused, null],
    ['Nhiệm vụ đến hạn (theo hạn đầu)', tasks.due, null], ['Hoàn thành đúng hạn', tasks.onTime, percent(tasks.onTime, tasks.due)], ['Được gia hạn, không xong trong hạn đầu', tasks.excused, null],
    ['Người dự họp', hours.people, null], ['Phút họp của tất cả', hours.minutes, null],
    ['Sổ theo dõi: cuộc họp không phải tổ chức (chỉ để giải thích)', ledger.lines, null], ['Sổ theo dõi: chưa kết thúc', ledger.pending, null],
    ['Sổ theo dõi: không tính vì hôm đó vẫn họp', ledger.metAnyway, null],
    ['Sổ theo dõi: đã đảo lại', ledger.reversed, null], ['Phút họp bớt được trong các cuộc vẫn họp', ledger.minutesSaved, null],
    ['Phút họp bớt được, tính theo người', ledger.personMinutesSaved, null],
  ]
}

function moneyOf({ costs }: Results): CellValue[][] {
  return [
    ['Nếu tất cả họp trực tiếp', ...range(costs.inPerson)], ['Như đã tổ chức', ...range(costs.held)], ['Nếu tất cả họp trực tuyến', ...range(costs.online)],
    ['Tiết kiệm (trực tiếp trừ như đã tổ chức)', ...range(costs.saved)], ['Thời gian làm việc (không phải tiền mặt, không cộng vào trên)', ...range(costs.salary)],
    ...costs.byItem.flatMap(({ item, inPerson, held }) => [[`${costItems[item]}: nếu trực tiếp`, ...range(inPerson)], [`${costItems[item]}: như đã tổ chức`, ...range(held)]]),
    ...costs.unknown.map(({ item, meetings }) => [`${costItems[item]}: chưa có định mức (${meetings} cuộc)`, null, null, null]),
  ]
}

const measures: Record<TargetCode, string> = {
  fewerMeetings: 'Giảm số cuộc họp so với số liệu gốc', fewerByRule: 'Giảm số cuộc họp so với số liệu gốc', onlineShare: 'Họp trực tuyến hoặc kết hợp',
  electronicShare: 'Phát hành văn bản điện tử', electronicBest: 'Phát hành văn bản điện tử',
}
const targetsOf = (results: Results): CellValue[][] => TargetCode.options.flatMap((code) => judge(results, code)).map(({ target, part, whole, reached }) => [
  measures[target.code], target.reach === 'over' ? 'Trên' : 'Ít nhất', target.percent, part, whole,
  reached === null ? 'Chưa có số liệu' : reached ? 'Đạt' : 'Chưa đạt', target.basis,
])

const columns = (titles: readonly string[], width = 24) => titles.map((title, index) => ({ title, width: index === 0 ? Math.max(width, 44) : width }))

/** Figures as tables, beside those of a second period; counts are whole numbers, shares percent with two decimals, money whole đồng. */
export function resultSheets(results: Results, then: Results | null): Sheet[] {
  const before = new Map(then ? factsOf(then).map(([name, value, note]) => [name, [value ?? null, note ?? null]]) : [])
  const beside = (rows: CellValue[][]) => then ? rows.map((row) => [...row, ...before.get(row[0]!) ?? [null, null]]) : rows
  const moneyBefore = new Map(then ? moneyOf(then).map(([name, _, likely]) => [name, likely ?? null]) : [])
  const estimates = ['Thấp', 'Có khả năng nhất', 'Cao'].map((title) => `${title} (đồng, ước tính)`)
  return [
    { name: 'Kết quả', columns: columns(['Chỉ tiêu', 'Số liệu', 'Tỉ lệ %, ghi chú', ...then ? ['Kỳ so sánh', 'Kỳ so sánh: tỉ lệ %, ghi chú'] : []], 34), rows: beside(factsOf(results)) },
    { name: 'Mục tiêu', columns: columns(['Chỉ tiêu', 'Yêu cầu', 'Mục tiêu %', 'Đã đạt (số lượng)', 'Trên tổng số', 'Đánh giá', 'Căn cứ']), rows: targetsOf(results) },
    {
      name: 'Định mức hội nghị', columns: columns(['Loại', 'Phạm vi', 'Đã tổ chức trong năm', 'Định mức năm', 'Đánh giá', 'Căn cứ']),
      rows: results.quotas.map(({ name, scope, body, held, perYear, basis }) =>
        [name.vi, scope === 'province' ? 'Toàn tỉnh' : body?.name ?? 'Mỗi cơ quan', held, perYear, held > perYear ? 'Vượt định mức' : 'Trong định mức', basis]),
    },
    {
      name: 'Theo tháng', columns: columns(['Tháng', 'Số liệu gốc', 'Đã họp (cơ quan có số liệu gốc)', 'Đã họp (tất cả)', 'Trực tuyến', ...then ? ['Tháng của kỳ so sánh', 'Kỳ so sánh: đã họp', 'Kỳ so sánh: trực tuyến'] : []]),
      rows: Array.from({ length: Math.max(results.meetings.byMonth.length, then?.meetings.byMonth.length ?? 0) }, (_, at): CellValue[] => {
        const [row, other] = [results.meetings.byMonth[at], then?.meetings.byMonth[at]]
        return [
          row ? monthName(row.month) : null, row?.baseline ?? null, row?.compared ?? null, row?.held ?? null, row?.online ?? null,
          ...then ? [other ? monthName(other.month) : null, other?.held ?? null, other?.online ?? null] : [],
        ]
      }),
    },
    {
      name: 'Theo loại', columns: columns(['Loại cuộc họp', 'Số liệu gốc', 'Đã họp (tháng so sánh)', 'Số liệu gốc: trực tuyến', 'Trực tuyến']),
      rows: results.meetings.byKind.map((row) => [row.name?.vi ?? 'Không xếp loại', row.baseline, row.held, row.baselineOnline, row.online]),
    },
    {
      name: 'Theo cơ quan', columns: columns(['Cơ quan', 'Số liệu gốc', 'Đã họp (tháng so sánh)', 'Đã họp (cả kỳ)', 'Trực tuyến']),
      rows: results.meetings.byBody.map((row) => [row.body.name, row.baseline, row.compared, row.held, row.online]),
    },
    {
      name: 'Chi phí (ước tính)', columns: columns(['Khoản', ...estimates, ...then ? ['Kỳ so sánh (có khả năng nhất)'] : []], 26),
      rows: moneyOf(results).map((row) => then ? [...row, moneyBefore.get(row[0]!) ?? null] : row),
    },
  ]
}
