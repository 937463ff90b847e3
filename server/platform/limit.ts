import { RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from './error.ts'

/** Turns what a limiter refuses with into `tooManyRequests`. */
export function tooManyRequests(refusal: unknown): never {
  if (!(refusal instanceof RateLimiterRes)) throw refusal
  throw new AppError('tooManyRequests', { retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) })
}
