import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ExportRecord, SignedHead } from '../../protocol/journal.ts'
import { chain, genesis, isSignedBy, textMac, type ChainedEntry } from './chain.ts'
import { createSigner } from './head.ts'
import { verifyExport } from './verify.ts'

// The attacks through a real database are in tests/contracts/journal-tampering.test.ts; here, what only a file can hold.

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)
const now = new Date('2026-11-24T08:00:00Z')
const at = now.toISOString()

function exportOf(meetingId: string, count: number): { records: ExportRecord[], head: SignedHead } {
  const key = Buffer.alloc(32, 1)
  const texts: ExportRecord[] = []
  const entries: ChainedEntry[] = []
  for (let index = 0; index < count; index++) {
    const text = { $text: randomUUID(), mac: textMac(key, `lời ${index}`) }
    texts.push({ record: 'text', id: text.$text, body: `lời ${index}`, key: key.toString('base64'), erasedAt: null })
    entries.push(chain(meetingId, entries.at(-1) ?? genesis(meetingId), {
      at, actorId: null, kind: 'message.sent', data: { text }, audience: { scope: 'meeting' },
    }))
  }
  const head = signer.sign(meetingId, (entries.at(-1) ?? genesis(meetingId)).hash, now)
  return {
    head,
    records: [
      { record: 'journal', format: 1, meetingId, exportedAt: at, publicKey: signer.publicKeyPem },
      ...entries.map((entry): ExportRecord => ({ record: 'entry', ...entry })), ...texts,
      { record: 'end', entries: count, head },
    ],
  }
}

const meetingId = randomUUID()
const { records, head } = exportOf(meetingId, 4)
const codes = async (changed: unknown[], heads = [head]) => (await verifyExport(changed, heads)).findings.map(({ code }) => code)

it('verifies what is whole, and an empty journal', async () => {
  expect(await verifyExport(records, [head])).toEqual({
    meetingId, entries: 4, texts: 4, erasedTexts: 0, heads: 1, keyId: signer.keyId, findings: [],
  })
  const empty = exportOf(meetingId, 0)
  expect(await codes(empty.records, [empty.head])).toEqual([])
})

it('reads records as they stream in', async () => {
  async function* stream() { yield* records }
  expect((await verifyExport(stream(), [head])).findings).toEqual([])
})

describe('what only a file can hold', () => {
  const text = records.find((record) => record.record === 'text')
  const hidden = (record: unknown) => JSON.parse(JSON.stringify(record).replace('"data":{', '"data":{"__proto__":{"x":1},'))
  const cases: [string, unknown[], string[]][] = [
    ['nothing', [], ['malformed']],
    ['no header', records.slice(1), ['malformed', 'malformed']],
    ['no end', records.slice(0, -1), ['exportCut']],
    ['an entry twice', [...records.slice(0, 2), ...records.slice(1)], ['outOfOrder', 'exportCut']],
    ['something after the end', [...records, text], ['malformed']],
    ['a second text for an entry', [...records.slice(0, -1), { ...text, body: 'khác' }, records.at(-1)], ['textAltered', 'textAltered']],
    ['a text of no entry', [...records.slice(0, -1), { ...text, id: randomUUID() }, records.at(-1)], ['textUnreferenced']],
    ['a text before its entry', [records[0], { ...text, body: 'khác' }, ...records.slice(1)], ['textAltered']],
    ['a member beside the format', records.map((record) => record.record === 'entry' ? { ...record, note: 'x' } : record),
      [...Array<string>(4).fill('malformed'), ...Array<string>(4).fill('textUnreferenced'), 'exportCut', 'headMissing']],
    ['a member that hides', records.map((record) => record.record === 'entry' && record.seq === 4 ? hidden(record) : record),
      ['malformed', 'textUnreferenced', 'exportCut', 'headMissing']],
    ['no record at all', [...records.slice(0, -1), 'x', null, records.at(-1)], ['malformed', 'malformed']],
    ['a key that is none', records.map((record) => record.record === 'journal' ? { ...record, publicKey: 'x' } : record),
      ['keyUnknown', 'keyUnknown']],
  ]
  it.each(cases)('is found out: %s', async (_, changed, expected) => {
    expect(await codes(changed)).toEqual(expected)
  })
})

it('holds a head to its meeting, its key and its signature', async () => {
  const other = createSigner(generateKeyPairSync('ed25519').privateKey)
  expect(await codes(records, [exportOf(randomUUID(), 1).head])).toEqual(['headForeign'])
  expect(await codes(records, [other.sign(meetingId, head.hash, now)])).toEqual(['keyUnknown'])
  expect(await codes(records, [{ ...other.sign(meetingId, head.hash, now), keyId: signer.keyId }])).toEqual(['headForged'])
  expect(await codes(records, [{ ...head, at: new Date(0).toISOString() }])).toEqual(['headForged'])
  expect(await codes(records, [signer.sign(meetingId, genesis(randomUUID()).hash, now)])).toEqual(['headMissing'])
  expect(isSignedBy(head, signer.publicKeyPem)).toBe(true)
  expect(isSignedBy(head, other.publicKeyPem)).toBe(false)
})
