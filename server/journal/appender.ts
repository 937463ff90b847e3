import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { fold, type AnyReducer } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import { canonical, type ChainedEntry, type ChainHead } from './chain.ts'
import { asFailure, isConnectionLoss } from './failure.ts'
import type { Command, JournalTx, RunOptions } from './journal.ts'
import { plainJson, plainText } from './plain.ts'
import type { States } from './states.ts'
import { appendEntries, findResults, insertResults, lockHead, type KeptResult } from './store.ts'
import { createTx } from './transaction.ts'

/** A command that waits for its turn. */
interface Waiting {
  options: RunOptions
  fingerprint: Buffer
  command: Command<unknown>
  resolve(result: unknown): void
  reject(error: unknown): void
}

type Outcome = { result: unknown } | { error: unknown }

/** What a batch has done so far; `head` is where the next command's entries go. */
interface Batch {
  meetingId: string
  trx: Knex.Transaction
  start: ChainHead
  head: ChainHead
  written: ChainedEntry[]
  kept: KeptResult[]
  toKeep: KeptResult[]
  /** States folded over `written`, by reducer, so that a burst of commands does not fold the batch over and over. */
  folded: Map<string, { state: unknown, count: number }>
}

/**
 * One appender for every meeting in use: its waiting commands go into one transaction under the meeting's lock, in the
 * order they came, and are answered after its commit. A meeting has one transaction at a time here and so at most one
 * connection; however busy it is, other meetings get theirs.
 */
export function createAppender(deps: {
  db: Knex
  states: States
  now: () => Date
  /** Commands a transaction. Above 64 subtransactions PostgreSQL no longer keeps them in shared memory. */
  batchSize: number
  /** Commands that may wait for one meeting. */
  queueSize: number
  /** A command, and each of its statements, may take this long before the meeting goes on without it. */
  limitMs: number
  committed(meetingId: string, entries: ChainedEntry[]): void
}) {
  const { db, states, now, batchSize, queueSize, limitMs, committed } = deps
  const queues = new Map<string, Waiting[]>()
  const draining = new Set<Promise<void>>()
  let closed = false

  async function run<T>(meetingId: string, options: RunOptions, command: Command<T>): Promise<T> {
    if (closed) throw new AppError('databaseUnavailable')
    if (options.key !== undefined) plainText(options.key, 'key')
    const fingerprint = createHash('sha256').update(canonical(plainJson(options.fingerprint ?? null))).digest()
    const result = new Promise((resolve, reject) => {
      enqueue(meetingId, { options, fingerprint, command, resolve, reject })
    })
    return await result as T
  }

  function enqueue(meetingId: string, waiting: Waiting): void {
    const queue = queues.get(meetingId)
    if (!queue) {
      queues.set(meetingId, [waiting])
      const drained = drain(meetingId).finally(() => draining.delete(drained))
      draining.add(drained)
    } else if (queue.length >= queueSize) {
      waiting.reject(new AppError('tooManyRequests', { retryAfterSeconds: 1 }))
    } else {
      queue.push(waiting)
    }
  }

  async function drain(meetingId: string): Promise<void> {
    const queue = queues.get(meetingId) ?? []
    await null // commands given in the same turn of the event loop go together
    while (queue.length) await settle(meetingId, queue.splice(0, batchSize))
    queues.delete(meetingId)
  }

  async function settle(meetingId: string, batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await commit(meetingId, batch)
      batch.forEach((waiting, index) => {
        const outcome = outcomes[index]
        if (outcome && 'result' in outcome) waiting.resolve(outcome.result)
        else waiting.reject(outcome?.error)
      })
    } catch (error) {
      // What broke the transaction as a whole without taking the connection, such as a deferred constraint, comes from one
      // of the commands: each alone, the others succeed.
      if (batch.length > 1 && !isConnectionLoss(error) && !(error instanceof AppError)) {
        for (const waiting of batch) await settle(meetingId, [waiting])
      } else {
        for (const waiting of batch) waiting.reject(asFailure(error))
      }
    }
  }

  async function commit(meetingId: string, commands: Waiting[]): Promise<Outcome[]> {
    const { outcomes, written } = await db.transaction(async (trx) => {
      const start = await lockHead(trx, meetingId, limitMs)
      if (!start) throw new AppError('meetingNotFound')
      const keys = commands.flatMap(({ options }) => options.key ?? [])
      const kept = await findResults(trx, meetingId, keys)
      const batch: Batch = { meetingId, trx, start, head: start, written: [], kept, toKeep: [], folded: new Map() }
      const outcomes: Outcome[] = []
      for (const waiting of commands) outcomes.push(await outcomeOf(batch, waiting))
      await appendEntries(trx, meetingId, batch.written)
      await insertResults(trx, meetingId, now(), batch.toKeep)
      // COMMIT of a broken transaction rolls it back without an error; any statement before it tells.
      if (!batch.written.length && !batch.toKeep.length) await trx.raw('SELECT')
      return { outcomes, written: batch.written }
    }, { isolationLevel: 'read committed' })
    committed(meetingId, written)
    return outcomes
  }

  async function outcomeOf(batch: Batch, waiting: Waiting): Promise<Outcome> {
    try {
      return { result: await perform(batch, waiting) }
    } catch (error) {
      if (isConnectionLoss(error)) throw error
      return { error: asFailure(error) }
    }
  }

  async function perform(batch: Batch, { options, fingerprint, command }: Waiting): Promise<unknown> {
    const { actorId, key } = options
    const earlier = [...batch.kept, ...batch.toKeep].find((kept) => kept.key === key && kept.actorId === actorId)
    if (earlier && !earlier.fingerprint.equals(fingerprint)) throw new AppError('idempotencyKeyReused')
    if (earlier) return earlier.result

    const { result, written } = await batch.trx.transaction(async (trx) => {
      const { tx, written, end } = createTx({
        meetingId: batch.meetingId, trx, origin: options, now: now(), head: batch.head,
        stateBefore: (reducer) => stateIn(batch, reducer),
      })
      const answer = await limited(command, tx, limitMs).finally(end)
      return { result: key === undefined ? answer : plainJson(answer ?? null), written }
    }, { doNotRejectOnRollback: false })

    batch.written.push(...written)
    batch.head = written.at(-1) ?? batch.head
    if (key !== undefined) batch.toKeep.push({ actorId, key, fingerprint, result })
    return result
  }

  async function stateIn<S>(batch: Batch, reducer: AnyReducer<S>): Promise<S> {
    const known = batch.folded.get(reducer.name)
    const before = known
      ? { state: known.state as S, count: known.count }
      : { state: (await states.at(batch.trx, batch.meetingId, reducer, batch.start.seq)).state, count: 0 }
    const state = fold(reducer, batch.written.slice(before.count), before.state)
    batch.folded.set(reducer.name, { state, count: batch.written.length })
    return state
  }

  return {
    run,
    /** Lets accepted commands finish and refuses further ones. */
    async close(): Promise<void> {
      closed = true
      await Promise.all(draining)
    },
  }
}

/** A command that hangs must not hold the meeting's lock for ever. */
async function limited<T>(command: Command<T>, tx: JournalTx, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new AppError('databaseUnavailable', { reason: 'commandTookTooLong' })) }, limitMs)
  })
  try {
    return await Promise.race([command(tx), late])
  } finally {
    clearTimeout(timer)
  }
}
