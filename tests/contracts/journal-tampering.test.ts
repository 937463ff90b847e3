import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { down } from '../../migrations/202611240100_journal.ts'
import type { SignedHead } from '../../protocol/journal.ts'
import { chain, genesis, type ChainedEntry } from '../../server/journal/chain.ts'
import { createSigner } from '../../server/journal/head.ts'
import { appendEntries, findEntries } from '../../server/journal/store.ts'
import { verifyExport } from '../../server/journal/verify.ts'
import { audited, exported, make, openArchive, type Archive, type Process } from '../support/journal.ts'

let archive: Archive
let server: Process
const everyone = { scope: 'meeting' } as const
const office = { scope: 'office' } as const

beforeAll(async () => {
  archive = await openArchive()
  server = archive.start()
})
afterAll(() => archive.close())

const LENGTH = 8

interface Story { meetingId: string, textIds: string[], heads: SignedHead[] }

/** A meeting of eight entries, each with a text; `heads[n]` is the head that somebody kept after `n` entries. */
async function story(): Promise<Story> {
  const meetingId = await archive.meeting(server)
  const heads = [await server.journal.signHead(meetingId)]
  const textIds: string[] = []
  for (let index = 0; index < LENGTH; index++) {
    await server.journal.run(meetingId, { actorId: randomUUID() }, async (tx) => {
      const text = await tx.text(`lời ${index}`)
      textIds.push(text.$text)
      tx.append({ kind: 'message.sent', data: { text, index }, audience: everyone })
    })
    heads.push(await server.journal.signHead(meetingId))
  }
  return { meetingId, textIds, heads }
}

describe('without the owner’s help', () => {
  const tables = ['journal_entry', 'journal_head', 'journal_text']
  const statements: [string, (meetingId: string) => string][] = [
    ...tables.flatMap((table): [string, (id: string) => string][] => [
      [`delete from ${table}`, (id) => `DELETE FROM ${table} WHERE meeting_id = '${id}'`],
      [`truncate ${table}`, () => `TRUNCATE ${table} CASCADE`],
    ]),
    ['update an entry', (id) => `UPDATE journal_entry SET data = '{}' WHERE meeting_id = '${id}'`],
    ['update no entry', () => 'UPDATE journal_entry SET data = data WHERE false'],
    ['move an entry', (id) => `UPDATE journal_entry SET seq = seq + 100 WHERE meeting_id = '${id}'`],
    ['set a head back', (id) => `UPDATE journal_head SET seq = 1 WHERE meeting_id = '${id}'`],
    ['change a head', (id) => `UPDATE journal_head SET hash = sha256('x') WHERE meeting_id = '${id}'`],
    ['change a text', (id) => `UPDATE journal_text SET body = 'khác' WHERE meeting_id = '${id}'`],
    ['give a text another key', (id) => `UPDATE journal_text SET key = sha256('x') WHERE meeting_id = '${id}'`],
    ['erase half of a text', (id) => `UPDATE journal_text SET body = NULL, erased_at = now() WHERE meeting_id = '${id}'`],
  ]
  it.each(statements)('neither the application role nor the owner may %s', async (_, statement) => {
    const { meetingId, heads } = await story()
    for (const db of [server.db, archive.owner]) {
      await expect(db.raw(statement(meetingId))).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|23514)$/) })
    }
    expect(await audited(server.journal, meetingId, heads)).toMatchObject({ findings: [], entries: LENGTH, heads: LENGTH + 1 })
  })

  it('an erased text is not brought back, and no trigger sleeps when a replica’s would', async () => {
    const { meetingId, textIds: [id = ''] } = await story()
    await server.journal.run(meetingId, { actorId: null }, (tx) => tx.eraseText(id, everyone))
    for (const db of [server.db, archive.owner]) {
      await expect(db('journal_text').where({ id }).update({ body: 'lại', key: Buffer.alloc(32), erased_at: null })).rejects
        .toMatchObject({ code: '42501' })
    }
    const { rows } = await archive.owner.raw(`SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgname LIKE 'journal%'`)
    expect(rows).toEqual([{ tgenabled: 'A' }])
  })

  it('the application role may neither drop a trigger nor turn it off', async () => {
    for (const statement of [
      'DROP TRIGGER journal_entry_append_only ON journal_entry', 'ALTER TABLE journal_entry DISABLE TRIGGER USER',
      'DROP TABLE journal_entry CASCADE', 'SET session_replication_role = replica',
      'CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    ]) {
      await expect(server.db.raw(statement)).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('a step back of the migrations does not take a journal with it', async () => {
    const { meetingId } = await story()
    await expect(archive.owner.transaction((trx) => down(trx))).rejects.toThrow(/holds entries/)
    expect((await audited(server.journal, meetingId)).entries).toBe(LENGTH)
  })
})

describe('an owner who drops the triggers', () => {
  let owner: Archive['owner']
  let fresh: Process
  beforeAll(async () => {
    // A process that never saw the true history.
    fresh = archive.start()
    owner = archive.owner
    await owner.raw(`
      DROP TRIGGER journal_entry_append_only ON journal_entry; DROP TRIGGER journal_head_stays ON journal_head;
      DROP TRIGGER journal_head_grows ON journal_head; DROP TRIGGER journal_text_stays ON journal_text;
      DROP TRIGGER journal_text_only_erased ON journal_text;`)
  })

  const at = (meetingId: string, seq: number) => owner('journal_entry').where({ meeting_id: meetingId, seq })
  const after = (meetingId: string, seq: number) => owner('journal_entry').where('meeting_id', meetingId).where('seq', '>', seq)
  const text = (id: string | undefined) => owner('journal_text').where({ id: id ?? null })

  const plain: [string, (story: Story) => Promise<unknown>, object[]][] = [
    ['edits data', ({ meetingId }) => at(meetingId, 3).update({ data: '{"index":7}' }), [{ code: 'edited', seq: 3 }]],
    ['edits a time', ({ meetingId }) => at(meetingId, 3).update({ at: new Date(0) }), [{ code: 'edited', seq: 3 }]],
    ['edits an actor', ({ meetingId }) => at(meetingId, 3).update({ actor_id: null }), [{ code: 'edited', seq: 3 }]],
    ['edits a kind', ({ meetingId }) => at(meetingId, 3).update({ kind: 'message.taken' }), [{ code: 'edited', seq: 3 }]],
    ['edits an audience', ({ meetingId }) => at(meetingId, 3).update({ audience: '{"scope":"office"}' }),
      [{ code: 'edited', seq: 3 }]],
    ['edits a hash', ({ meetingId }) => at(meetingId, 3).update({ hash: Buffer.alloc(32) }),
      [{ code: 'unlinked', seq: 4 }, { code: 'edited', seq: 3 }]],
    ['deletes an entry', ({ meetingId }) => at(meetingId, 3).delete(), [{ code: 'deleted', seq: 3, upTo: 3 }]],
    ['deletes several', ({ meetingId }) => after(meetingId, 1).where('seq', '<=', 5).delete(),
      [{ code: 'deleted', seq: 2, upTo: 5 }]],
    ['deletes an entry and closes the gap', async ({ meetingId }) => {
      await at(meetingId, 3).delete()
      for (let seq = 4; seq <= LENGTH; seq++) await at(meetingId, seq).update({ seq: seq - 1 })
    }, [{ code: 'unlinked', seq: 3 }, ...[3, 4, 5, 6, 7].map((seq) => ({ code: 'moved', seq, writtenAt: seq + 1 }))]],
    ['swaps two entries', async ({ meetingId }) => {
      await at(meetingId, 3).update({ seq: 100 })
      await at(meetingId, 5).update({ seq: 3 })
      await at(meetingId, 100).update({ seq: 5 })
    }, [{ code: 'unlinked', seq: 3 }, { code: 'unlinked', seq: 4 }, { code: 'unlinked', seq: 5 }, { code: 'unlinked', seq: 6 },
      { code: 'moved', seq: 3, writtenAt: 5 }, { code: 'moved', seq: 5, writtenAt: 3 }]],
    ['cuts the tail', ({ meetingId }) => after(meetingId, 5).delete(),
      [{ code: 'exportCut' }]],
    ['takes an entry from another meeting', async ({ meetingId }) => {
      const other = await story()
      await at(meetingId, 3).delete()
      await at(other.meetingId, 3).update({ meeting_id: meetingId })
    }, [{ code: 'unlinked', seq: 3 }, { code: 'unlinked', seq: 4 }, { code: 'edited', seq: 3 }, { code: 'textMissing' }]],
    ['alters a text', ({ textIds: [id] }) => text(id).update({ body: 'khác' }), [{ code: 'textAltered' }]],
    ['gives a text another key', ({ textIds: [id] }) => text(id).update({ key: Buffer.alloc(32) }),
      [{ code: 'textAltered' }]],
    ['deletes a text', ({ textIds: [id] }) => text(id).delete(), [{ code: 'textMissing' }]],
    ['swaps two texts', async ({ textIds: [a, b] }) => {
      const [one, two] = [await text(a).first(), await text(b).first()]
      await text(a).update({ body: two.body, key: two.key })
      await text(b).update({ body: one.body, key: one.key })
    }, [{ code: 'textAltered' }, { code: 'textAltered' }]],
    ['erases a text without a record', ({ textIds: [id] }) => text(id).update({ body: null, key: null, erased_at: new Date() }),
      [{ code: 'textErasedUnrecorded' }]],
    ['brings an erased text back', async ({ meetingId, textIds: [id = ''] }) => {
      const before = await text(id).first()
      await server.journal.run(meetingId, { actorId: null }, (tx) => tx.eraseText(id, everyone))
      await text(id).update({ body: before.body, key: before.key, erased_at: null })
    }, [{ code: 'textNotErased' }]],
  ]
  it.each(plain)('%s: the chain alone tells', async (_, attack, findings) => {
    const victim = await story()
    await attack(victim)
    const { findings: found } = await audited(fresh.journal, victim.meetingId)
    expect(found).toMatchObject(findings)
    expect(found).toHaveLength(findings.length)
  })

  /** Rewrites the history of a meeting and hashes it anew from beginning to end, as perfectly as the server would have. */
  async function rewrite(meetingId: string, change: (entries: ChainedEntry[]) => ChainedEntry[]): Promise<void> {
    await owner.transaction(async (trx) => {
      const wanted = change(await findEntries(trx, meetingId, 0, Number.MAX_SAFE_INTEGER, 1000))
      await trx('journal_entry').where('meeting_id', meetingId).delete()
      const written: ChainedEntry[] = []
      for (const { at, actorId, kind, data, audience } of wanted) {
        written.push(chain(meetingId, written.at(-1) ?? genesis(meetingId), { at, actorId, kind, data, audience }))
      }
      const { seq, hash } = genesis(meetingId)
      await trx('journal_head').where('meeting_id', meetingId).update({ seq, hash: Buffer.from(hash, 'hex') })
      await appendEntries(trx, meetingId, written)
    })
  }

  const place = fc.integer({ min: 1, max: LENGTH })
  /** A rewriting of history, the same up to before entry `from`. */
  interface Rewriting { kind: string, from: number, change(entries: ChainedEntry[]): ChainedEntry[] }
  const changed = (seq: number, change: (entry: ChainedEntry) => ChainedEntry[]) => (entries: ChainedEntry[]) =>
    entries.flatMap((entry) => entry.seq === seq ? change(entry) : [entry])
  const swap = (a: number, b: number) => (entries: ChainedEntry[]) => {
    const placeOf = ({ seq }: ChainedEntry) => seq === a ? b : seq === b ? a : seq
    return entries.toSorted((one, two) => placeOf(one) - placeOf(two))
  }
  const rewriting = fc.oneof<fc.Arbitrary<Rewriting>[]>(
    place.map((from) => ({ kind: 'edit', from, change: changed(from, (entry) => [{ ...entry, data: { index: -1 } }]) })),
    place.map((from) => ({ kind: 'hide', from, change: changed(from, (entry) => [{ ...entry, audience: office }]) })),
    place.map((from) => ({ kind: 'delete', from, change: changed(from, () => []) })),
    place.map((from) => ({ kind: 'insert', from, change: changed(from, (entry) => [{ ...entry, actorId: null }, entry]) })),
    fc.tuple(place, place).filter(([a, b]) => a < b).map(([a, b]) => ({ kind: 'swap', from: a, change: swap(a, b) })),
    place.map((from) => ({ kind: 'cut', from, change: (entries) => entries.slice(0, from - 1) })),
  )

  it('and hashes everything anew is caught by every head kept after that point, and by no other means', async () => {
    await fc.assert(fc.asyncProperty(rewriting, async ({ from, change }) => {
      const { meetingId, heads } = await story()
      await rewrite(meetingId, change)
      const records = await exported(fresh.journal, meetingId)
      expect((await verifyExport(records, [])).findings).toEqual([]) // the false chain itself is without a flaw
      for (const [kept, head] of heads.entries()) {
        expect((await verifyExport(records, [head])).findings).toEqual(kept < from ? [] : [{ code: 'headMissing', head }])
      }
      // Also when the meeting has gone on since.
      await make(fresh, meetingId, 'later')
      expect((await audited(fresh.journal, meetingId, heads.slice(-1))).findings).toMatchObject([{ code: 'headMissing' }])
      // And the process that knows better does not put its name to it.
      const refused = { code: 'internal', details: { reason: 'journalRewritten' } }
      await expect(server.journal.signHead(meetingId)).rejects.toMatchObject(refused)
      await expect(exported(server.journal, meetingId)).rejects.toMatchObject(refused)
      expect(archive.warnings.at(-1)).toMatch(/rewritten/)
    }), { numRuns: 30 })
  })

  it('and signs with a key of their own is caught by the key that a kept head names', async () => {
    const { meetingId, heads: [, ...heads] } = await story()
    const impostor = createSigner(generateKeyPairSync('ed25519').privateKey)
    const records = await exported(server.journal, meetingId)
    const forged = records.map((record) => record.record === 'journal' ? { ...record, publicKey: impostor.publicKeyPem }
      : record.record === 'end' ? { ...record, head: impostor.sign(meetingId, record.head.hash, new Date()) } : record)
    const head = heads[0]
    const kept = heads.slice(0, 1)
    expect((await verifyExport(forged, kept)).findings).toEqual([{ code: 'keyUnknown', head }])
    expect((await verifyExport(forged, kept, archive.signer.publicKeyPem)).findings).toMatchObject([{ code: 'keyUnknown' }])
    expect((await verifyExport(forged, [])).findings).toEqual([])
  })
})

describe('npm run verify:journal', () => {
  async function verify(files: Record<string, unknown>, ...args: string[]): Promise<{ code: number | null, output: string }> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-verify-'))
    try {
      for (const [name, content] of Object.entries(files)) {
        await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
      }
      const cli = path.resolve(import.meta.dirname, '../../server/journal/verify-cli.ts')
      const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { PATH: '' } })
      let output = ''
      child.stdout.on('data', (data) => { output += String(data) })
      child.stderr.on('data', (data) => { output += String(data) })
      return { code: await new Promise((resolve) => { child.on('close', resolve) }), output }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  it('tells in plain words whether a journal is whole', async () => {
    const { meetingId, heads } = await story()
    const records = await exported(server.journal, meetingId)
    const head = heads[5]
    const good = await verify({ 'export.json': records, 'head.json': head }, 'export.json', 'head.json')
    expect(good.output).toContain('VERIFIED: the journal is whole, and leads through 1 kept head.')
    expect(good.code).toBe(0)
    const files = { 'public.pem': archive.signer.publicKeyPem, 'export.json': records, 'heads.json': heads }
    const all = await verify(files, 'export.json', 'heads.json', '--key', 'public.pem')
    expect(all.output).toContain('leads through 9 kept heads')
    expect(all.code).toBe(0)

    const cut = records.filter((record) => record.record !== 'entry' || record.seq < 5)
    const bad = await verify({ 'export.json': cut, 'head.json': head }, 'export.json', 'head.json')
    expect(bad.output).toContain('the end was cut off')
    expect(bad.output).toContain(`does not lead through the head kept on ${head?.at}`)
    expect(bad.code).toBe(1)
    const hash = head?.hash.toUpperCase() ?? ''
    expect(await verify({ 'export.json': records }, 'export.json', '--hash', hash)).toMatchObject({ code: 0 })
    const unknown = await verify({ 'export.json': cut }, 'export.json', '--hash', hash)
    expect(unknown.output).toContain('does not lead through the hash')
    expect(unknown.code).toBe(1)
    const redated = { ...head, at: new Date(0).toISOString() }
    const forged = await verify({ 'export.json': records, 'head.json': redated }, 'export.json', 'head.json')
    expect(forged.output).toContain('was not signed by the key that it names')
    expect(forged.code).toBe(1)
  })

  it('does not judge what it cannot read', async () => {
    for (const [files, args] of [
      [{}, []],
      [{ 'export.json': '[]' }, ['export.json', '--hash', 'abc']],
      [{}, ['missing.json', 'missing.json']],
      [{ 'export.json': '[', 'head.json': '{}' }, ['export.json', 'head.json']],
      [{ 'export.json': '[]', 'head.json': '{}' }, ['export.json', 'head.json']],
    ] as const) {
      expect((await verify(files, ...args)).code).toBe(2)
    }
  })
})
