import { useI18n } from 'vue-i18n'
import type { MeetingSummary } from '../../protocol/meetings.ts'
import { dayOf, formatDate, formatTime, useFormat } from '../app/format.ts'

const DAY_MS = 86_400_000

/** Says when a meeting is, seen from now: "Khai mạc lúc 14:00 hôm nay". */
export function useWhen() {
  const { t } = useI18n()
  const format = useFormat()
  return (meeting: MeetingSummary, now: number): string => {
    const time = formatTime(meeting.startsAt)
    if (meeting.status === 'live') return t('home.when.live', { time: formatTime(meeting.openedAt ?? meeting.startsAt) })
    if (meeting.status === 'closed') return t('home.when.closed', { time: formatTime(meeting.closedAt ?? meeting.startsAt) })
    if (meeting.status === 'cancelled') return t('home.when.cancelled', { time, date: formatDate(meeting.startsAt) })
    if (meeting.status === 'postponed') return t('home.when.postponed')
    if (meeting.status === 'draft') return t('home.when.draft', { time, date: formatDate(meeting.startsAt) })
    const minutes = Math.ceil((Date.parse(meeting.startsAt) - now) / 60_000)
    if (minutes <= 0) return t('home.when.late', { time })
    if (minutes < 60) return t('home.when.soon', { minutes })
    const day = dayOf(meeting.startsAt)
    if (day === dayOf(now)) return t('home.when.today', { time })
    if (day === dayOf(now + DAY_MS)) return t('home.when.tomorrow', { time })
    return t('home.when.day', { time, weekday: format.weekday(meeting.startsAt), date: formatDate(meeting.startsAt) })
  }
}
