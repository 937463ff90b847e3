import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Claimed, ConversionStore } from './conversion.ts'
import { isIsolated } from './programs.ts'
import { missingPrograms, renderableTypes, type RenderFile } from './rendering.ts'

/** A claim that was not renewed for so long is another process's to take. */
const LEASE_MS = 45_000
const RENEW_MS = 15_000
/** A file whose conversion ended its whole server that often is not tried again. */
const MAX_ATTEMPTS = 3

export interface JobDeps {
  db: Knex
  store: ConversionStore
  render: RenderFile
  tellSettled(): Promise<void>
  log: Pick<Logger, 'warn' | 'error'>
  lanes?: number
  leaseMs?: number
}

/**
 * Makes files readable, one at a time a core. What there is to do stands in the table: a process that is killed loses its claim
 * after some seconds, and what it was at is begun anew by whoever looks next.
 */
export function createConversionJob({ db, store, render, tellSettled, log, lanes = availableParallelism(), leaseMs = LEASE_MS }: JobDeps) {
  const closing = new AbortController()
  const under = new Set<Promise<void>>()
  let lacking = ''

  async function convert(claimed: Claimed): Promise<void> {
    const stop = new AbortController()
    const renewing = setInterval(() => {
      store.renew(db, claimed, new Date(Date.now() + leaseMs))
        .then((ours) => { if (!ours) stop.abort(new Error('another process has taken over')) },
          (err: unknown) => log.warn({ err, sha256: claimed.sha256 }, 'a conversion could not renew its claim'))
    }, Math.min(RENEW_MS, leaseMs / 3))
    try {
      const signal = AbortSignal.any([closing.signal, stop.signal])
      const rendered = claimed.attempts > MAX_ATTEMPTS
        ? { status: 'failed' as const, problem: 'crashed' as const }
        : await render(claimed, signal)
      if (rendered.status !== 'ready') log.warn({ sha256: claimed.sha256, problem: rendered.problem }, 'a file was not made readable')
      await store.settle(db, claimed, rendered, new Date())
    } catch (err) {
      if (stop.signal.aborted) return
      if (closing.signal.aborted) return await store.release(db, claimed)
      log.error({ err, sha256: claimed.sha256 }, 'a conversion failed by itself; it is tried again')
      // Its claim runs out, and by that it waits for a while.
    } finally {
      clearInterval(renewing)
    }
    await tellSettled()
  }

  async function lane(): Promise<void> {
    while (!closing.signal.aborted) {
      const now = new Date()
      const claimed = await store.claim(db, randomUUID(), { now, until: new Date(now.getTime() + leaseMs) })
      if (!claimed) return
      await convert(claimed)
    }
  }

  /** Says once what the machine lacks, and again when that changes. */
  async function sayWhatIsLacking(): Promise<void> {
    const missing = await missingPrograms()
    const lacks = [...missing, ...await isIsolated() ? [] : ['unshare --net']].join(', ')
    if (lacks === lacking) return
    lacking = lacks
    if (missing.length > 0) log.warn({ missing }, 'programs are missing that make documents readable; docs/operations.md names their packages')
    if (!await isIsolated()) log.warn('programs that read documents cannot be kept from the network here')
  }

  return {
    /** Begins what is to do, as far as a lane is free, without waiting for its end: a long file keeps nobody from the other lanes. */
    async look(): Promise<void> {
      await tellSettled()
      await sayWhatIsLacking()
      const renderable = await renderableTypes()
      if (renderable.length > 0) await store.awaken(db, renderable)
      while (under.size < lanes && !closing.signal.aborted) {
        const working: Promise<void> = lane()
          .catch((err: unknown) => { log.error({ err }, 'conversions stopped; they go on at the next look') })
          .finally(() => under.delete(working))
        under.add(working)
      }
    },

    /** Once nothing is under way. */
    async idle(): Promise<void> {
      while (under.size > 0) await Promise.all(under)
    },

    /** Ends what is under way; it is begun anew after the next start. */
    async close(): Promise<void> {
      closing.abort(new Error('the server stops'))
      await Promise.all(under)
    },
  }
}
