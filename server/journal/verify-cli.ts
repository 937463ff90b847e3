import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Sha256, SignedHead } from '../../protocol/journal.ts'
import { verifyExport, type Finding, type Verdict } from './verify.ts'

/**
 * `npm run verify:journal -- export.json [head.json...] [--hash <hex>...] [--key public.pem]`: whether an exported journal
 * is whole, offline. A head file holds one signed head or an array of them; a hash is what printed minutes have at their
 * foot. At least one of either. Exit code 0: verified; 1: tampered with; 2: cannot be judged.
 */

const USAGE = 'usage: npm run verify:journal -- export.json [head.json...] [--hash <64 hexadecimal digits>...] [--key public.pem]'

class Unusable extends Error {}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Unusable(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function readHeads(path: string): Promise<SignedHead[]> {
  const parsed = z.union([z.array(SignedHead).min(1), SignedHead.transform((head) => [head])]).safeParse(await readJson(path))
  if (!parsed.success) throw new Unusable(`${path} holds no signed head of a journal`)
  return parsed.data
}

/** A finding in plain words. */
function describe(finding: Finding): string {
  switch (finding.code) {
    case 'malformed': return `Record ${finding.record} of the file is not part of an export: ${finding.reason}.`
    case 'edited': return `Entry ${finding.seq} was edited: its content does not fit its hash.`
    case 'moved': return `Entry ${finding.seq} was moved: it was written as entry ${finding.writtenAt}.`
    case 'deleted': return finding.seq === finding.upTo
      ? `Entry ${finding.seq} was deleted.`
      : `Entries ${finding.seq} to ${finding.upTo} were deleted.`
    case 'outOfOrder': return `Entry ${finding.seq} is out of order, or stands twice.`
    case 'unlinked': return `Entry ${finding.seq} was not written after the one before it: `
      + 'something was put in, replaced or hashed anew.'
    case 'exportCut': return 'The entries do not end at the head that the export was signed with: '
      + 'the end was cut off or replaced.'
    case 'headMissing': return `The journal does not lead through the head kept on ${finding.head.at} (${finding.head.hash}): `
      + 'what came before it was rewritten, or the end was cut off.'
    case 'hashMissing': return `The journal does not lead through the hash ${finding.hash}: `
      + 'what came before it was rewritten, or the end was cut off.'
    case 'headForeign': return `The head of ${finding.head.at} is of another meeting, ${finding.head.meetingId}.`
    case 'keyUnknown': return `The head of ${finding.head.at} names another signing key, ${finding.head.keyId}: `
      + 'give that key with --key.'
    case 'headForged': return `The head of ${finding.head.at} was not signed by the key that it names.`
    case 'textMissing': return `Text ${finding.textId} is missing.`
    case 'textAltered': return `Text ${finding.textId} was altered: it is not what was written.`
    case 'textUnreferenced': return `Text ${finding.textId} belongs to no entry.`
    case 'ballotsMissing': return `The ballots of vote ${finding.voteId} are missing.`
    case 'ballotsAltered': return `The ballots of vote ${finding.voteId} were altered: they are not those that it was closed with.`
    case 'resultWrong': return `The ballots of vote ${finding.voteId}, counted again, come to another result than its closing says.`
    case 'textErasedUnrecorded': return `Text ${finding.textId} was erased without a record.`
    case 'textNotErased': return `Text ${finding.textId} is there although its erasure is recorded.`
  }
}

function report(verdict: Verdict): string {
  const { findings } = verdict
  const lines = [
    `Meeting ${verdict.meetingId ?? 'unknown'}.`,
    `${verdict.entries} entries, ${verdict.texts} texts, ${verdict.erasedTexts} texts erased.`,
    `Signing key ${verdict.keyId ?? 'unreadable'}.`,
    ...findings.map(describe),
    findings.length
      ? `NOT VERIFIED: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`
      : `VERIFIED: the journal is whole, and leads through ${verdict.heads} kept ${verdict.heads === 1 ? 'head' : 'heads'}.`,
  ]
  return lines.join('\n')
}

async function main(): Promise<void> {
  const { values, positionals: [exportPath, ...headPaths] } = parseArgs({
    options: { key: { type: 'string' }, hash: { type: 'string', multiple: true, default: [] } }, allowPositionals: true,
  })
  const hashes = values.hash.map((hash) => hash.toLowerCase())
  if (!exportPath || (!headPaths.length && !hashes.length)) throw new Unusable(USAGE)
  if (!hashes.every((hash) => Sha256.safeParse(hash).success)) throw new Unusable(USAGE)
  const records = await readJson(exportPath)
  if (!Array.isArray(records)) throw new Unusable(`${exportPath} is no export of a journal`)
  const heads = (await Promise.all(headPaths.map(readHeads))).flat()
  const key = values.key === undefined ? undefined : await readFile(values.key, 'utf8')
  const verdict = await verifyExport(records, heads, key, hashes)
  console.log(report(verdict))
  process.exitCode = verdict.findings.length ? 1 : 0
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Unusable ? error.message : error)
  process.exitCode = 2
}
