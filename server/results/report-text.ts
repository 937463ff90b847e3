import type { Day } from '../../protocol/calendar.ts'
import type { Results } from '../../protocol/results.ts'
import type { ReportBlock } from '../../protocol/results-report.ts'
import { officialDate } from '../issuing/dates.ts'
import { basisOf, costItems, duration, money, monthName, monthWords, number, percent, percentOf, periodWords, range, share, targetLines } from './report-words.ts'

/** What the report of results says, of the very figures that the page shows; `day` is that on which it is made. */
export interface ReportText { abstract: string, blocks: ReportBlock[] }

const heading = (text: string): ReportBlock => ({ kind: 'heading', text })
const paragraph = (text: string): ReportBlock => ({ kind: 'paragraph', text })
const items = (texts: readonly string[]): ReportBlock[] => texts.map((text) => ({ kind: 'listItem', text }))
const column = (title: string, share: number, align: 'left' | 'center' | 'right' = 'right') => ({ title, share, align })

export function reportText(results: Results, { day, ended }: {
  day: Day
  /** Whether any month of the period has ended. */
  ended: boolean
}): ReportText {
  const { body } = results
  const name = body?.name ?? results.bodies.map((one) => one.name).join('; ')
  return {
    abstract: `Kết quả giảm hội nghị, phát hành văn bản điện tử ${periodWords(results)}`,
    blocks: [
      paragraph(`${name} báo cáo kết quả giảm hội nghị, cuộc họp và phát hành văn bản điện tử ${periodWords(results)} như sau:`),
      heading('1. Số cuộc họp so với số liệu gốc'), ...fewer(results, ended), months(results), ...quotas(results),
      heading('2. Họp trực tuyến'), ...online(results),
      heading('3. Phát hành văn bản điện tử'), ...issuing(results),
      heading('4. Các chỉ tiêu khác'), figures(results),
      heading('5. Chi phí cuộc họp (ước tính)'), ...costs(results),
      heading('6. Căn cứ và cách tính'), ...rules(results, day),
    ],
  }
}

function fewer(results: Results, ended: boolean): ReportBlock[] {
  const { headline, to } = results
  if (!headline) {
    const why = ended ? 'chưa có số liệu gốc đã chốt của cơ quan cho các tháng này' : 'chưa có tháng nào của kỳ kết thúc'
    return [paragraph(`Chưa so sánh được số cuộc họp với số liệu gốc: ${why}. Báo cáo này không nêu mức tăng, giảm.`)]
  }
  const { baseline, held, year, until, notCompared } = headline
  const change = percentOf(Math.abs(headline.fewer), baseline)
  const how = headline.fewer === 0 ? 'không tăng, không giảm' : `${headline.fewer > 0 ? 'giảm' : 'tăng'} ${number(Math.abs(headline.fewer))} cuộc${change === null ? '' : ` (${percent(change)})`}`
  return [
    paragraph(`Tính đến hết ${monthWords(until)}, số liệu gốc của cùng các tháng năm ${year} là ${number(baseline)} cuộc họp; thực tế tổ chức ${number(held)} cuộc; ${how}.`),
    ...items(targetLines(results, 'fewerByRule', 'fewerMeetings')),
    ...until < to ? [paragraph(`Các tháng sau ${monthWords(until)} chưa kết thúc nên không so sánh.`)] : [],
    ...notCompared ? [paragraph(`Không so sánh ${number(notCompared)} cuộc họp của cơ quan không có trong số liệu gốc.`)] : [],
  ]
}

/** Meetings by month; a month that has not ended has no difference. */
function months({ meetings, headline }: Results): ReportBlock {
  const change = (baseline: number, held: number) => held === baseline ? '0' : `${held > baseline ? '+' : '−'}${number(Math.abs(held - baseline))}`
  return {
    kind: 'table',
    columns: [column('Tháng', 4, 'left'), column(headline ? `Số liệu gốc năm ${headline.year}` : 'Số liệu gốc', 3), column('Đã tổ chức', 3), column('Tăng (+), giảm (−)', 3), column('Trực tuyến, kết hợp', 3)],
    rows: [
      ...meetings.byMonth.map(({ month, baseline, held, compared, online: some }) => [
        monthName(month), baseline === null ? '–' : number(baseline), number(held), baseline === null ? '–' : change(baseline, compared), number(some),
      ]),
      ...headline ? [['Các tháng so sánh', number(headline.baseline), number(headline.held), change(headline.baseline, headline.held), '–']] : [],
      ['Cả kỳ', '–', number(meetings.held), '–', number(meetings.online)],
    ],
  }
}

function quotas({ quotas: all, to }: Results): ReportBlock[] {
  if (!all.length) return []
  return [
    paragraph(`Định mức số hội nghị năm ${to.slice(0, 4)}:`),
    ...items(all.map(({ name, scope, body, held, perYear, basis }) => {
      const where = scope === 'province' ? 'toàn tỉnh' : body?.name ?? 'mỗi cơ quan'
      return `${name.vi} (${where}): đã tổ chức ${number(held)} trên ${number(perYear)} cuộc, ${held > perYear ? 'vượt định mức' : 'trong định mức'}. Căn cứ: ${basisOf(basis)}.`
    })),
  ]
}

function online(results: Results): ReportBlock[] {
  const { headline, meetings: { held, online: some } } = results
  const value = percentOf(some, held)
  return [
    paragraph(value === null ? 'Trong kỳ không có cuộc họp nào nên không tính tỉ lệ.' : `Trong ${number(held)} cuộc họp đã tổ chức, có ${number(some)} cuộc họp trực tuyến hoặc kết hợp trực tiếp với trực tuyến, bằng ${percent(value)}.`),
    ...headline ? [paragraph(`Trong các tháng so sánh, họp trực tuyến hoặc kết hợp ${share(headline.online, headline.held)}; theo số liệu gốc năm ${headline.year} là ${share(headline.baselineOnline, headline.baseline)}.`)] : [],
    ...items(targetLines(results, 'onlineShare')),
  ]
}

function issuing(results: Results): ReportBlock[] {
  const { issuing: { electronic, onPaper }, unprinted: { copies, pages } } = results
  const value = percentOf(electronic, electronic + onPaper)
  return [
    paragraph(value === null
      ? 'Trong kỳ không phát hành văn bản nào nên không tính tỉ lệ.'
      : `Trong ${number(electronic + onPaper)} văn bản đã phát hành còn hiệu lực, có ${number(electronic)} văn bản điện tử, bằng ${percent(value)}; ${number(onPaper)} văn bản giấy.`),
    ...items(targetLines(results, 'electronicShare', 'electronicBest')),
    paragraph(`Không phải in ${number(copies)} bản văn bản gửi điện tử đến nơi nhận và cung cấp trên màn hình ${number(pages)} trang tài liệu họp (tính theo người dự và nội dung họ được dự).`),
  ]
}

function figures({ decisions, notices, tasks, hours, ledger }: Results): ReportBlock {
  const days = (value: number | null) => value === null ? '–' : `${number(value)} ngày`
  return {
    kind: 'table',
    columns: [column('Chỉ tiêu', 9, 'left'), column('Kết quả', 5)],
    rows: [
      ['Đề xuất đã được quyết định', number(decisions.count)],
      ['Thời gian từ khi trình đến khi quyết định, trung vị', days(decisions.medianDays)],
      ['Thời gian từ khi trình đến khi quyết định, lâu nhất', days(decisions.longestDays)],
      ['Thông báo kết luận ban hành đúng hạn trên số đến hạn', share(notices.onTime, notices.due)],
      ['Thông báo được miễn sau khi đã quá hạn (tính là không đúng hạn)', number(notices.excused)],
      ['Nhiệm vụ báo cáo hoàn thành đúng hạn đầu trên số đến hạn', share(tasks.onTime, tasks.due)],
      ['Nhiệm vụ được gia hạn, không xong trong hạn đầu (tính là không đúng hạn)', number(tasks.excused)],
      ['Số người dự họp', number(hours.people)],
      ['Thời gian họp của tất cả người dự', duration(hours.minutes)],
      ['Thời gian họp trung bình của một người', hours.people ? duration(Math.round(hours.minutes / hours.people)) : '–'],
      ['Cuộc họp không phải tổ chức theo sổ theo dõi (để giải thích, không cộng vào kết quả ở mục 1)', number(ledger.lines)],
      ['Mục của sổ chưa kết thúc nên chưa được tính', number(ledger.pending)],
      ['Mục của sổ không được tính vì hôm đó vẫn họp', number(ledger.metAnyway)],
      ['Mục của sổ đã đảo lại vì phải đưa ra họp', number(ledger.reversed)],
      ['Thời gian bớt được trong các cuộc vẫn họp', duration(ledger.minutesSaved)],
      ['Thời gian bớt được, tính theo người dự', duration(ledger.personMinutesSaved)],
    ],
  }
}

function costs({ costs: { meetings, inPerson, held, online: all, saved, salary, unknownWays, unknown } }: Results): ReportBlock[] {
  if (meetings === 0) return [paragraph('Chưa có cuộc họp nào của kỳ đã kết thúc nên chưa ước tính chi phí.')]
  const row = (title: string, { low, likely, high }: typeof saved) => [title, number(low), number(likely), number(high)]
  return [
    paragraph(`Tính từ ${number(meetings)} cuộc họp đã kết thúc, tiết kiệm ước tính ${money(saved.likely)} (${range(saved)}) so với khi tất cả người dự họp trực tiếp. Đây là số ước tính theo định mức, không phải số quyết toán.`),
    {
      kind: 'table',
      columns: [column('Khoản (đồng, ước tính)', 6, 'left'), column('Thấp', 3), column('Có khả năng nhất', 4), column('Cao', 3)],
      rows: [row('Nếu tất cả họp trực tiếp', inPerson), row('Như đã tổ chức', held), row('Nếu tất cả họp trực tuyến', all), row('Tiết kiệm: trực tiếp trừ như đã tổ chức', saved)],
    },
    paragraph(`Thời gian làm việc của người dự ước tính ${money(salary.likely)} (${range(salary)}); không phải tiền mặt và không cộng vào các số trên.`),
    ...unknownWays ? [paragraph(`Có ${number(unknownWays)} lượt người chưa biết khoảng cách đi lại nên chưa tính chi phí đi lại của những người này.`)] : [],
    ...unknown.length ? [paragraph(`Chưa có định mức nên chưa tính: ${unknown.map(({ item, meetings: of }) => `${costItems[item].toLowerCase()} (${number(of)} cuộc)`).join('; ')}.`)] : [],
  ]
}

function rules({ headline }: Results, day: Day): ReportBlock[] {
  return [
    ...items([
      'Kết quả giảm bằng số liệu gốc trừ số cuộc họp đã tổ chức trong các tháng đã kết thúc; cuộc họp được tính vào tháng khai mạc.',
      ...headline
        ? [`Số liệu gốc năm ${headline.year}, phiên bản ${headline.version}, đã chốt, mã kiểm tra SHA-256 bắt đầu bằng ${headline.sha256.slice(0, 16)}. Tháng thiếu số liệu có nêu lý do được tính là không họp.`]
        : [],
      'Tiết kiệm tính theo từng cuộc họp, từ người thực dự, đơn vị công tác, khoảng cách và định mức có hiệu lực ngày họp; mức thấp và mức cao theo độ chưa chắc chắn của định mức và khoảng cách.',
    ]),
    paragraph(`Số liệu được lập ${officialDate(`${day}T12:00:00+07:00`)}; thay đổi sau ngày này không có trong báo cáo.`),
  ]
}
