import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'

/** What PostgreSQL itself takes on this machine at this moment: 16 clients, one row a transaction, into a table like that of ballots. */

const CLIENTS = 16
const TABLE = `
  CREATE TABLE IF NOT EXISTS bench_row (
    vote_id uuid NOT NULL, voter_id uuid NOT NULL, choice jsonb NOT NULL, cast_at timestamptz(3) NOT NULL, revision integer NOT NULL DEFAULT 1,
    PRIMARY KEY (vote_id, voter_id, revision)
  )`
const INSERT = `INSERT INTO bench_row (vote_id, voter_id, choice, cast_at) VALUES ('019a0000-0000-7000-8000-000000000000', gen_random_uuid(), '"approve"', now())`

export interface RowRate { rate: number, by: string }

/** Rows a second, over so many seconds: by pgbench where it is installed, else by a program of ours that does the same. */
export async function measureRows(url: string, seconds: number): Promise<RowRate> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(TABLE)
  await client.end()
  return pgbench(url, seconds) ?? await own(url, seconds)
}

function pgbench(url: string, seconds: number): RowRate | undefined {
  const version = spawnSync('pgbench', ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) return undefined
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-vote-'))
  try {
    const script = path.join(folder, 'insert.sql')
    writeFileSync(script, `${INSERT};\n`)
    const { hostname, port, username, password, pathname } = new URL(url)
    const done = spawnSync('pgbench', ['-n', '-f', script, '-c', String(CLIENTS), '-j', '2', '-T', String(seconds), pathname.slice(1)], {
      encoding: 'utf8', env: { ...process.env, PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password },
    })
    const rate = Number(/^tps = ([\d.]+)/m.exec(done.stdout)?.[1])
    if (!Number.isFinite(rate)) throw new Error(`pgbench said: ${done.stdout}${done.stderr}`)
    return { rate, by: `${version.stdout.trim()}, ${CLIENTS} clients, 2 threads` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function own(url: string, seconds: number): Promise<RowRate> {
  const clients = Array.from({ length: CLIENTS }, () => new pg.Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  const end = performance.now() + seconds * 1000
  let rows = 0
  await Promise.all(clients.map(async (client) => {
    while (performance.now() < end) {
      await client.query(INSERT)
      rows += 1
    }
  }))
  await Promise.all(clients.map((client) => client.end()))
  return { rate: rows / seconds, by: `a program of ours with ${CLIENTS} connections (pgbench is not installed)` }
}
