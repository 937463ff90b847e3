import { useI18n } from 'vue-i18n'

/** Where the meetings are, wherever the reader is. */
export const TIME_ZONE = 'Asia/Ho_Chi_Minh'

type Moment = string | number | Date

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: TIME_ZONE, day: '2-digit', month: '2-digit', year: 'numeric',
  hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
})

function partsOf(moment: Moment): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(new Date(moment)).map((part) => [part.type, part.value]))
}

/** 08/06/2017 */
export function formatDate(moment: Moment): string {
  const { day, month, year } = partsOf(moment)
  return `${day}/${month}/${year}`
}

/** 08/06/2017 of a calendar day as it is written on the wire, 2017-06-08. */
export function formatDay(day: string): string {
  return day.split('-').reverse().join('/')
}

/** 08:42 */
export function formatTime(moment: Moment): string {
  const { hour, minute } = partsOf(moment)
  return `${hour}:${minute}`
}

/** 08:42:07 */
export function formatSeconds(moment: Moment): string {
  const { hour, minute, second } = partsOf(moment)
  return `${hour}:${minute}:${second}`
}

/** 08/06/2017 08:42 */
export function formatDateTime(moment: Moment): string {
  return `${formatDate(moment)} ${formatTime(moment)}`
}

/** The calendar day there, yyyy-MM-dd, for comparing days. */
export function dayOf(moment: Moment): string {
  const { day, month, year } = partsOf(moment)
  return `${year}-${month}-${day}`
}

/** 02:14, or 1:02:14 from an hour on; negative spans with a sign. */
export function formatSpan(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const hours = Math.floor(seconds / 3600)
  return `${ms < 0 ? '−' : ''}${hours ? `${hours}:` : ''}${minutes}`
}

/** Numbers, sizes and weekdays in the reader's language. */
export function useFormat() {
  const { locale, t } = useI18n()
  const minutes = (count: number) => {
    const hours = Math.floor(count / 60)
    if (hours < 2) return t('ui.minutes', { minutes: count })
    return count % 60 ? t('ui.hoursMinutes', { hours, minutes: count % 60 }) : t('ui.hours', { hours })
  }
  const tag = () => locale.value === 'vi' ? 'vi-VN' : 'en-GB'
  return {
    number: (value: number) => new Intl.NumberFormat(tag()).format(value),
    /** Thứ Hai / Monday */
    weekday: (moment: Moment) =>
      new Intl.DateTimeFormat(tag(), { weekday: 'long', timeZone: TIME_ZONE }).format(new Date(moment)),
    /** 1,2 MB */
    bytes: (count: number) => count < 1_000_000
      ? t('ui.kilobytes', { count: new Intl.NumberFormat(tag(), { maximumFractionDigits: 0 }).format(Math.max(1, count / 1000)) })
      : t('ui.megabytes', { count: new Intl.NumberFormat(tag(), { maximumFractionDigits: 1 }).format(count / 1_000_000) }),
    /** 90 phút, 3 giờ 30 phút */
    minutes,
    /** How long to wait: 20 giây, from a minute on in minutes. */
    wait: (seconds: number) =>
      seconds < 60 ? t('ui.seconds', { seconds: Math.max(1, Math.ceil(seconds)) }) : minutes(Math.ceil(seconds / 60)),
  }
}
