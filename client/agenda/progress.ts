import type { AgendaItemState } from '../../protocol/agenda.ts'

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
