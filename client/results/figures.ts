import { useI18n } from 'vue-i18n'
import type { Estimate } from '../../protocol/costs.ts'
import { useFormat } from '../app/format.ts'

/** Part of a whole in percent with one decimal, to be read: whether a target is reached is judged by `reaches`. Null of nothing. */
export const percentOf = (part: number, whole: number): number | null => whole === 0 ? null : Math.round(part * 1000 / whole) / 10

/** How figures are written: shares, đồng, ranges. */
export function useFigures() {
  const { t, locale } = useI18n()
  const { number } = useFormat()
  const decimal = (value: number) => value.toLocaleString(locale.value === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 1 })
  const money = (value: number) => t('results.dong', { value: number(value) })
  return {
    number, decimal, money,
    percent: (value: number | null) => value === null ? '–' : `${decimal(value)}\u00a0%`,
    /** Millions, for axes. */
    shortMoney: (value: number) => value >= 1_000_000 ? t('results.million', { value: decimal(value / 1_000_000) }) : number(value),
    range: ({ low, high }: Estimate) => t('results.range', { low: money(low), high: money(high) }),
    signed: (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${number(Math.abs(value))}`,
  }
}
