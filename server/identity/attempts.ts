import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { tooManyRequests } from '../platform/limit.ts'

/** How many attempts may fail within a time, before further ones are refused. */
export interface AttemptLimits {
  /** For one user name from one address. */
  perName: { points: number, duration: number }
  /** From one address, whatever the names: a whole office may share one. Durations in seconds. */
  perAddress: { points: number, duration: number }
}

const usual: AttemptLimits = {
  perName: { points: 10, duration: 15 * 60 },
  perAddress: { points: 100, duration: 15 * 60 },
}

/** Attempts at passwords and codes. */
export interface Attempts {
  /** Counts an attempt before it is looked at, so that many at once get no further. Throws `tooManyRequests`. */
  begin(name: string, address: string): Promise<Attempt>
}
export interface Attempt {
  /** Takes the count back. */
  succeeded(): Promise<void>
}

/** Counted in the database, so that neither a restart nor a second server gives more attempts. */
export function createAttempts(db: Knex, limits: AttemptLimits = usual): Attempts {
  const limiter = (keyPrefix: string, limit: { points: number, duration: number }) =>
    new RateLimiterPostgres({ storeClient: db, storeType: 'knex', tableName: 'attempt_limit', tableCreated: true, keyPrefix, ...limit })
  const perName = limiter('name', limits.perName)
  const perAddress = limiter('address', limits.perAddress)
  // Keys tell neither names nor addresses.
  const hashed = (text: string) => createHash('sha256').update(text).digest('hex')

  return {
    async begin(name, address) {
      const [nameKey, addressKey] = [hashed(`${name}\n${address}`), hashed(address)]
      await perAddress.consume(addressKey).catch(tooManyRequests)
      await perName.consume(nameKey).catch(tooManyRequests)
      return {
        async succeeded() {
          await perName.delete(nameKey)
          await perAddress.reward(addressKey)
        },
      }
    },
  }
}
