/** Values in ascending order, as the functions below want them. */
export type Sorted = Float64Array

export const sorted = (values: Iterable<number>): Sorted => Float64Array.from(values).sort()

/** The smallest value that at least `share` (0 … 1) of all values do not exceed (nearest rank). NaN of nothing. */
export function percentile(values: Sorted, share: number): number {
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN
}

/** The middle value, or the mean of the two in the middle. NaN of nothing. */
export function median(values: Iterable<number>): number {
  const ordered = sorted(values)
  const middle = Math.floor(ordered.length / 2)
  const upper = ordered[middle] ?? Number.NaN
  return ordered.length % 2 === 1 ? upper : ((ordered[middle - 1] ?? Number.NaN) + upper) / 2
}

export interface Spread { median: number; low: number; high: number; n: number }

export function spread(values: number[]): Spread {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values), n: values.length }
}
