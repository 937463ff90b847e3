/** What the planned clock needs of an item. */
export interface TimedItem { itemId: string, minutes: number }

/** When an item is planned to be dealt with, as milliseconds since the epoch. */
export interface PlannedTime { itemId: string, from: number, to: number }

const MINUTE = 60_000

/** The running clock of an agenda: each item begins when the one before it is planned to end. */
export function plannedTimes(startsAt: string, items: readonly TimedItem[]): PlannedTime[] {
  let next = Date.parse(startsAt)
  return items.map(({ itemId, minutes }) => {
    const from = next
    next += minutes * MINUTE
    return { itemId, from, to: next }
  })
}

/** Minutes of the whole agenda, and how many it is over (positive) or under (negative) the planned length. */
export function agendaTotal(items: readonly TimedItem[], plannedMinutes: number): { minutes: number, over: number } {
  const minutes = items.reduce((sum, item) => sum + item.minutes, 0)
  return { minutes, over: minutes - plannedMinutes }
}
