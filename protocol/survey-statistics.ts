/**
 * The figures of surveys. Shares: Wilson score interval without continuity correction (Wilson 1927). Difference of two
 * independent shares: method 10 of Newcombe, Statistics in Medicine 17 (1998) 873–890. Mean: Student's t. Difference of two
 * means: Welch's t with the degrees of freedom of Welch and Satterthwaite. All intervals are two-sided.
 */

export interface Interval { low: number, high: number }
/** So many of so many. */
export interface Share { count: number, n: number }
/** Sample: how many, mean, and sample standard deviation (n − 1); null where there are too few for it. */
export interface Sample { n: number, mean: number | null, deviation: number | null }

/** Φ⁻¹. */
export function normalQuantile(p: number): number {
  let low = -40
  let high = 40
  // Bisection: sure, and quick enough for some hundreds of figures.
  for (let step = 0; step < 100 && high - low > 1e-13; step += 1) {
    const middle = (low + high) / 2
    if (normalBelow(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Φ, by the incomplete gamma function. */
function normalBelow(z: number): number {
  const half = lowerGamma(0.5, z * z / 2) / 2
  return z < 0 ? 0.5 - half : 0.5 + half
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
]

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x)
  const t = x + 6.5
  const sum = LANCZOS.reduce((total, coefficient, index) => total + coefficient / (x + index), 0.99999999999980993)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** The regularised lower incomplete gamma function: by its series below a + 1, by Lentz's continued fraction above. */
function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = 1; n < 500 && term > sum * 1e-16; n += 1) {
      term *= x / (a + n)
      sum += term
    }
    return front * sum
  }
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 500; n += 1) {
    const an = -n * (n - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < 1e-16) break
  }
  return 1 - front * fraction
}

/** The regularised incomplete beta function, by Lentz's continued fraction. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const away = (value: number) => Math.abs(value) < 1e-300 ? 1e-300 : value
  let c = 1
  let d = 1 / away(1 - (a + b) * x / (a + 1))
  let fraction = d
  for (let m = 1; m < 500; m += 1) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= d * c
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < 1e-16) break
  }
  return front * fraction
}

function studentBelow(t: number, df: number): number {
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2
  return t < 0 ? tail : 1 - tail
}

/** The quantile of Student's t, degrees of freedom not necessarily whole. */
export function studentQuantile(p: number, df: number): number {
  let high = 1
  while (studentBelow(high, df) < Math.max(p, 1 - p)) high *= 2
  let low = 0
  for (let step = 0; step < 100 && high - low > 1e-13 * high; step += 1) {
    const middle = (low + high) / 2
    if (studentBelow(middle, df) < Math.max(p, 1 - p)) low = middle
    else high = middle
  }
  const value = (low + high) / 2
  return p < 0.5 ? -value : value
}

const upper = (confidence: number) => 1 - (1 - confidence) / 2

/** Null of nobody. */
export function wilson(count: number, n: number, confidence: number): Interval | null {
  if (n === 0) return null
  const z = normalQuantile(upper(confidence))
  const share = count / n
  const centre = share + z * z / (2 * n)
  const reach = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
  const by = 1 + z * z / n
  return { low: count === 0 ? 0 : (centre - reach) / by, high: count === n ? 1 : (centre + reach) / by }
}

/** How much greater the second share is than the first. */
export function newcombe(before: Share, after: Share, confidence: number): { difference: number } & Interval | null {
  const first = wilson(before.count, before.n, confidence)
  const second = wilson(after.count, after.n, confidence)
  if (!first || !second) return null
  const [p, q] = [before.count / before.n, after.count / after.n]
  return {
    difference: q - p,
    low: q - p - Math.hypot(q - second.low, first.high - p),
    high: q - p + Math.hypot(second.high - q, p - first.low),
  }
}

export function sampleOf(values: readonly number[]): Sample {
  const n = values.length
  if (n === 0) return { n, mean: null, deviation: null }
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  return { n, mean, deviation: n < 2 ? null : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) }
}

/** Of the mean; null of fewer than two. */
export function meanInterval({ n, mean, deviation }: Sample, confidence: number): Interval | null {
  if (mean === null || deviation === null) return null
  const reach = studentQuantile(upper(confidence), n - 1) * deviation / Math.sqrt(n)
  return { low: mean - reach, high: mean + reach }
}

/** How much greater the second mean is; null where one sample has fewer than two. Where nothing varies the interval is a point. */
export function welch(before: Sample, after: Sample, confidence: number): { difference: number } & Interval | null {
  if (before.mean === null || after.mean === null || before.deviation === null || after.deviation === null) return null
  const difference = after.mean - before.mean
  const [a, b] = [before.deviation ** 2 / before.n, after.deviation ** 2 / after.n]
  if (a + b === 0) return { difference, low: difference, high: difference }
  const df = (a + b) ** 2 / (a * a / (before.n - 1) + b * b / (after.n - 1))
  const reach = studentQuantile(upper(confidence), df) * Math.sqrt(a + b)
  return { difference, low: difference - reach, high: difference + reach }
}
