import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { PaperView } from '../../protocol/issuing.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files } from '../platform/files.ts'
import { CmsError, signDigest, verifyCms, type SigningKey } from './cms.ts'
import { officialYear } from './dates.ts'
import { textWidth } from './fonts.ts'
import { CMS_ROOM, digestOf, embedCms, rangeOf, signedBytes, type PreparedPdf, type ShownSignature } from './pdf-signature.ts'
import type { Paper } from './paper.ts'
import { signersOf, type FoundPaper, type Papers, type Signer } from './papers.ts'
import { paperFrames } from './template.ts'
import type { X509Certificate } from 'node:crypto'

/** What signs: given the SHA-256 of the prepared bytes, a CMS over them. */
export interface PaperSigner {
  /** Null where it has no key for that person. Throws `signingKeyUnusable`. */
  keyFor(personId: string, bodyId: string): Promise<SigningKey | null>
}

export interface KeptSignature { paperId: string, signerId: string, sha256: string, certificate: object, at: Date }
export interface Preparation { id: string, paperId: string, signerId: string, sha256: string, base: string | null, madeAt: Date }

export interface SigningStore {
  /** Holds the paper; what it bears by now. */
  lock(trx: Knex.Transaction, paperId: string): Promise<{ status: string, signedSha256: string | null, signers: string[] }>
  keep(trx: Knex.Transaction, signature: KeptSignature): Promise<void>
  /** In the place of the one that this signer had for this paper. */
  prepare(trx: Knex.Transaction, preparation: Omit<Preparation, 'id'>): Promise<string>
  preparation(db: Knex, id: string): Promise<Preparation | null>
  forgetPreparation(trx: Knex.Transaction, id: string): Promise<void>
  /** Which of these files are signed papers, or wait for a signature made after then. */
  knownFiles(db: Knex, sha256s: readonly string[], preparedAfter: Date): Promise<ReadonlySet<string>>
}

export interface SigningDeps {
  db: Knex
  files: Pick<Files, 'keep' | 'open'>
  press: { print(paper: Paper, format: 'pdf'): Promise<Uint8Array>, prepareSignature(pdf: Uint8Array, shown: ShownSignature): Promise<PreparedPdf> }
  store: SigningStore
  signer: PaperSigner
  papers: Pick<Papers, 'accessTo' | 'get' | 'run'>
  now?: () => Date
}

/** How long a preparation waits for its signature, in ms. */
const WAIT_MS = 3600_000
const FILE_LIMIT = 100 * 1024 * 1024
/** Both signers of minutes may sign at one moment: the later one signs anew upon the earlier. */
const TRIES = 3

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
})

/** `08/06/2026 16:05:00 +07:00`, with the seconds and the zone that Nghị định 30/2020/NĐ-CP (Phụ lục I) asks for. */
function signingTime(at: Date): string {
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${part.day}/${part.month}/${officialYear(at.toISOString())} ${part.hour}:${part.minute}:${part.second} +07:00`
}

/** A distinguished name as people read it: OpenSSL writes a part a line, and puts a stroke before some signs. */
const lineOf = (name: string) => name.replace(/\n/g, ', ').replace(/\\(.)/g, '$1')
const certificateOf = (certificate: X509Certificate) => ({
  subject: lineOf(certificate.subject), issuer: lineOf(certificate.issuer), selfSigned: certificate.subject === certificate.issuer,
  sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
})

/** Signatures of issued papers, each by the person named on them. */
export function createSigning({ db, files, press, store, signer, papers, now = () => new Date() }: SigningDeps) {
  /** The paper, as this caller may sign it. */
  async function signable(paperId: string, caller: Caller): Promise<{ found: FoundPaper, content: Paper, by: Signer }> {
    const found = await papers.accessTo(paperId, caller)
    const { content, entry } = found
    if (!content) throw new AppError('paperWithoutFile')
    const by = signersOf(found).find(({ personId }) => personId === caller.personId)
    if (!by) throw new AppError('notSigner')
    if (entry.status !== 'issued') throw new AppError('paperNotInForce', { status: entry.status })
    if (found.signatures.some(({ signerId }) => signerId === caller.personId)) throw new AppError('alreadySigned')
    return { found, content, by }
  }

  async function read(sha256: string): Promise<Buffer> {
    const { stream } = await files.open(sha256)
    return Buffer.concat(await stream.toArray() as Buffer[])
  }

  async function keepFile(bytes: Uint8Array): Promise<string> {
    return (await files.keep(Readable.from([bytes]), FILE_LIMIT, async () => {})).sha256
  }

  /** The paper's file as it is: with the signatures that it bears, or as printed. */
  async function fileOf({ content, signedSha256 }: Pick<FoundPaper, 'content' | 'signedSha256'>): Promise<Uint8Array> {
    if (!content) throw new AppError('paperWithoutFile')
    return signedSha256 === null ? await press.print(content, 'pdf') : await read(signedSha256)
  }

  async function prepared({ found, content, by }: Awaited<ReturnType<typeof signable>>, at: Date): Promise<PreparedPdf> {
    const name = by.name ?? ''
    const { signatureSize: size } = content.frame ?? paperFrames[content.style]
    return await press.prepareSignature(await fileOf(found), {
      side: by.side, nameWidth: textWidth(name, { size, bold: true }), lines: [`Ký bởi: ${name}`, `Thời gian ký: ${signingTime(at)}`], at, signer: name,
    })
  }

  /** Keeps a signed file, if the paper is what it was when the file was prepared; else `moved`. */
  async function keep(
    { found }: Pick<Awaited<ReturnType<typeof signable>>, 'found'>, caller: Caller,
    { signed, base, certificate, preparationId }: { signed: Uint8Array, base: string | null, certificate: X509Certificate, preparationId?: string },
  ): Promise<'kept' | 'moved'> {
    const paperId = found.entry.id
    const sha256 = await keepFile(signed)
    return await papers.run(found, { actorId: caller.personId }, async (tx) => {
      const paper = await store.lock(tx.trx, paperId)
      if (paper.status !== 'issued') throw new AppError('paperNotInForce', { status: paper.status })
      if (paper.signers.includes(caller.personId)) throw new AppError('alreadySigned')
      if (preparationId !== undefined) await store.forgetPreparation(tx.trx, preparationId)
      if (paper.signedSha256 !== base) return 'moved'
      const shown = certificateOf(certificate)
      await store.keep(tx.trx, { paperId, signerId: caller.personId, sha256, certificate: shown, at: tx.at })
      tx.append({
        kind: 'issuing.signed', audience: found.audience ?? { scope: 'whole' },
        data: { paperId, signerId: caller.personId, sha256, certificate: shown.sha256 },
      })
      return 'kept'
    })
  }

  /** Throws `preparationNotFound` for one that is not there, not of this paper and signer, or too old. */
  async function preparationOf(paperId: string, caller: Caller, id: string): Promise<Preparation> {
    const preparation = await store.preparation(db, id)
    const fits = preparation && preparation.paperId === paperId && preparation.signerId === caller.personId
    if (!fits || now().getTime() - preparation.madeAt.getTime() > WAIT_MS) throw new AppError('preparationNotFound')
    return preparation
  }

  async function waiting({ sha256 }: Preparation): Promise<PreparedPdf> {
    const file = await read(sha256)
    return { file, range: rangeOf(file) }
  }

  return {
    fileOf,

    /**
     * Throws `paperNotFound`, `notSigner`, `paperNotInForce`, `paperWithoutFile`, `alreadySigned`, `signingKeyMissing`,
     * `signingKeyUnusable`.
     */
    async sign(paperId: string, caller: Caller): Promise<PaperView> {
      for (let tries = 1; ; tries += 1) {
        const paper = await signable(paperId, caller)
        const key = await signer.keyFor(caller.personId, paper.found.entry.body.id)
        if (!key) throw new AppError('signingKeyMissing')
        const file = await prepared(paper, now())
        const signed = embedCms(file, signDigest(digestOf(file), key))
        const outcome = await keep(paper, caller, { signed, base: paper.found.signedSha256, certificate: key.certificate })
        if (outcome === 'kept') return await papers.get(paperId, caller)
        if (tries === TRIES) throw new Error('a paper was signed again and again while it was being signed')
      }
    },

    /** What a signer elsewhere is to sign. Throws as `sign`, but of keys nothing. */
    async prepare(paperId: string, caller: Caller): Promise<{ preparationId: string, sha256: string, room: number }> {
      const paper = await signable(paperId, caller)
      const at = now()
      const file = await prepared(paper, at)
      const sha256 = await keepFile(file.file)
      const preparationId = await db.transaction((trx) =>
        store.prepare(trx, { paperId, signerId: caller.personId, sha256, base: paper.found.signedSha256, madeAt: at }))
      return { preparationId, sha256: digestOf(file).toString('hex'), room: CMS_ROOM }
    },

    /** Throws `paperNotFound`, `preparationNotFound`. */
    async preparedBytes(paperId: string, caller: Caller, preparationId: string): Promise<Buffer> {
      await papers.accessTo(paperId, caller)
      return signedBytes(await waiting(await preparationOf(paperId, caller, preparationId)))
    },

    /** Throws as `prepare`, `preparationNotFound`, and `signatureInvalid` (details `reason`). */
    async complete(paperId: string, caller: Caller, { preparationId, cms }: { preparationId: string, cms: Uint8Array }): Promise<PaperView> {
      const paper = await signable(paperId, caller)
      const preparation = await preparationOf(paperId, caller, preparationId)
      const file = await waiting(preparation)
      const { certificate } = checked(cms, file, now())
      const outcome = await keep(paper, caller, { signed: embedCms(file, cms), base: preparation.base, certificate, preparationId })
      // Somebody else signed meanwhile: what was prepared does not go upon it.
      if (outcome === 'moved') throw new AppError('preparationNotFound')
      return await papers.get(paperId, caller)
    },

    knownFiles: (sha256s: readonly string[]) => store.knownFiles(db, sha256s, new Date(now().getTime() - WAIT_MS)),
  }
}

function checked(cms: Uint8Array, file: PreparedPdf, at: Date) {
  if (cms.byteLength > CMS_ROOM) throw new AppError('signatureInvalid', { reason: 'room' })
  try {
    const signed = verifyCms(cms, (hash) => digestOf(file, hash))
    const { validFromDate, validToDate } = signed.certificate
    if (at < validFromDate || at > validToDate) throw new AppError('signatureInvalid', { reason: 'expired' })
    return signed
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('signatureInvalid', { reason: error instanceof CmsError ? error.problem : 'cms' }, { cause: error })
  }
}

export type Signing = ReturnType<typeof createSigning>
