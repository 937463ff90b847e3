/** Dates and times as official papers write them, always in the country's one time zone. */

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh', hourCycle: 'h23',
  year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit',
})

function partsOf(instant: string) {
  const parts = new Map(clock.formatToParts(new Date(instant)).map((part) => [part.type, part.value]))
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  return { year: number('year'), month: number('month'), day: number('day'), hour: number('hour'), minute: number('minute') }
}

const twoDigits = (value: number) => String(value).padStart(2, '0')

/** `ngày 08 tháng 6 năm 2026`: days below 10 and the months 1 and 2 take a leading zero (36-HD/VPTW; Nghị định 30/2020/NĐ-CP). */
export function officialDate(instant: string): string {
  const { year, month, day } = partsOf(instant)
  return `ngày ${twoDigits(day)} tháng ${month < 3 ? twoDigits(month) : month} năm ${year}`
}

/** `08 giờ 05 phút` */
export function officialTime(instant: string): string {
  const { hour, minute } = partsOf(instant)
  return `${twoDigits(hour)} giờ ${twoDigits(minute)} phút`
}

/** The year whose register of papers an instant falls into. */
export function officialYear(instant: string): number {
  return partsOf(instant).year
}

/** Whether two instants read alike on paper, which knows no seconds. */
export function sameMinute(a: string, b: string): boolean {
  return officialDate(a) === officialDate(b) && officialTime(a) === officialTime(b)
}
