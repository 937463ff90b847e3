import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { ExportRecord } from '../../protocol/journal.ts'
import { BallotReceipt, Box, receiptText } from '../../protocol/secret-ballots.ts'
import { ballotHash } from './blind.ts'
import { verifyBox, type BoxFinding } from './verify.ts'

/**
 * `npm run verify:ballots -- box.json [--journal export.json] [--receipt receipt.json...]`: whether an opened box holds what it
 * should and comes to the result that was told; offline, without server or database. With the journal's export, which
 * `npm run verify:journal` judges, also whether the box is the one of that journal; with receipts, whether it holds their ballots.
 * Exit code 0: verified; 1: not so; 2: cannot be judged.
 */

const USAGE = 'usage: npm run verify:ballots -- box.json [--journal export.json] [--receipt receipt.json...]'

class Unusable extends Error {}
type ReceiptFinding = { code: 'ballotMissing' | 'receiptForged', hash: string }

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Unusable(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A finding in plain words. */
function describe(finding: BoxFinding | ReceiptFinding): string {
  switch (finding.code) {
    case 'credentialWrong': return `Ballot ${finding.hash} has no credential of this vote.`
    case 'signatureWrong': return `Ballot ${finding.hash} was altered: its signature does not fit.`
    case 'contentWrong': return `Ballot ${finding.hash} is of another vote, or says what its terms do not allow.`
    case 'ballotDoubled': return `Ballot ${finding.hash} has the credential of another one.`
    case 'notInOrder': return 'The ballots do not stand in the order of their hashes.'
    case 'moreBallotsThanDrawn': return `There are ${finding.ballots} ballots, and ${finding.drawn} credentials were drawn: the box was stuffed.`
    case 'rootDiffers': return 'The ballots are not those that the vote was closed with.'
    case 'resultDiffers': return 'The ballots come to another result than the one that was told.'
    case 'unreadableBallots': return `${finding.count} ballots were altered in the database before the box was opened.`
    case 'notOfJournal': return `The journal tells otherwise: ${finding.what}.`
    case 'ballotMissing': return `The ballot of receipt ${finding.hash} was taken, and is not in the box.`
    case 'receiptForged': return `Receipt ${finding.hash} was not signed by this journal’s key.`
  }
}

async function readReceipt(path: string): Promise<BallotReceipt> {
  const parsed = BallotReceipt.safeParse(await readJson(path))
  if (!parsed.success) throw new Unusable(`${path} is no receipt of a ballot`)
  return parsed.data
}

function checkReceipt(box: Box, receipt: BallotReceipt, key: KeyObject | undefined): ReceiptFinding[] {
  const { voteId, hash } = receipt
  if (voteId !== box.voteId) throw new Unusable(`receipt ${hash} is of another vote`)
  if (key && !verify(null, Buffer.from(receiptText({ voteId, hash })), key, Buffer.from(receipt.receipt, 'base64url'))) return [{ code: 'receiptForged', hash }]
  return box.ballots.some((ballot) => ballotHash(ballot).toString('hex') === hash) ? [] : [{ code: 'ballotMissing', hash }]
}

async function main(): Promise<void> {
  const { values, positionals: [boxPath, ...more] } = parseArgs({
    options: { journal: { type: 'string' }, receipt: { type: 'string', multiple: true, default: [] } }, allowPositionals: true,
  })
  if (!boxPath || more.length) throw new Unusable(USAGE)
  const parsed = Box.safeParse(await readJson(boxPath))
  if (!parsed.success) throw new Unusable(`${boxPath} is no opened box: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`)
  const box = parsed.data
  const records = values.journal === undefined ? undefined : await readJson(values.journal) as ExportRecord[]
  if (records && !Array.isArray(records)) throw new Unusable(`${values.journal} is no export of a journal`)
  const header = records?.find((record) => record.record === 'journal')
  const { findings, result } = verifyBox(box, records)
  const receipts = await Promise.all(values.receipt.map(readReceipt))
  const all = [...findings, ...receipts.flatMap((receipt) => checkReceipt(box, receipt, header && createPublicKey(header.publicKey)))]
  console.log([
    `Vote ${box.voteId} of meeting ${box.meetingId}.`,
    `${box.drawn.length} credentials drawn, ${box.ballots.length} ballots in the box${box.hall ? `, ${box.hall.collected - box.hall.invalid} valid ones on paper` : ''}.`,
    `Counted here: ${JSON.stringify(result)}`,
    ...records ? [] : ['Without --journal: held against itself alone. Compare the root with the minutes or the journal:', box.ballotsRoot],
    ...all.map(describe),
    all.length ? `NOT VERIFIED: ${all.length} ${all.length === 1 ? 'finding' : 'findings'}.` : 'VERIFIED: every ballot is genuine, and they come to the result that was told.',
  ].join('\n'))
  process.exitCode = all.length ? 1 : 0
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Unusable ? error.message : error)
  process.exitCode = 2
}
