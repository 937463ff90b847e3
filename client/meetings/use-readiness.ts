import { useDebounceFn } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { readinessOf, type Finding } from '../../protocol/readiness.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { formatDateTime, formatDay, formatTime, useFormat } from '../app/format.ts'
import { call } from '../app/http.ts'
import { paths } from '../app/paths.ts'
import type { Meeting } from './use-meeting.ts'
import type { UseMeetingRules } from './use-meeting-rules.ts'

/** How long the server is left alone while somebody goes on typing, in ms. */
const REST_MS = 400

/** What the server finds about a meeting, asked again whenever something of it changed. */
export function useReadiness(meeting: Meeting) {
  const findings = shallowRef<Finding[] | null>(null)
  const error = shallowRef<ApiError | null>(null)
  let asked = 0

  async function load() {
    const mine = ++asked
    try {
      const answer = await call(readinessOf, { params: { meetingId: meeting.id } })
      if (mine !== asked) return
      findings.value = answer.findings
      error.value = null
    } catch (thrown) {
      // What was found a moment ago stays: the server looks again before it publishes.
      if (mine === asked && !findings.value) error.value = toApiError(thrown)
    }
  }

  const { state } = meeting
  watch(() => [state.value?.facts, state.value?.agenda, state.value?.documents, state.value?.participants, state.value?.status],
    useDebounceFn(() => void load(), REST_MS))
  void load()

  const of = (severity: Finding['severity']) => computed(() => findings.value?.filter((one) => one.severity === severity) ?? [])
  return { findings, error, load, blocks: of('blocks'), needsReason: of('needsReason'), warns: of('warns') }
}

/** Says a finding as a sentence, and where its cure is. */
export function useFindingText(meeting: Meeting, rules: UseMeetingRules) {
  const { t } = useI18n()
  const format = useFormat()

  /** `count`: of how many items it is said, where of more than one. */
  function sentence({ code, details }: Finding, count = 1): string {
    const of = (values: Record<string, unknown> = {}) => t(`planning.finding.${code}`, values)
    switch (code) {
      case 'agendaEmpty': case 'dateInPast': case 'kindMissing': case 'roomNotEquipped': return of()
      case 'overfull': return of({ length: format.minutes(details.minutes) })
      case 'tooLong': return of({ longest: format.minutes(details.maxMinutes), over: format.minutes(details.minutes) })
      case 'invitationLate': return of({ day: formatDay(details.lastDay), days: details.days })
      case 'papersLate':
        if (count > 1) return t('planning.finding.ofItems.papersLate', { count, day: formatDay(details.lastDay) })
        return details.number === undefined ? of({ day: formatDay(details.lastDay), days: details.days })
          : t('planning.finding.paperLate', { number: details.number, day: formatDay(details.lastDay) })
      case 'quotaPassed': return t(`planning.finding.quotaPassed.${details.scope}`, { held: details.held, count: details.perYear })
      case 'tasksOverdue': return of({ count: details.count })
      case 'onlineShareLow': return of({ percent: details.percent, least: details.least })
      case 'shouldNotMeet': {
        const caution = rules.rules.value?.cautions.find(({ id }) => id === details.cautionId)
        return of({ caution: caution ? rules.say(caution.text) : '…' })
      }
      case 'roomTaken': return t(details.title === null ? 'planning.finding.roomTaken.unnamed' : 'planning.finding.roomTaken.named', timesOf(details))
      case 'personBusy': {
        const names = details.personIds.map((id) => meeting.person(id)?.fullName ?? '…')
        const who = names.length > 3 ? t('planning.finding.andMore', { names: names.slice(0, 3).join(', '), count: names.length - 3 }) : names.join(', ')
        return t(details.title === null ? 'planning.finding.personBusy.unnamed' : 'planning.finding.personBusy.named', { ...timesOf(details), who })
      }
      case 'roomTooSmall': return of({ seats: details.seats, people: details.people })
      case 'presenterMissing': case 'papersMissing':
        return count > 1 ? t(`planning.finding.ofItems.${code}`, { count }) : of({ number: details.number })
    }
  }

  const timesOf = ({ title, from, to }: { title: string | null, from: string, to: string }) =>
    ({ title: title ?? '', from: formatDateTime(from), to: formatTime(to) })

  /** Where it is cured: the item, the agenda, or what is said of the meeting. */
  function cure({ code, itemId }: Finding): string {
    if (itemId) return `#item-${itemId}`
    return code === 'agendaEmpty' || code === 'overfull' || code === 'papersLate' || code === 'tasksOverdue' ? '#agenda' : paths.editMeeting(meeting.id)
  }

  return { sentence, cure }
}
