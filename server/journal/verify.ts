import {
  ExportRecord, TEXT_ERASED, textRefs, type ExportEnd, type ExportEntry, type ExportHeader, type ExportText, type SignedHead,
} from '../../protocol/journal.ts'
import { createBallotsCheck, type BallotsFinding } from './ballots.ts'
import { canonical, entryHash, genesis, isSignedBy, keyIdOf, textMac } from './chain.ts'

/** What can be wrong with an export, each kind by name. `seq` is the place of the entry, `textId` the text. */
export type Finding =
  | BallotsFinding
  /** No export of a journal, or a record that is not what the format says. */
  | { code: 'malformed', record: number, reason: string }
  /** An entry says something else than when it was written. */
  | { code: 'edited', seq: number }
  /** An entry was written at another place. */
  | { code: 'moved', seq: number, writtenAt: number }
  /** Entries between others are missing; `seq` to `upTo`. */
  | { code: 'deleted', seq: number, upTo: number }
  /** An entry stands twice, or after a later one. */
  | { code: 'outOfOrder', seq: number }
  /** The entry is whole, but was not written after the one before it: entries were put in, replaced, or hashed anew. */
  | { code: 'unlinked', seq: number }
  /** The entries end before the head that the server signed for this export. */
  | { code: 'exportCut' }
  /** The journal does not lead through a head that was kept elsewhere: rewritten, or its end cut off. */
  | { code: 'headMissing', head: SignedHead }
  /** Nor through a hash that was kept without its signature, as on printed minutes. */
  | { code: 'hashMissing', hash: string }
  /** A head for another meeting. */
  | { code: 'headForeign', head: SignedHead }
  /** The key that the head names is not the one given; it cannot be checked. */
  | { code: 'keyUnknown', head: SignedHead }
  /** The head was not signed by the key that it names. */
  | { code: 'headForged', head: SignedHead }
  /** The text that an entry refers to is not in the export. */
  | { code: 'textMissing', textId: string }
  /** The text is not the one that the entry was written with. */
  | { code: 'textAltered', textId: string }
  /** No entry refers to the text: it was put in, or its entry taken out. */
  | { code: 'textUnreferenced', textId: string }
  /** The text was erased, but no entry records it. */
  | { code: 'textErasedUnrecorded', textId: string }
  /** An entry records that the text was erased, but it is there. */
  | { code: 'textNotErased', textId: string }

export interface Verdict {
  meetingId: string | null
  entries: number
  texts: number
  erasedTexts: number
  /** Heads and hashes kept elsewhere that the journal leads through. */
  heads: number
  /** The fingerprint of the key that everything was checked with. */
  keyId: string | null
  /** Empty when nothing was tampered with. */
  findings: Finding[]
}

const FINDINGS_MAX = 100
/** Entries that were changed are tried at other places to tell a move from an edit; no more of them than this. */
const MOVES_TRIED = 20

/**
 * Verifies the records of an export, offline and in one pass: the chain, the texts, and that it leads through the heads
 * that somebody else kept, and the bare hashes. `publicKeyPem` is the key to trust; without it the export's own, which
 * proves as much as long as its fingerprint stands in a kept head.
 */
export async function verifyExport(
  records: Iterable<unknown> | AsyncIterable<unknown>, heads: readonly SignedHead[], publicKeyPem?: string,
  hashes: readonly string[] = [],
): Promise<Verdict> {
  const findings: Finding[] = []
  const report = (finding: Finding) => { if (findings.length < FINDINGS_MAX) findings.push(finding) }
  const missing = new Set([...hashes, ...heads.map((head) => head.hash)])
  const texts = createTextCheck(report)
  const ballots = createBallotsCheck(report)
  let header: ExportHeader | undefined
  let chain: ReturnType<typeof createChainCheck> | undefined
  let end: ExportEnd | undefined
  let number = 0

  for await (const value of records) {
    number += 1
    const record = readRecord(value)
    if (typeof record === 'string') {
      report({ code: 'malformed', record: number, reason: record })
    } else if (end || (record.record === 'journal') !== (number === 1)) {
      report({ code: 'malformed', record: number, reason: 'not at its place' })
    } else if (record.record === 'journal') {
      header = record
      chain = createChainCheck(record.meetingId, report)
      missing.delete(genesis(record.meetingId).hash)
    } else if (record.record === 'entry') {
      chain?.entry(record)
      texts.entry(record)
      ballots.entry(record)
      missing.delete(record.hash)
    } else if (record.record === 'text') {
      texts.text(record)
    } else if (record.record === 'ballots') {
      ballots.ballots(record)
    } else if (record.record === 'box') {
      ballots.box(record)
    } else {
      end = record
    }
  }

  if (!header || !chain) {
    report({ code: 'malformed', record: 1, reason: 'no header' })
    return { meetingId: null, entries: 0, texts: 0, erasedTexts: 0, heads: 0, keyId: null, findings }
  }
  chain.end()
  texts.end()
  ballots.end()
  if (end?.head.hash !== chain.last() || end.entries !== chain.count()) report({ code: 'exportCut' })

  const key = publicKeyPem ?? header.publicKey
  let sound = 0
  for (const head of heads) {
    const flaw = flawOf(head, header.meetingId, key) ?? (missing.has(head.hash) ? 'headMissing' : undefined)
    if (flaw) report({ code: flaw, head })
    else sound += 1
  }
  for (const hash of hashes) {
    if (missing.has(hash)) report({ code: 'hashMissing', hash })
    else sound += 1
  }
  const flaw = end && flawOf(end.head, header.meetingId, key)
  if (end && flaw) report({ code: flaw, head: end.head })
  return {
    meetingId: header.meetingId, entries: chain.count(), ...texts.counts(), heads: sound, keyId: fingerprint(key), findings,
  }
}

type Report = (finding: Finding) => void

/** Follows the chain entry by entry. */
function createChainCheck(meetingId: string, report: Report) {
  let previous = genesis(meetingId)
  let count = 0
  const changed: ExportEntry[] = []

  return {
    entry(entry: ExportEntry): void {
      count += 1
      const expected = previous.seq + 1
      if (entry.seq > expected) report({ code: 'deleted', seq: expected, upTo: entry.seq - 1 })
      else if (entry.seq < expected) report({ code: 'outOfOrder', seq: entry.seq })
      else if (entry.prevHash !== previous.hash) report({ code: 'unlinked', seq: entry.seq })
      if (entryHash(meetingId, entry) !== entry.hash) changed.push(entry)
      previous = entry
    },
    end(): void {
      for (const [index, entry] of changed.entries()) {
        const writtenAt = index < MOVES_TRIED ? placeOf(meetingId, entry, count) : undefined
        if (writtenAt === undefined) report({ code: 'edited', seq: entry.seq })
        else report({ code: 'moved', seq: entry.seq, writtenAt })
      }
    },
    last: () => previous.hash,
    count: () => count,
  }
}

/** The place at which the entry's hash would be right: it was written there. */
function placeOf(meetingId: string, entry: ExportEntry, count: number): number | undefined {
  for (let seq = 1; seq <= count + 1; seq++) {
    if (entryHash(meetingId, { ...entry, seq }) === entry.hash) return seq
  }
  return undefined
}

/** Holds each text against the entries that refer to it. */
function createTextCheck(report: Report) {
  const macs = new Map<string, Set<string>>()
  const recorded = new Set<string>()
  /** By text id the HMAC of what the export has; null for an erased text. */
  const found = new Map<string, string | null>()

  function judge(textId: string, expected: Set<string>): void {
    const mac = found.get(textId)
    if (mac === undefined) report({ code: 'textMissing', textId })
    else if (mac === null && !recorded.has(textId)) report({ code: 'textErasedUnrecorded', textId })
    else if (mac !== null && recorded.has(textId)) report({ code: 'textNotErased', textId })
    else if (mac !== null && [...expected].some((other) => other !== mac)) report({ code: 'textAltered', textId })
  }

  return {
    entry({ kind, data }: ExportEntry): void {
      if (kind === TEXT_ERASED && typeof data.textId === 'string') recorded.add(data.textId)
      for (const { $text, mac } of textRefs(data)) macs.set($text, (macs.get($text) ?? new Set()).add(mac))
    },
    text({ id, body, key, erasedAt }: ExportText): void {
      if (found.has(id)) report({ code: 'textAltered', textId: id })
      const erased = erasedAt !== null && body === null && key === null
      found.set(id, erased ? null : textMac(Buffer.from(key ?? '', 'base64'), body ?? ''))
    },
    end(): void {
      for (const [textId, expected] of macs) judge(textId, expected)
      for (const textId of found.keys()) if (!macs.has(textId)) report({ code: 'textUnreferenced', textId })
    },
    counts() {
      const erasedTexts = [...found.values()].filter((mac) => mac === null).length
      return { texts: found.size - erasedTexts, erasedTexts }
    },
  }
}

/** What is wrong with a head of this meeting, if it is to be signed with this key. */
function flawOf(head: SignedHead, meetingId: string, key: string): 'headForeign' | 'keyUnknown' | 'headForged' | undefined {
  if (head.meetingId !== meetingId) return 'headForeign'
  if (head.keyId !== fingerprint(key)) return 'keyUnknown'
  return isSignedBy(head, key) ? undefined : 'headForged'
}

function fingerprint(publicKeyPem: string): string | null {
  try {
    return keyIdOf(publicKeyPem)
  } catch {
    return null
  }
}

/** The record, or why it is none. Nothing may stand in it beside what the format says: it would be covered by no hash. */
function readRecord(value: unknown): ExportRecord | string {
  const parsed = ExportRecord.safeParse(value)
  if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  try {
    return canonical(parsed.data) === canonical(value) ? parsed.data : 'holds more than the format says'
  } catch (error) {
    return String(error)
  }
}
