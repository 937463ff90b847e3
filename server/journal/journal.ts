import type { Knex } from 'knex'
import type { Logger } from 'pino'
import {
  canSee, type AnyReducer, type Audience, type EntryPage, type SignedHead, type Snapshot, type TextBodies, type TextRef,
  type Viewer, type VisibleEntry,
} from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import { createAppender } from './appender.ts'
import type { ChainedEntry } from './chain.ts'
import { createCursors } from './cursor.ts'
import { createExports, type MoreRecords } from './export.ts'
import { createFeed, type FeedTiming } from './feed.ts'
import { createHeadSigning, type Signer } from './head.ts'
import { createRecent } from './recent.ts'
import { createStates, type Folded } from './states.ts'
import { appendEntries, deleteResults, findHead, insertHead } from './store.ts'
import { createTextLoader } from './texts.ts'
import { createTx } from './transaction.ts'

/** What a command writes down. `data` is plain JSON: ids, facts and text references, never a name or free text. */
export interface NewEntry {
  kind: string
  data: object
  audience: Audience
  /** When it happened, if not now: an absence is back-dated to the cut. */
  at?: Date | undefined
}

/** What a command has in hand while it runs, under the lock of its meeting. */
export interface JournalTx {
  meetingId: string
  actorId: string | null
  /** The moment that the command records; the same for all its entries unless they say otherwise. */
  at: Date
  /** A savepoint of the transaction that the entries are written in. Make every change with it; never keep it. */
  trx: Knex.Transaction
  /** Writes an entry. Throws `entryInvalid` (details `path`, `reason`) for what JSON or the database could not hold. */
  append(entry: NewEntry): void
  /** Keeps an erasable text of this meeting and gives the reference to put into an entry's data. */
  text(body: string): Promise<TextRef>
  /** The bodies of all texts of this meeting that a value refers to; null where a text was erased. */
  bodies(value: unknown): Promise<TextBodies>
  /**
   * Erases the body and key of a text for good, and records that in an entry for `audience`, which should be the one of
   * the entries that the text stands in. Throws `notFound` for a text that this meeting has not or no longer has.
   */
  eraseText(textId: string, audience: Audience): Promise<void>
  /** The state including what this command and those before it have written. */
  state<S>(reducer: AnyReducer<S>): Promise<S>
}

/** Must be free of effects outside `tx`: it is run again when it shared a batch with one that broke the transaction. */
export type Command<T> = (tx: JournalTx) => Promise<T>

/** One of the requests that a command for several carries out. */
export interface Asked<I> {
  actorId: string
  input: I
  /** Writes an entry of this actor. */
  append(entry: NewEntry): void
}

/**
 * A command for many requests of one kind that came at the same time: in one savepoint, with statements for all of them. Gives,
 * in their order, what each is answered, or the error of one that is refused, which must have changed nothing. What it throws
 * is of no request in particular: each is then carried out alone. Must be free of effects outside `tx`.
 */
export type TogetherCommand<I, T> = (tx: Omit<JournalTx, 'append' | 'actorId'>, asked: readonly Asked<I>[]) => Promise<(T | AppError)[]>

export interface Origin {
  /** Who acts; null when the system itself does. */
  actorId: string | null
  at?: Date | undefined
}

export interface RunOptions extends Origin {
  /** Made by the client: with the same key an actor's command is carried out once in a meeting, and answered alike. */
  key?: string | undefined
  /** What is asked (plain JSON). The same key with another one is refused with `idempotencyKeyReused`. */
  fingerprint?: unknown
}

export interface Journal {
  /** Starts a meeting's chain in the transaction that creates the meeting; the command may write its first entries. */
  create<T>(meetingId: string, trx: Knex.Transaction, origin: Origin, command: Command<T>): Promise<T>
  /**
   * Carries out a command and settles after its commit, so that what it answered is durable. Waiting commands of a
   * meeting share a transaction, each in a savepoint of its own. With a key the result must be plain JSON: ids and
   * figures, no personal data. Throws what the command throws, `meetingNotFound`, `idempotencyKeyReused`, or
   * `databaseUnavailable`: then it is unknown whether it was carried out, and a retry with the same key is safe.
   */
  run<T>(meetingId: string, options: RunOptions, command: Command<T>): Promise<T>
  /** As `run`, for requests that are carried out together with whatever others of the same command wait at the moment. */
  runTogether<I, T>(meetingId: string, options: RunOptions & { actorId: string, input: I }, command: TogetherCommand<I, T>): Promise<T>
  /**
   * At most `limit` entries that the viewer may see, after the cursor or from the beginning. The cursor moves on past
   * what is hidden, so send a client nothing at all when `entries` is empty. Throws `meetingNotFound`, or `invalidCursor`
   * for one that was tampered with, given to another person, for another meeting or under other rights: take a snapshot.
   * With `upTo`, another cursor of the same viewer, not beyond that one: so readers are brought to the same moment.
   */
  read(meetingId: string, viewer: Viewer, cursor?: string, limit?: number, upTo?: string): Promise<EntryPage>
  /**
   * The cursor of the same moment for another viewer: for one who up to then saw the same. Throws `invalidCursor` for one that
   * is not `viewer`'s.
   */
  cursorFor(meetingId: string, viewer: Viewer, cursor: string, other: Viewer): string
  /** The state as the viewer may see it, and the cursor to read on from. Throws `meetingNotFound`. */
  snapshot<S>(meetingId: string, viewer: Viewer, reducer: AnyReducer<S>): Promise<Snapshot<S>>
  /** The whole state, whoever may see it. Do not change it: it is shared. Throws `meetingNotFound`. */
  state<S>(meetingId: string, reducer: AnyReducer<S>): Promise<S>
  /** Calls `listener` when there may be entries to read: once at first, then after commits of any process. Returns the end. */
  subscribe(meetingId: string, listener: () => void): () => void
  /** Throws `meetingNotFound`, and `internal` when the journal no longer leads through the head signed before. */
  signHead(meetingId: string): Promise<SignedHead>
  /**
   * The auditor's export as pieces of one JSON file (`ExportRecord`), as of one moment, with what `more` adds. Throws
   * `meetingNotFound`, `tooManyRequests` while others are read, and as `signHead` does.
   */
  export(meetingId: string, more?: MoreRecords): Promise<AsyncIterable<string>>
  /** Forgets the results kept for keys used before then; returns how many. */
  forgetKeys(before: Date): Promise<number>
  /** Lets the commands that were accepted finish, refuses further ones with `databaseUnavailable`, and stops listening. */
  close(): Promise<void>
}

export interface JournalTuning {
  batchSize: number
  queueSize: number
  commandLimitMs: number
  snapshotEvery: number
  timing: FeedTiming
}

const usual: JournalTuning = {
  batchSize: 60, queueSize: 10_000, commandLimitMs: 10_000, snapshotEvery: 200, timing: { notifyMs: 5, pollMs: 5000 },
}

/** The journal of every meeting, on a pool of the application's role. One a process; `close` it before the pool. */
export function createJournal(deps: {
  db: Knex
  signer: Signer
  log: Pick<Logger, 'warn' | 'error'>
  now?: () => Date
  tuning?: Partial<JournalTuning>
}): Journal {
  const { db, signer, log, now = () => new Date() } = deps
  const tuning = { ...usual, ...deps.tuning }
  const recent = createRecent(db)
  const states = createStates({ db, recent, secret: signer.secret('snapshots'), snapshotEvery: tuning.snapshotEvery, log })
  const cursors = createCursors(signer.secret('cursors'))
  const bodiesIn = createTextLoader(db)
  const feed = createFeed({ db, log, timing: tuning.timing })
  const signHead = createHeadSigning({ db, signer, log, now })
  const openExport = createExports({ db, signer, signHead, now })
  const appender = createAppender({
    db, states, now, batchSize: tuning.batchSize, queueSize: tuning.queueSize, limitMs: tuning.commandLimitMs,
    committed(meetingId, entries) {
      const last = entries.at(-1)
      if (!last) return
      recent.remember(meetingId, entries)
      feed.committed(meetingId, last.seq)
    },
  })

  /** How far a reader may read: what this process knows of a meeting that it follows, else what the database says. */
  async function position(meetingId: string, atLeast = 0): Promise<number> {
    const known = feed.position(meetingId)
    if (known !== undefined && known >= atLeast) return known
    const head = await findHead(db, meetingId)
    if (!head) throw new AppError('meetingNotFound')
    return head.seq
  }

  async function folded<S>(meetingId: string, reducer: AnyReducer<S>): Promise<Folded<S>> {
    return await states.at(db, meetingId, reducer, await position(meetingId))
  }

  return {
    run: appender.run,
    runTogether: appender.runTogether,
    subscribe: feed.subscribe,
    signHead: (meetingId) => signHead(meetingId),
    export: (meetingId, more = async () => []) => openExport(meetingId, more),
    forgetKeys: (before) => deleteResults(db, before),

    async create(meetingId, trx, origin, command) {
      const head = await insertHead(trx, meetingId)
      const { tx, written, end } = createTx({
        meetingId, trx, origin, now: now(), head, stateBefore: async (reducer) => reducer.initial(),
      })
      const result = await command(tx).finally(end)
      await appendEntries(trx, meetingId, written)
      return result
    },

    async read(meetingId, viewer, cursor, limit = 500, upTo?) {
      const start = cursor === undefined ? 0 : cursors.open(meetingId, viewer, cursor)
      const end = upTo === undefined ? await position(meetingId, start) : cursors.open(meetingId, viewer, upTo)
      // Further than the journal itself: the database was put back to an earlier moment.
      if (start > end) throw new AppError('invalidCursor')
      const entries: VisibleEntry[] = []
      let seq = start
      scan: for await (const page of recent.between(db, meetingId, start, end)) {
        for (const entry of page) {
          if (entries.length === limit) break scan
          seq = entry.seq
          if (canSee(entry.audience, viewer)) entries.push(visible(entry))
        }
      }
      return { entries, texts: await bodiesIn(meetingId, entries), cursor: cursors.issue(meetingId, viewer, seq) }
    },

    cursorFor: (meetingId, viewer, cursor, other) => cursors.issue(meetingId, other, cursors.open(meetingId, viewer, cursor)),

    async snapshot(meetingId, viewer, reducer) {
      const { state, seq } = await folded(meetingId, reducer)
      const seen = reducer.project(state, viewer)
      return { state: seen, texts: await bodiesIn(meetingId, seen), cursor: cursors.issue(meetingId, viewer, seq) }
    },

    async state(meetingId, reducer) {
      return (await folded(meetingId, reducer)).state
    },

    async close() {
      await appender.close()
      await states.settled()
      await feed.close()
    },
  }
}

/** The entry without its place in the chain, which would tell how much else there is. */
function visible({ at, actorId, kind, data, audience }: ChainedEntry): VisibleEntry {
  return { at, actorId, kind, data, audience }
}
