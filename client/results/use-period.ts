import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { Month, monthsLater, monthsOf } from '../../protocol/results.ts'
import { clock } from '../app/clock.ts'
import { dayOf } from '../app/format.ts'

/** `before`: the months just before the period, as many; `year`: the same months a year earlier; `other`: any that were chosen. */
export const AGAINST = ['none', 'before', 'year', 'other'] as const
export type Against = (typeof AGAINST)[number]

/** 03/2026 */
export const monthName = (month: Month) => month.split('-').reverse().join('/')

/** Which months, bodies and second period are shown: all of it in the address. */
export function usePeriod() {
  const route = useRoute()
  const router = useRouter()
  const current = dayOf(clock.now()).slice(0, 7)
  const month = (value: unknown) => Month.safeParse(value).data
  const text = (name: string) => typeof route.query[name] === 'string' ? route.query[name] : undefined

  const to = computed(() => month(route.query.to) ?? current)
  /** Never more than twelve months. */
  const within = (wanted: Month, last: Month) => {
    const count = monthsOf({ from: wanted, to: last }).length
    return count === 0 ? last : count > 12 ? monthsLater(last, -11) : wanted
  }
  /** From January on, unless something else is asked for. */
  const from = computed(() => within(month(route.query.from) ?? `${to.value.slice(0, 4)}-01`, to.value))
  const bodyId = computed(() => text('body'))
  const against = computed<Against>(() => AGAINST.find((one) => one === text('against')) ?? 'none')
  const baseline = computed(() => /^\d{4}$/.test(text('baseline') ?? '') ? Number(text('baseline')) : undefined)

  const query = computed(() => ({
    from: from.value, to: to.value, ...bodyId.value ? { bodyId: bodyId.value } : {}, ...baseline.value ? { baseline: baseline.value } : {},
  }))
  /** The second period, as the first is asked for. */
  const other = computed(() => {
    if (against.value === 'none') return null
    if (against.value === 'other') {
      const last = month(route.query.thenTo) ?? monthsLater(from.value, -1)
      const asMany = monthsLater(last, 1 - monthsOf({ from: from.value, to: to.value }).length)
      return { ...query.value, from: within(month(route.query.thenFrom) ?? asMany, last), to: last }
    }
    const back = against.value === 'year' ? 12 : monthsOf({ from: from.value, to: to.value }).length
    return { ...query.value, from: monthsLater(from.value, -back), to: monthsLater(to.value, -back) }
  })

  return {
    from, to, bodyId, against, baseline, query, other,
    /** The latest three years, the present month first. */
    months: Array.from({ length: 36 }, (_, back) => monthsLater(current, -back)),
    set: (changes: Record<string, string | undefined>) => router.replace({ query: { ...route.query, ...changes } }),
    /** What a page beneath needs to come back by. */
    kept: computed(() => route.query),
  }
}
