import type { CostItem, Estimate } from '../../protocol/costs.ts'
import { judge, type Month, type Results } from '../../protocol/results.ts'
import type { TargetCode } from '../../protocol/result-targets.ts'

/** How an official report writes figures: whole numbers with ".", decimals with ",", shares with one decimal. */

export const number = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value).toLocaleString('vi-VN', { maximumFractionDigits: 1 })}`

/** Part of a whole in percent, as the page has it; null of nothing. */
export const percentOf = (part: number, whole: number): number | null => whole === 0 ? null : Math.round(part * 1000 / whole) / 10

/** Not to be parted at the end of a line. */
export const percent = (value: number): string => `${number(value)}\u00a0%`

/** `2/3 (66,7 %)`; a dash of nothing. */
export function share(part: number, whole: number): string {
  const value = percentOf(part, whole)
  return value === null ? '–' : `${number(part)}/${number(whole)} (${percent(value)})`
}

export const money = (value: number): string => `${number(value)} đồng`
export const range = ({ low, high }: Estimate): string => `từ ${number(low)} đến ${money(high)}`

export function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [hours ? `${number(hours)} giờ` : '', rest || !hours ? `${rest} phút` : ''].filter(Boolean).join(' ')
}

const partsOf = (month: Month) => ({ year: month.slice(0, 4), number: Number(month.slice(5)) })
/** Months 1 and 2 take a leading zero, as dates of official papers do. */
const bare = (month: Month) => `tháng ${partsOf(month).number < 3 ? `0${partsOf(month).number}` : partsOf(month).number}`
export const monthWords = (month: Month): string => `${bare(month)} năm ${partsOf(month).year}`
export const monthName = (month: Month): string => `${month.slice(5)}/${month.slice(0, 4)}`

/** `năm 2025`, `tháng 6 năm 2025`, `từ tháng 01 đến tháng 6 năm 2025` */
export function periodWords({ from, to }: { from: Month, to: Month }): string {
  const [{ year }, last] = [partsOf(from), partsOf(to)]
  if (from === to) return monthWords(from)
  if (year !== last.year) return `từ ${monthWords(from)} đến ${monthWords(to)}`
  return partsOf(from).number === 1 && last.number === 12 ? `năm ${year}` : `từ ${bare(from)} đến ${monthWords(to)}`
}

/** Without its full stop, its shares kept whole. */
export const basisOf = (basis: string): string => basis.replace(/\.$/, '').replace(/(\d) %/g, '$1\u00a0%')

export const costItems: Record<CostItem, string> = {
  travel: 'Đi lại (nhiên liệu)', allowance: 'Phụ cấp lưu trú', lodging: 'Phòng nghỉ', drinks: 'Nước uống', hall: 'Hội trường', paper: 'Giấy', printing: 'In ấn',
  speaker: 'Báo cáo viên', connection: 'Kết nối điểm cầu', salary: 'Thời gian làm việc',
}

const goals: Record<TargetCode, string> = {
  fewerMeetings: 'Mục tiêu giảm', fewerByRule: 'Mục tiêu giảm', onlineShare: 'Mục tiêu', electronicShare: 'Mục tiêu', electronicBest: 'Mục tiêu phấn đấu',
}

/** Each target of these, the lowest first: what it asks, whether it is reached, and its basis. */
export function targetLines(results: Results, ...codes: TargetCode[]): string[] {
  const asked = judge(results, ...codes)
  if (!asked.length) return ['Chưa có mục tiêu nào có hiệu lực ở cuối kỳ để đối chiếu.']
  return asked.map(({ target, reached }) => {
    const state = reached === null ? 'chưa có số liệu để đánh giá' : reached ? 'đạt' : 'chưa đạt'
    return `${goals[target.code]} ${target.reach === 'over' ? 'trên' : 'ít nhất'} ${percent(target.percent)}: ${state}. Căn cứ: ${basisOf(target.basis)}.`
  })
}
