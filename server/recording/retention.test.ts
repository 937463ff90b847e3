import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { knex } from 'knex'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openRecordingFolders, type RecordingFolders } from './folders.ts'
import type { RecordingsStore } from './recording.ts'
import { createRetention } from './retention.ts'

let dataDir: string
let folders: RecordingFolders
const statuses = new Map<string, 'recording' | 'composing' | 'ready' | 'failed'>()

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'retention-'))
  folders = await openRecordingFolders(dataDir)
  statuses.clear()
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

function retention(own: RecordingFolders, warn = vi.fn()) {
  const never = () => { throw new Error('not to be asked here') }
  const store: RecordingsStore = { insert: never, advance: never, find: never, unfinished: never, expired: async () => [], kept: async () => statuses }
  return createRetention({ db: knex({ client: 'pg' }), journal: { run: never }, store, folders: own, log: { warn } })
}

test('the hourly round leaves of each recording what its state needs', async () => {
  const left = async (id: string) => await readdir(path.join(folders.root, id)).catch(() => 'nothing')
  const ids = { ready: randomUUID(), composing: randomUUID(), failed: randomUUID(), deleted: randomUUID() }
  for (const id of Object.values(ids)) {
    await mkdir(folders.raw(id), { recursive: true })
    await mkdir(folders.work(id))
  }
  for (const status of ['ready', 'composing', 'failed'] as const) statuses.set(ids[status], status)
  await retention(folders).deleteExpired(new Date())
  expect(await left(ids.ready)).toEqual([])
  expect(await left(ids.composing)).toEqual(['raw', 'work'])
  expect(await left(ids.failed)).toEqual(['raw', 'work'])
  expect(await left(ids.deleted)).toBe('nothing')
})

test('raw files that cannot be removed are told of, and fail nothing', async () => {
  const warn = vi.fn()
  const broken = { ...folders, removeParts: () => Promise.reject(new Error('busy')) }
  await expect(retention(broken, warn).removeParts(randomUUID())).resolves.toBeUndefined()
  expect(warn).toHaveBeenCalledOnce()
})
