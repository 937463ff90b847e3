import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import knex, { type Knex } from 'knex'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createKeyring } from './keyring.ts'
import { openVoteSecrets, type VoteSecrets } from './vote-secrets.ts'

let folder: string
let secrets: VoteSecrets
/** Votes whose box is not opened. */
const open = new Set<string>()
const unopened = async (_: Knex, voteIds: readonly string[]) => voteIds.filter((voteId) => open.has(voteId))
const ring = (kept: VoteSecrets) => createKeyring({ db: knex({ client: 'pg' }), secrets: kept, unopened, log: { warn: () => {} } })

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vote-secrets-'))
  secrets = await openVoteSecrets(folder, randomBytes(32))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function opened(): Promise<string> {
  const voteId = randomUUID()
  open.add(voteId)
  await secrets.make(voteId)
  return voteId
}

it('keeps no secret that was being read while it was destroyed', async () => {
  const voteId = await opened()
  let goOn: () => void = () => {}
  const waiting = new Promise<void>((resolve) => { goOn = resolve })
  const keyring = ring({ ...secrets, find: async (id) => { const keys = await secrets.find(id); await waiting; return keys } })
  const reading = keyring.find(voteId)
  open.delete(voteId)
  await keyring.sweep(new Date(Date.now() + 1000))
  goOn()
  expect(await reading).toBeUndefined()
  await expect(keyring.require(voteId)).rejects.toMatchObject({ code: 'ballotBoxLost' })
})

it('forgets what another process destroyed', async () => {
  const voteId = await opened()
  const [one, other] = [ring(secrets), ring(secrets)]
  expect(await other.find(voteId)).toBeDefined()
  open.delete(voteId)
  one.destroySoon(voteId)
  await vi.waitFor(async () => expect(await secrets.find(voteId)).toBeUndefined())
  expect(await other.find(voteId)).toBeDefined()
  await other.sweep(new Date())
  expect(await other.find(voteId)).toBeUndefined()
})

it('keeps the secrets of votes that are open, and of those that are just being opened', async () => {
  const [voteId, coming] = [await opened(), randomUUID()]
  await secrets.make(coming)
  const keyring = ring(secrets)
  await keyring.sweep(new Date(Date.now() - 60_000))
  expect([await keyring.find(voteId), await keyring.find(coming)].every((keys) => keys !== undefined)).toBe(true)
})
