import { z } from 'zod'
import { Instant } from './text.ts'

/**
 * The arithmetic of being there. All instants are ISO 8601 in UTC with milliseconds, so that they sort as text; a span is
 * from its beginning, included, to its end, not included; `to` is null while it lasts.
 */

/** trực tiếp · trực tuyến: in the hall, or by a device in the room. Who is both counts once, in person. */
export const StayMode = z.enum(['inPerson', 'online'])
export type StayMode = z.infer<typeof StayMode>

export interface Span { from: string, to: string | null }

export const Stay = z.object({ from: Instant, to: Instant.nullable(), mode: StayMode })
export type Stay = z.infer<typeof Stay>

/** After every instant that there is. */
const NEVER = '~'
const endOf = ({ to }: Span) => to ?? NEVER

/** The same time in as few spans as tell it, in order; what lasts no time is left out. */
export function united(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.filter((one) => one.from < endOf(one)).toSorted((a, b) => a.from < b.from ? -1 : 1)) {
    const last = result.at(-1)
    if (!last || endOf(last) < span.from) result.push({ from: span.from, to: span.to })
    else if (endOf(last) < endOf(span)) last.to = span.to
  }
  return result
}

/** What is left of some time without other time; both united. */
export function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  return spans.flatMap((span) => {
    const left: Span[] = []
    let from = span.from
    for (const other of others) {
      if (endOf(other) <= from || other.from >= endOf(span)) continue
      if (other.from > from) left.push({ from, to: other.from })
      from = endOf(other)
    }
    return from < endOf(span) ? [...left, { from, to: span.to }] : left
  })
}

/** One list of stays that never overlap: in person where somebody was in the hall, else online. */
export function staysOf(inPerson: readonly Span[], online: readonly Span[]): Stay[] {
  const hall = united(inPerson)
  return [
    ...hall.map((span): Stay => ({ ...span, mode: 'inPerson' })),
    ...without(united(online), hall).map((span): Stay => ({ ...span, mode: 'online' })),
  ].toSorted((a, b) => a.from < b.from ? -1 : 1)
}

/** The stays after an instant alone. */
export function staysAfter(stays: readonly Stay[], instant: string): Stay[] {
  return stays.filter((stay) => endOf(stay) > instant).map((stay) => stay.from < instant ? { ...stay, from: instant } : stay)
}

/** The part of the stays within a time that has ended. */
export function staysWithin<S extends Span>(stays: readonly S[], from: string, to: string): (S & { to: string })[] {
  return stays.flatMap((stay) => {
    const [begin, end] = [stay.from > from ? stay.from : from, endOf(stay) < to ? endOf(stay) : to]
    return begin < end ? [{ ...stay, from: begin, to: end }] : []
  })
}

const lengthOf = ({ from, to }: { from: string, to: string }) => Date.parse(to) - Date.parse(from)

/** Milliseconds of the stays within a time. */
export function presentMs(stays: readonly Span[], from: string, to: string): number {
  return staysWithin(stays, from, to).reduce((sum, stay) => sum + lengthOf(stay), 0)
}

/** How somebody attended who was there in both ways: as for the longer time, in person where both are alike. Null: not at all. */
export function modeWithin(stays: readonly Stay[], from: string, to: string): StayMode | null {
  const within = staysWithin(stays, from, to)
  if (!within.length) return null
  const online = presentMs(within.filter(({ mode }) => mode === 'online'), from, to)
  const inPerson = presentMs(within.filter(({ mode }) => mode === 'inPerson'), from, to)
  return online > inPerson ? 'online' : 'inPerson'
}

/** One time that an item was being dealt with; an item may be returned to. `to` is null while it lasts. */
export interface Stretch extends Span { itemId: string }

/** Milliseconds that an item was dealt with, up to `now`. */
export function dealtWithMs(course: readonly Stretch[], itemId: string, now: string): number {
  return presentMs(course.filter((stretch) => stretch.itemId === itemId), '', now)
}

/** How long somebody was there while an item was dealt with. */
export interface ItemPresence { personId: string, ms: number }

/**
 * For each item that was dealt with, who was there during it and how long, up to `now`: the common time of the person's
 * stays and the item's stretches. Who was not there for a moment of it is left out; persons stand as they do in `stays`.
 */
export function presenceByItem(stays: Readonly<Record<string, readonly Span[]>>, course: readonly Stretch[], now: string): Map<string, ItemPresence[]> {
  const stretches = new Map<string, Stretch[]>()
  for (const stretch of course) stretches.set(stretch.itemId, [...stretches.get(stretch.itemId) ?? [], stretch])
  return new Map([...stretches].map(([itemId, times]) => {
    const dealtWith = united(times)
    const present = Object.entries(stays).flatMap(([personId, theirs]): ItemPresence[] => {
      const ms = dealtWith.reduce((sum, { from, to }) => sum + presentMs(theirs, from, to ?? now), 0)
      return ms > 0 ? [{ personId, ms }] : []
    })
    return [itemId, present]
  }))
}
