import { generateKeyPairSync, randomUUID } from 'node:crypto'
import knex, { type Knex } from 'knex'
import type { ExportRecord, SignedHead } from '../../protocol/journal.ts'
import type { MoreRecords } from '../../server/journal/export.ts'
import { createSigner } from '../../server/journal/head.ts'
import { createJournal, type Command, type Journal, type JournalTuning, type RunOptions } from '../../server/journal/journal.ts'
import { verifyExport, type Verdict } from '../../server/journal/verify.ts'
import { openDatabase } from '../../server/platform/database.ts'
import { freshDatabase } from './postgres.ts'

/** One server process as far as the journal goes: a journal on a pool of its own. */
export interface Process { journal: Journal, db: Knex }

/** A database with journals on it, opened by as many processes as a test likes. */
export async function openArchive() {
  const database = await freshDatabase()
  const owner = knex({ client: 'pg', connection: database.ownerUrl, pool: { min: 0, max: 4 } })
  // The server's login without its role, which may end the login's connections.
  const login = knex({ client: 'pg', connection: database.appUrl, pool: { min: 0, max: 2 } })
  const signer = createSigner(generateKeyPairSync('ed25519').privateKey)
  const warnings: string[] = []
  const log = {
    warn: (_: unknown, message?: string) => { warnings.push(message ?? '') },
    error: (_: unknown, message?: string) => { warnings.push(message ?? '') },
  }
  const processes: Process[] = []
  // Stands for any domain's table.
  await owner.raw(`
    CREATE TABLE change (
      id uuid PRIMARY KEY, meeting_id uuid NOT NULL, parent_id uuid REFERENCES change DEFERRABLE INITIALLY DEFERRED
    );
    GRANT SELECT, INSERT ON change TO nghisu_app;`)

  function start(tuning: Partial<JournalTuning> = {}, max = 5): Process {
    const db = openDatabase(database.appUrl, { max })
    const process = { db, journal: createJournal({ db, signer, log, tuning }) }
    processes.push(process)
    return process
  }

  /** A new meeting with an empty journal. */
  async function meeting({ journal, db }: Process): Promise<string> {
    const meetingId = randomUUID()
    await db.transaction((trx) => journal.create(meetingId, trx, { actorId: null }, async () => {}))
    return meetingId
  }

  /** Kills the connections of server processes whose last statement is like this; returns how many. */
  async function kill(statement: string): Promise<number> {
    const { rowCount } = await login.raw<{ rowCount: number }>(`
      SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ ?`, [statement])
    return rowCount
  }

  return {
    owner, signer, warnings, start, meeting, kill,
    async close(): Promise<void> {
      for (const { journal, db } of processes) {
        await journal.close()
        await db.destroy()
      }
      await owner.destroy()
      await login.destroy()
      await database.drop()
    },
  }
}

export type Archive = Awaited<ReturnType<typeof openArchive>>

export async function exported(journal: Journal, meetingId: string, more?: MoreRecords): Promise<ExportRecord[]> {
  let text = ''
  for await (const piece of await journal.export(meetingId, more)) text += piece
  return JSON.parse(text)
}

/** Exports a journal and verifies it as an auditor would. */
export async function audited(
  journal: Journal, meetingId: string, heads: SignedHead[] = [], more?: MoreRecords,
): Promise<Verdict> {
  return await verifyExport(await exported(journal, meetingId, more), heads)
}

/** A command that changes one row and records it. */
export function change(label: string, id: string = randomUUID()): Command<{ id: string }> {
  return async (tx) => {
    await tx.trx('change').insert({ id, meeting_id: tx.meetingId })
    tx.append({ kind: 'change.made', data: { id, label }, audience: { scope: 'meeting' } })
    return { id }
  }
}

export function make(
  process: Process, meetingId: string, label: string, options: Partial<RunOptions> = {},
): Promise<{ id: string }> {
  return process.journal.run(meetingId, { actorId: null, fingerprint: { label }, ...options }, change(label))
}

/** The labels of a meeting's changes in the order of its journal, read as a member would. */
export async function labels(journal: Journal, meetingId: string): Promise<unknown[]> {
  const { entries } = await journal.read(meetingId, { personId: randomUUID(), office: true, items: 'all' }, undefined, 100_000)
  return entries.filter((entry) => entry.kind === 'change.made').map((entry) => entry.data.label)
}

/** Waits until something holds; fails with the test's own time limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => { setTimeout(resolve, 5) })
}
