/** Pure functions over the clock of an agenda: when its items are planned, and when they come as the meeting goes. */

/** What the clock needs of an item. */
export interface TimedItem { itemId: string, minutes: number }

/** When an item is planned to be dealt with, as milliseconds since the epoch; `day`: how many midnights after the meeting's beginning. */
export interface PlannedTime { itemId: string, from: number, to: number, day: number }

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** Asia/Ho_Chi_Minh, which has had no summer time since 1975. */
const ZONE = 7 * 60 * MINUTE

const dayOf = (ms: number) => Math.floor((ms + ZONE) / DAY)

/** The running clock of an agenda: each item begins when the one before it is planned to end. */
export function plannedTimes(startsAt: string, items: readonly TimedItem[]): PlannedTime[] {
  const start = Date.parse(startsAt)
  let next = start
  return items.map(({ itemId, minutes }) => {
    const from = next
    next += minutes * MINUTE
    return { itemId, from, to: next, day: dayOf(from) - dayOf(start) }
  })
}

/** Minutes of the whole agenda, and how many it is over (positive) or under (negative) the planned length. */
export function agendaTotal(items: readonly Pick<TimedItem, 'minutes'>[], plannedMinutes: number): { minutes: number, over: number } {
  const minutes = items.reduce((sum, item) => sum + item.minutes, 0)
  return { minutes, over: minutes - plannedMinutes }
}

/** An item under way, as the forecast needs it. */
export interface RunningItem extends TimedItem {
  status: 'pending' | 'current' | 'done' | 'deferred'
  startedAt: string | null
  spentMs: number
}

/** Milliseconds spent on an item until `now`, over every time that it was taken up. */
export function spentOn(item: Pick<RunningItem, 'spentMs' | 'startedAt'>, now: number): number {
  return item.spentMs + (item.startedAt ? Math.max(0, now - Date.parse(item.startedAt)) : 0)
}

/** Milliseconds of the planned time that are left; negative once it is used up. */
export function leftOf(item: Pick<RunningItem, 'minutes' | 'spentMs' | 'startedAt'>, now: number): number {
  return item.minutes * MINUTE - spentOn(item, now)
}

export interface Forecast {
  /** When each item that is still to come is to be expected, ms since the epoch. */
  from: ReadonlyMap<string, number>
  /** When the last of them will be done. */
  end: number
  /** How much later that is than planned, ms; negative: earlier. */
  late: number
}

/** How a meeting that goes on will go on, if each item still to come takes the minutes planned for it. */
export function forecast(startsAt: string, items: readonly RunningItem[], now: number): Forecast {
  const plannedEnd = Date.parse(startsAt) + items.reduce((sum, { minutes }) => sum + minutes * MINUTE, 0)
  const current = items.find(({ status }) => status === 'current')
  let end = now + (current ? Math.max(0, leftOf(current, now)) : 0)
  const from = new Map<string, number>()
  for (const { itemId, minutes, status } of items) {
    if (status !== 'pending') continue
    from.set(itemId, end)
    end += minutes * MINUTE
  }
  return { from, end, late: end - plannedEnd }
}
