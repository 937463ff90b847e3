import { useI18n } from 'vue-i18n'
import type { OpinionCount } from '../../protocol/triage.ts'
import type { Because, Condition, Effect, Reason, Way } from '../../protocol/triage-rules.ts'
import { useFormat } from '../app/format.ts'

export const wayIcons: Record<Way, string> = {
  meet: 'i-lucide-users', write: 'i-lucide-mail-question-mark', delegate: 'i-lucide-user-round-check', merge: 'i-lucide-calendar-plus', online: 'i-lucide-video',
}

/** Rules and their reasons in the reader's language, as whole sentences. */
export function useTriageWords() {
  const { t, locale } = useI18n()
  const { number } = useFormat()
  const name = (wording: { vi: string, en: string }) => wording[locale.value as 'vi' | 'en']
  const wayName = (way: Way | null) => t(way === null ? 'triage.rules.preview.noWay' : `triage.way.${way}`)
  const ways = (some: readonly Way[]) => some.map(wayName).join(', ')

  /** What of the matter made a rule speak. */
  function because({ fact, value }: Because): string {
    if (Array.isArray(value)) return value.map((one) => t(`triage.because.${fact}.${one}`)).join(' ')
    if (typeof value !== 'number') return t(`triage.because.${fact}.${String(value)}`)
    const rounded = number(Math.round(Math.abs(value)))
    if (fact !== 'daysLeft') return t(`triage.because.${fact}`, { value: rounded })
    return t(value > 0 ? 'triage.because.daysLeft' : value < 0 ? 'triage.because.daysPast' : 'triage.because.daysToday', { value: rounded })
  }

  function effect(of: Effect): string {
    return of.kind === 'off' ? t('triage.rules.effect.off') : t(`triage.rules.effect.${of.kind}`, { ways: ways(of.ways), weight: of.kind === 'favour' ? of.weight : 0 })
  }

  /** What a rule asks for, as a line of the page of rules. */
  function condition(of: Condition): string {
    switch (of.fact) {
      case 'secret': case 'wantsMeeting': return t(`triage.rules.condition.${of.fact}.${String(of.is)}`)
      case 'asks': return t('triage.rules.condition.asks', { values: of.among.map((value) => t(`proposals.asks.${value}`)).join(', ') })
      case 'urgency': case 'disagreement': case 'legal': case 'caution':
        return t(`triage.rules.condition.${of.fact}`, { values: of.among.map((value) => t(`triage.${of.fact}.${value}`)).join(', ') })
      default: {
        const fact = t(`triage.rules.fact.${of.fact}`)
        if (of.atLeast === null) return t('triage.rules.atMost', { fact, value: number(of.atMost ?? 0) })
        if (of.atMost === null) return t('triage.rules.atLeast', { fact, value: number(of.atLeast) })
        return t('triage.rules.between', { fact, low: number(of.atLeast), high: number(of.atMost) })
      }
    }
  }

  /** What a written opinion came to. */
  const tally = ({ causes, ...count }: OpinionCount) =>
    [t('triage.tally.count', count), ...causes.map((cause) => t(`triage.tally.${cause}`))].join('; ')

  return {
    name, wayName, ways, because, effect, condition, tally,
    basis: ({ basis }: Pick<Reason, 'basis'>) => t('triage.basis', basis),
  }
}
