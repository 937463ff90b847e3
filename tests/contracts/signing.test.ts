import { execFile } from 'node:child_process'
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import * as asn1 from 'asn1js'
import forge from 'node-forge'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { selfSignedKey } from '../../server/demo/signing-keys.ts'
import { signDigest, verifyCms, type SigningKey } from '../../server/issuing/cms.ts'
import { openPkcs12 } from '../../server/issuing/pkcs12.ts'
import { openHouse, type House } from '../support/house.ts'

const run = promisify(execFile)
const DAY_MS = 24 * 3600_000
let house: House
let folder: string
let keys: { username?: string, body?: string, file: string, passwordEnv?: string, passwordFile?: string }[]
let now = Date.now()

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-chu-ky-'))
  await writeFile(path.join(folder, 'mat-khau'), 'dung-mat-khau\n')
  keys = []
  house = await openHouse({ signingKeysFile: path.join(folder, 'signing.json'), now: () => new Date(now) })
})
afterAll(async () => {
  await house.close()
  await rm(folder, { recursive: true })
})

type Body = Awaited<ReturnType<House['newBody']>>

async function giveKey(owner: { username: string } | { body: string }, more: { until?: number, passwordFile?: string } = {}): Promise<Buffer> {
  const file = `${keys.length}.p12`
  const key = selfSignedKey({
    name: 'Lê Thị Thử', organisation: 'Kiểm thử', password: 'dung-mat-khau', from: new Date(Date.now() - DAY_MS), until: new Date(more.until ?? Date.now() + 900 * DAY_MS),
  })
  await writeFile(path.join(folder, file), key)
  keys.push({ ...owner, file, passwordFile: more.passwordFile ?? 'mat-khau' })
  await writeFile(path.join(folder, 'signing.json'), JSON.stringify({ keys }))
  return key
}

async function issuedPaper(kind: 'minutes' | 'conclusionNotice' = 'conclusionNotice') {
  const body = await house.newBody()
  const { meetingId } = await house.newMeeting(body, 'published')
  const username = async ({ personId }: Body['chair']) => {
    const name = `ky-${personId}`
    await house.archive.owner('account').insert({ person_id: personId, username: name }).onConflict().ignore()
    return name
  }
  const { paperId } = await house.journal.run(meetingId, { actorId: body.clerk.personId }, (tx) => house.domains.publishing.issuing.issue(tx, {
    bodyId: body.bodyId, kind, abstract: 'Kết luận hội nghị', recipients: [],
    content: { chairId: body.chair.personId, clerkId: body.clerk.personId, blocks: Array.from({ length: 60 }, () => ({ kind: 'paragraph', text: 'Giao Sở Tài chính rà soát kế hoạch vốn.' })) },
  }))
  return { body, meetingId, paperId, username }
}

async function fileOf(paperId: string, caller: Body['chair']): Promise<Buffer> {
  const { papers, signing } = house.domains.publishing
  return Buffer.from(await signing.fileOf(await papers.accessTo(paperId, caller)))
}

/** What poppler says of the signatures of a file. */
async function verdicts(pdf: Buffer): Promise<string> {
  const file = path.join(folder, `${Math.random()}.pdf`)
  await writeFile(file, pdf)
  // It ends with 1 where one does not hold.
  return await run('pdfsig', ['-nocert', file]).then(({ stdout }) => stdout, (error: { stdout: string }) => error.stdout)
}

/** The last signature of a file as ISO 32000 has it: its bytes, and its CMS without what pads it. */
function lastSignature(pdf: Buffer): { signed: Buffer, cms: Buffer } {
  const text = pdf.toString('latin1')
  const range = [...text.matchAll(/\/ByteRange \[ (\d+) (\d+) (\d+) (\d+) *\]/g)].at(-1)?.slice(1).map(Number) ?? []
  const [from = 0, length = 0, then = 0, rest = 0] = range
  const padded = Buffer.from(text.slice(length + 1, then - 1), 'hex')
  const { offset } = asn1.fromBER(new Uint8Array(padded).buffer)
  return { signed: Buffer.concat([pdf.subarray(from, from + length), pdf.subarray(then, then + rest)]), cms: padded.subarray(0, offset) }
}

/** The signed attributes of a CMS by their ids, and its certificates: read without any of the code that wrote them. */
function attributesOf(cms: Buffer): { attributes: Map<string, asn1.BaseBlock>, certificates: Buffer[] } {
  const inside = (block: unknown) => (block as asn1.Sequence).valueBlock.value
  const [, content] = inside(asn1.fromBER(new Uint8Array(cms).buffer).result)
  const [data] = inside(content)
  const parts = inside(data)
  const tagged = (within: readonly asn1.BaseBlock[], tag: number) => within.find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === tag)
  const [info] = inside(parts.at(-1))
  const attributes = inside(tagged(inside(info), 0)).map((attribute): [string, asn1.BaseBlock] => {
    const [type, values] = inside(attribute)
    const [value] = inside(values)
    return [(type as asn1.ObjectIdentifier).valueBlock.toString(), value as asn1.BaseBlock]
  })
  return { attributes: new Map(attributes), certificates: inside(tagged(parts, 0)).map((one) => Buffer.from(one.toBER())) }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const hexOf = (block: asn1.BaseBlock | undefined) => Buffer.from((block as asn1.OctetString).valueBlock.valueHexView).toString('hex')

describe('a paper that is signed', () => {
  it('bears a PAdES baseline signature that pdfsig verifies and whose CMS names its certificate', async () => {
    const { signing, papers } = house.domains.publishing
    const { body, paperId, username, meetingId } = await issuedPaper()
    await giveKey({ username: await username(body.chair) })
    expect((await papers.get(paperId, body.chair)).may.sign).toBe('ready')
    const view = await signing.sign(paperId, body.chair)
    expect(view).toMatchObject({ may: { sign: 'done' }, signers: [{ signedAt: expect.any(String), certificate: { selfSigned: true, subject: expect.stringContaining('Lê Thị Thử') } }] })

    const pdf = await fileOf(paperId, body.member)
    const said = await verdicts(pdf)
    for (const line of ['Signature is Valid', 'ETSI.CAdES.detached', 'SHA-256', 'Total document signed', 'Lê Thị Thử']) expect(said).toContain(line)
    const { signed, cms } = lastSignature(pdf)
    const { attributes, certificates } = attributesOf(cms)
    // Content type, message digest, signing certificate; signing-time is forbidden in PAdES baseline.
    expect([...attributes.keys()].toSorted()).toEqual(['1.2.840.113549.1.9.16.2.47', '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4'])
    expect(hexOf(attributes.get('1.2.840.113549.1.9.4'))).toBe(sha256(signed))
    const [certs] = (attributes.get('1.2.840.113549.1.9.16.2.47') as asn1.Sequence).valueBlock.value
    const [id] = (certs as asn1.Sequence).valueBlock.value
    const [certHash] = (id as asn1.Sequence).valueBlock.value
    expect(hexOf(certHash)).toBe(sha256(certificates[0] ?? Buffer.alloc(0)))
    const [entry] = await house.entries(meetingId, 'issuing.signed')
    const certificate = sha256(certificates[0] ?? Buffer.alloc(0))
    expect(entry).toMatchObject({ data: { paperId, signerId: body.chair.personId, sha256: sha256(pdf), certificate } })
    const { stdout } = await run('pdftotext', ['-l', '99', await kept(pdf), '-'])
    expect(stdout).toContain('Giao Sở Tài chính')
    expect(pdf.toString('latin1')).toContain('/Subtype /Widget')
    await expect(signing.sign(paperId, body.chair)).rejects.toMatchObject({ code: 'alreadySigned' })
  })

  async function kept(pdf: Buffer): Promise<string> {
    const file = path.join(folder, `${Math.random()}.pdf`)
    await writeFile(file, pdf)
    return file
  }

  it('no longer holds once a byte of it is another', async () => {
    const { signing } = house.domains.publishing
    const { body, paperId, username } = await issuedPaper()
    await giveKey({ username: await username(body.chair) })
    await signing.sign(paperId, body.chair)
    const pdf = await fileOf(paperId, body.chair)
    const at = pdf.indexOf('/Title', 0, 'latin1') + 12
    pdf.writeUInt8(pdf.readUInt8(at) ^ 1, at)
    expect(await verdicts(pdf)).not.toContain('Signature is Valid')
    const { signed, cms } = lastSignature(pdf)
    expect(() => verifyCms(cms, (hash) => createHash(hash).update(signed).digest())).toThrow('digest')
  })

  it('takes the signatures of both who sign minutes, also at one moment', async () => {
    const { signing } = house.domains.publishing
    const { body, paperId, username } = await issuedPaper('minutes')
    await giveKey({ username: await username(body.chair) })
    await giveKey({ username: await username(body.clerk) })
    await Promise.all([signing.sign(paperId, body.chair), signing.sign(paperId, body.clerk)])
    const said = await verdicts(await fileOf(paperId, body.chair))
    expect(said.match(/Signature is Valid/g)).toHaveLength(2)
    expect((await house.state((await house.domains.publishing.papers.accessTo(paperId, body.chair)).entry.meetingId ?? '')).papers[0]?.signedBy.toSorted())
      .toEqual([body.chair.personId, body.clerk.personId].toSorted())
  })

  it('is signed by the person named alone, while it is in force, with a key that can be used', async () => {
    const { signing, papers } = house.domains.publishing
    const { body, paperId, username } = await issuedPaper()
    await expect(signing.sign(paperId, body.clerk)).rejects.toMatchObject({ code: 'notSigner' })
    await expect(signing.sign(paperId, await house.newPerson())).rejects.toMatchObject({ code: 'paperNotFound' })
    await expect(signing.sign(paperId, body.chair)).rejects.toMatchObject({ code: 'signingKeyMissing' })
    await giveKey({ body: body.bodyId }, { until: Date.now() - DAY_MS / 2 })
    await expect(signing.sign(paperId, body.chair)).rejects.toMatchObject({ code: 'signingKeyUnusable', details: { reason: 'expired' } })
    await writeFile(path.join(folder, 'sai'), 'sai-mat-khau')
    await giveKey({ username: await username(body.chair) }, { passwordFile: 'sai' })
    await expect(signing.sign(paperId, body.chair)).rejects.toMatchObject({ code: 'signingKeyUnusable', details: { reason: 'password' } })
    await papers.recall(paperId, body.clerk, 'Thu hồi')
    await expect(signing.sign(paperId, body.chair)).rejects.toMatchObject({ code: 'paperNotInForce' })
  })

  it('is signed with the key of the office where the signer has none', async () => {
    const { body, paperId } = await issuedPaper()
    await giveKey({ body: body.bodyId })
    await house.domains.publishing.signing.sign(paperId, body.chair)
    expect(await verdicts(await fileOf(paperId, body.chair))).toContain('Signature is Valid')
  })
})

describe('a signer elsewhere', () => {
  const token = ({ from, until } = { from: -1, until: 1 }): SigningKey => openPkcs12(selfSignedKey({
    name: 'Thiết bị ký số', organisation: 'Kiểm thử', password: 'x', from: new Date(Date.now() + from * DAY_MS), until: new Date(Date.now() + until * DAY_MS),
  }), 'x')

  async function preparedPaper() {
    const paper = await issuedPaper()
    const { signing } = house.domains.publishing
    const prepared = await signing.prepare(paper.paperId, paper.body.chair)
    const complete = (cms: Uint8Array, caller = paper.body.chair) => signing.complete(paper.paperId, caller, { preparationId: prepared.preparationId, cms })
    return { ...paper, ...prepared, complete, digest: Buffer.from(prepared.sha256, 'hex') }
  }

  it('is given the digest of the bytes, and its CMS goes into the paper', async () => {
    const { paperId, body, sha256: asked, preparationId, complete, digest } = await preparedPaper()
    expect(sha256(await house.domains.publishing.signing.preparedBytes(paperId, body.chair, preparationId))).toBe(asked)
    expect(await complete(signDigest(digest, token()))).toMatchObject({ may: { sign: 'done' } })
    expect(await verdicts(await fileOf(paperId, body.chair))).toContain('Signature is Valid')
    await expect(complete(signDigest(digest, token()))).rejects.toMatchObject({ code: 'alreadySigned' })
  })

  it('is refused what is no signature of these bytes, names no certificate, or does not fit', async () => {
    const { complete, digest, paperId, body, preparationId } = await preparedPaper()
    const key = token()
    const refused = (cms: Uint8Array, reason: string) => expect(complete(cms)).rejects.toMatchObject({ code: 'signatureInvalid', details: { reason } })
    await refused(Buffer.from('không phải chữ ký'), 'cms')
    await refused(Buffer.alloc(20_000, 48), 'room')
    await refused(signDigest(createHash('sha256').update('khác').digest(), key), 'digest')
    const stranger = token()
    await refused(signDigest(digest, { ...key, certificate: stranger.certificate }), 'signature')
    await refused(plainPkcs7(digest, key), 'certificate')
    const bytes = signDigest(digest, key)
    bytes.writeUInt8(bytes.readUInt8(bytes.byteLength - 5) ^ 1, bytes.byteLength - 5)
    await refused(bytes, 'signature')
    await refused(signDigest(digest, token({ from: -2, until: -1 })), 'expired')
    await refused(signDigest(digest, token({ from: 1, until: 2 })), 'expired')
    const outsider = await house.newPerson()
    await expect(complete(signDigest(digest, key), outsider)).rejects.toMatchObject({ code: 'paperNotFound' })
    await expect(house.domains.publishing.signing.preparedBytes(paperId, body.clerk, preparationId)).rejects.toMatchObject({ code: 'preparationNotFound' })
    now += 3600_001
    await expect(complete(signDigest(digest, key))).rejects.toMatchObject({ code: 'preparationNotFound' })
    now = Date.now()
  })

  it('may have a key of an elliptic curve; older PKCS#12 files open too', async () => {
    const { complete, digest } = await preparedPaper()
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const made = await generate([{ name: 'commonName', value: 'P-256' }], {
      keyPair: { privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
      keyType: 'ec', algorithm: 'sha256',
    } as Parameters<typeof generate>[1])
    const elliptic = { privateKey: createPrivateKey(made.private), certificate: new X509Certificate(made.cert), chain: [] }
    now = Math.max(now, elliptic.certificate.validFromDate.getTime())
    expect(await complete(signDigest(digest, elliptic))).toMatchObject({ signatures: 1 })
    const key = token()
    const privateKey = forge.pki.privateKeyFromPem(key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const old = forge.pkcs12.toPkcs12Asn1(privateKey, [forge.pki.certificateFromPem(key.certificate.toString())], 'cu', { algorithm: '3des' })
    const opened = openPkcs12(Buffer.from(forge.asn1.toDer(old).getBytes(), 'binary'), 'cu')
    expect(opened.certificate.fingerprint256).toBe(key.certificate.fingerprint256)
  })
})

/** What plain signers make: PKCS#7 without the signing certificate among what is signed. */
function plainPkcs7(digest: Buffer, { privateKey, certificate }: SigningKey): Buffer {
  const p7 = forge.pkcs7.createSignedData()
  p7.content = forge.util.createBuffer('')
  p7.addCertificate(certificate.toString())
  p7.addSigner({
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: certificate.toString(), digestAlgorithm: forge.pki.oids.sha256 ?? '',
    authenticatedAttributes: [
      { type: forge.pki.oids.contentType ?? '', value: forge.pki.oids.data ?? '' }, { type: forge.pki.oids.messageDigest ?? '' },
    ],
  })
  p7.sign({ detached: true })
  const der = Buffer.from(forge.asn1.toDer(p7.toAsn1()).getBytes(), 'binary')
  // It hashes content of its own; the right digest is put in its place, since the certificate is asked for before the signature.
  const own = createHash('sha256').update('').digest()
  digest.copy(der, der.indexOf(own))
  return der
}
