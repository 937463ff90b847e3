import { useI18n } from 'vue-i18n'
import type { MeetingMode } from '../../protocol/meetings.ts'
import { formatDateTime, useFormat } from '../app/format.ts'
import type { ComparedField } from './draft.ts'
import type { UseMeetingRules } from './use-meeting-rules.ts'

/** Says the value of one of a meeting's facts as a person reads it. */
export function useFactText({ rules, kind, say }: UseMeetingRules) {
  const { t } = useI18n()
  const format = useFormat()
  return (field: ComparedField, value: string | number | readonly string[] | null): string => {
    if (value === null || (Array.isArray(value) && !value.length)) return t('planning.fact.none')
    switch (field) {
      case 'startsAt': return formatDateTime(String(value))
      case 'plannedMinutes': return format.minutes(Number(value))
      case 'mode': return t(`meetings.mode.${value as MeetingMode}`)
      case 'kindId': {
        const found = kind(String(value))
        return found ? say(found.name) : t('planning.fact.none')
      }
      case 'roomId': return rules.value?.rooms.find(({ id }) => id === value)?.name ?? t('planning.fact.none')
      case 'cautions': return t('planning.fact.cautionsTicked', { count: Array.isArray(value) ? value.length : 0 })
      case 'title': case 'place': return String(value)
    }
  }
}
