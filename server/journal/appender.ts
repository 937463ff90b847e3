import type { Knex } from 'knex'
import { fold, type AnyReducer } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import { canonical, sha256, type ChainedEntry, type ChainHead } from './chain.ts'
import { asFailure, isConnectionLoss } from './failure.ts'
import type { Command, NewEntry, RunOptions, TogetherCommand } from './journal.ts'
import { plainJson, plainText } from './plain.ts'
import type { States } from './states.ts'
import { appendEntries, findResults, insertResults, lockHead, type KeptResult } from './store.ts'
import { createTx } from './transaction.ts'

/** Requests of one transaction, however few savepoints they share. */
const MOST_A_BATCH = 500

/** A command that waits for its turn. */
interface Waiting {
  options: RunOptions
  fingerprint: Buffer
  work: { command: Command<unknown> } | { together: TogetherCommand<unknown, unknown>, input: unknown }
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

  const run = <T>(meetingId: string, options: RunOptions, command: Command<T>): Promise<T> => wait(meetingId, options, { command })

  const runTogether = <I, T>(
    meetingId: string, { input, ...options }: RunOptions & { actorId: string, input: I }, command: TogetherCommand<I, T>,
  ): Promise<T> => wait(meetingId, options, { together: command as TogetherCommand<unknown, unknown>, input })

  async function wait<T>(meetingId: string, options: RunOptions, work: Waiting['work']): Promise<T> {
    if (closed) throw new AppError('databaseUnavailable')
    if (options.key !== undefined) plainText(options.key, 'key')
    const fingerprint = sha256(canonical(plainJson(options.fingerprint ?? null)))
    const result = new Promise((resolve, reject) => {
      enqueue(meetingId, { options, fingerprint, work, resolve, reject })
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
    while (queue.length) await settle(meetingId, queue.splice(0, nextBatch(queue, batchSize)))
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
      for (const group of grouped(commands)) {
        const [first] = group
        outcomes.push(...group.length > 1 ? await outcomesOf(batch, group) : first ? [await outcomeOf(batch, first)] : [])
      }
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

  /** What the same request was answered before, if it was. */
  function earlierOf(batch: Batch, { options: { actorId, key }, fingerprint }: Waiting): KeptResult | undefined {
    if (key === undefined) return undefined
    const earlier = [...batch.kept, ...batch.toKeep].find((kept) => kept.key === key && kept.actorId === actorId)
    if (earlier && !earlier.fingerprint.equals(fingerprint)) throw new AppError('idempotencyKeyReused')
    return earlier
  }

  async function perform(batch: Batch, waiting: Waiting): Promise<unknown> {
    const earlier = earlierOf(batch, waiting)
    if (earlier) return earlier.result
    const { options, work } = waiting
    const result = await inSavepoint(batch, options, async ({ tx, appendAs }) => {
      if ('command' in work) return await limited(() => work.command(tx), limitMs)
      const [answer] = await limited(() => work.together(tx, [askedBy(waiting, appendAs)]), limitMs)
      if (answer instanceof AppError) throw answer
      return answer
    }, options.key !== undefined)
    keepResult(batch, waiting, result)
    return result
  }

  /** Many of one command in one savepoint, but for those that repeat a request; where that breaks, each in its own. */
  async function outcomesOf(batch: Batch, group: Waiting[]): Promise<Outcome[]> {
    const outcomes = new Map<Waiting, Outcome>()
    const first = new Set<string>()
    const fresh = group.filter(({ options: { actorId, key } }) => {
      const name = JSON.stringify([actorId, key])
      const known = key !== undefined && (first.has(name) || batch.kept.some((kept) => kept.key === key && kept.actorId === actorId))
      first.add(name)
      return !known
    })
    try {
      const answers = await together(batch, fresh)
      fresh.forEach((waiting, index) => {
        const answer = answers[index]
        if (!(answer instanceof AppError)) keepResult(batch, waiting, answer)
        outcomes.set(waiting, answer instanceof AppError ? { error: answer } : { result: answer })
      })
    } catch (error) {
      if (isConnectionLoss(error)) throw error
    }
    const all: Outcome[] = []
    for (const waiting of group) all.push(outcomes.get(waiting) ?? await outcomeOf(batch, waiting))
    return all
  }

  /** Carries requests out together and gives what each is answered. */
  async function together(batch: Batch, group: readonly Waiting[]): Promise<unknown[]> {
    const [first] = group
    if (!first || !('together' in first.work)) return []
    const command = first.work.together
    return await inSavepoint(batch, { actorId: null }, async ({ tx, appendAs }) => {
      const given = await limited(() => command(tx, group.map((waiting) => askedBy(waiting, appendAs))), limitMs)
      return given.map((answer) => answer instanceof AppError ? answer : plainJson(answer ?? null))
    }, false)
  }

  type InHand = ReturnType<typeof createTx>
  async function inSavepoint<T>(batch: Batch, origin: RunOptions, act: (hand: InHand) => Promise<T>, plain: boolean): Promise<T> {
    const { result, written } = await batch.trx.transaction(async (trx) => {
      const hand = createTx({
        meetingId: batch.meetingId, trx, origin, now: now(), head: batch.head, stateBefore: (reducer) => stateIn(batch, reducer),
      })
      const answer = await act(hand).finally(hand.end)
      return { result: plain ? plainJson(answer ?? null) as T : answer, written: hand.written }
    }, { doNotRejectOnRollback: false })
    batch.written.push(...written)
    batch.head = written.at(-1) ?? batch.head
    return result
  }

  function keepResult(batch: Batch, { options: { actorId, key }, fingerprint }: Waiting, result: unknown): void {
    if (key !== undefined) batch.toKeep.push({ actorId, key, fingerprint, result })
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
    runTogether,
    /** Lets accepted commands finish and refuses further ones. */
    async close(): Promise<void> {
      closed = true
      await Promise.all(draining)
    },
  }
}

function askedBy({ options: { actorId }, work }: Waiting, appendAs: ReturnType<typeof createTx>['appendAs']) {
  if (actorId === null || !('together' in work)) throw new Error('a request of nobody')
  return { actorId, input: work.input, append: (entry: NewEntry) => appendAs(actorId, entry) }
}

/** Those next to each other that are carried out together; others alone. */
function grouped(commands: readonly Waiting[]): Waiting[][] {
  const groups: Waiting[][] = []
  for (const waiting of commands) {
    const last = groups.at(-1)?.[0]
    if (last && 'together' in last.work && 'together' in waiting.work && last.work.together === waiting.work.together) groups.at(-1)?.push(waiting)
    else groups.push([waiting])
  }
  return groups
}

/** How many of those that wait go into the next transaction: so many savepoints, each of one command or of many together. */
function nextBatch(queue: readonly Waiting[], savepoints: number): number {
  let count = 0
  for (const group of grouped(queue.slice(0, MOST_A_BATCH)).slice(0, savepoints)) count += group.length
  return count
}

/** A command that hangs must not hold the meeting's lock for ever. */
async function limited<T>(command: () => Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new AppError('databaseUnavailable', { reason: 'commandTookTooLong' })) }, limitMs)
  })
  try {
    return await Promise.race([command(), late])
  } finally {
    clearTimeout(timer)
  }
}
