import type { AgendaItemState } from '../../protocol/agenda.ts'

type Timed = Pick<AgendaItemState, 'minutes' | 'spentMs' | 'startedAt'>

/** Milliseconds spent on an item until `now`, over every time that it was taken up. */
export function spentOn(item: Timed, now: number): number {
  return item.spentMs + (item.startedAt ? Math.max(0, now - Date.parse(item.startedAt)) : 0)
}

/** Milliseconds of the planned time that are left; negative once it is used up. */
export function leftOf(item: Timed, now: number): number {
  return item.minutes * 60_000 - spentOn(item, now)
}

/** What the clock of an item shows: whole minutes and seconds, and whether the planned time is used up. */
export function countdown(ms: number): { minutes: number, seconds: number, over: boolean } {
  const seconds = Math.floor(Math.abs(ms) / 1000)
  return { minutes: Math.floor(seconds / 60), seconds: seconds % 60, over: ms < 0 }
}

/** The item after the current one that is still to be dealt with; without a current one, the first such. */
export function nextItem(agenda: readonly AgendaItemState[]): AgendaItemState | undefined {
  const current = agenda.findIndex((item) => item.status === 'current')
  return agenda.slice(current + 1).find((item) => item.status === 'pending') ?? agenda.find((item) => item.status === 'pending')
}
