import { createHash, createPrivateKey, sign, timingSafeEqual, verify, X509Certificate, type KeyObject } from 'node:crypto'
import * as asn1 from 'asn1js'
import {
  AlgorithmIdentifier, Attribute, Certificate, ContentInfo, EncapsulatedContentInfo, IssuerAndSerialNumber, SignedAndUnsignedAttributes,
  SignedData, SignerInfo,
} from 'pkijs'

/**
 * The CMS of a PAdES baseline signature, level B-B (ETSI EN 319 142-1, EN 319 122-1): detached, with content type, message
 * digest and the signing certificate's hash (ESS signing-certificate-v2, RFC 5035) among what is signed. The claimed time
 * stands in the PDF alone: the attribute signing-time is forbidden there.
 */

export const oid = {
  data: '1.2.840.113549.1.7.1', signedData: '1.2.840.113549.1.7.2', contentType: '1.2.840.113549.1.9.3', messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47', sha256: '2.16.840.1.101.3.4.2.1', rsa: '1.2.840.113549.1.1.1', ecdsaSha256: '1.2.840.10045.4.3.2',
} as const

/** Signs with a key that this installation has. */
export interface SigningKey { privateKey: KeyObject, certificate: X509Certificate, chain: readonly X509Certificate[] }

export interface SignedBy { certificate: X509Certificate }

export type CmsProblem = 'cms' | 'digest' | 'certificate' | 'signature'

/** What is wrong with a CMS that came from elsewhere. */
export class CmsError extends Error {
  readonly problem: CmsProblem

  constructor(problem: CmsProblem) {
    super(problem)
    this.problem = problem
  }
}

const hashes: Record<string, string> = { '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384', '2.16.840.1.101.3.4.2.3': 'sha512' }
/** Signature algorithms that name their hash, and those that leave it to the digest algorithm. */
const signatures: Record<string, 'sha256' | 'sha384' | 'sha512' | 'digest'> = {
  '1.2.840.113549.1.1.1': 'digest', '1.2.840.113549.1.1.11': 'sha256', '1.2.840.113549.1.1.12': 'sha384', '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512',
}

/** A buffer of its own: asn1js reads whole ArrayBuffers. */
const own = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

/** The certificate's hash as ESS signing-certificate-v2; SHA-256 is its default and goes unnamed (DER). */
function signingCertificate(certificate: X509Certificate): asn1.Sequence {
  const id = new asn1.Sequence({ value: [new asn1.OctetString({ valueHex: own(sha256(certificate.raw)) })] })
  return new asn1.Sequence({ value: [new asn1.Sequence({ value: [id] })] })
}

/** Attributes in the order of DER, in which a set is hashed. */
function inOrder(attributes: readonly Attribute[]): Attribute[] {
  const encoded = attributes.map((attribute) => ({ attribute, bytes: Buffer.from(attribute.toSchema().toBER()) }))
  return encoded.toSorted((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ attribute }) => attribute)
}

/** The DER of a CMS over content of this SHA-256. */
export function signDigest(digest: Uint8Array, { privateKey, certificate, chain }: SigningKey): Buffer {
  const elliptic = privateKey.asymmetricKeyType === 'ec'
  const signer = Certificate.fromBER(own(certificate.raw))
  const attributes = inOrder([
    new Attribute({ type: oid.contentType, values: [new asn1.ObjectIdentifier({ value: oid.data })] }),
    new Attribute({ type: oid.messageDigest, values: [new asn1.OctetString({ valueHex: own(digest) })] }),
    new Attribute({ type: oid.signingCertificateV2, values: [signingCertificate(certificate)] }),
  ])
  const signed = Buffer.from(new asn1.Set({ value: attributes.map((attribute) => attribute.toSchema()) }).toBER())
  const hash = new AlgorithmIdentifier({ algorithmId: oid.sha256 })
  const info = new SignerInfo({
    version: 1, sid: new IssuerAndSerialNumber({ issuer: signer.issuer, serialNumber: signer.serialNumber }), digestAlgorithm: hash,
    signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes }),
    signatureAlgorithm: elliptic
      ? new AlgorithmIdentifier({ algorithmId: oid.ecdsaSha256 })
      : new AlgorithmIdentifier({ algorithmId: oid.rsa, algorithmParams: new asn1.Null() }),
    signature: new asn1.OctetString({ valueHex: own(sign('sha256', signed, privateKey)) }),
  })
  const content = new SignedData({
    version: 1, digestAlgorithms: [hash], encapContentInfo: new EncapsulatedContentInfo({ eContentType: oid.data }), signerInfos: [info],
    certificates: [certificate, ...chain].map(({ raw }) => Certificate.fromBER(own(raw))),
  })
  return Buffer.from(new ContentInfo({ contentType: oid.signedData, content: content.toSchema(true) }).toSchema().toBER())
}

/**
 * Who signed a CMS that holds for content of this digest (`digestOf` gives it by the name of its hash). Throws CmsError:
 * `cms` for what is no detached signature of one signer, `digest` for another content, `certificate` where the signing
 * certificate is not named, or another, or not there, and `signature` where it does not hold.
 */
export function verifyCms(der: Uint8Array, digestOf: (hash: string) => Uint8Array): SignedBy {
  const { info, certificates } = opened(der)
  const values = (type: string) => info.signedAttrs?.attributes.find((attribute) => attribute.type === type)?.values ?? []
  const hash = hashes[info.digestAlgorithm.algorithmId]
  const [contentType, messageDigest] = [values(oid.contentType)[0], values(oid.messageDigest)[0]]
  if (!hash || !info.signedAttrs || !(contentType instanceof asn1.ObjectIdentifier) || contentType.getValue() !== oid.data) throw new CmsError('cms')
  if (!(messageDigest instanceof asn1.OctetString) || !same(messageDigest.valueBlock.valueHexView, digestOf(hash))) throw new CmsError('digest')

  const named = namedCertificate(values(oid.signingCertificateV2)[0])
  const certificate = certificates.find(({ raw }) => named && same(createHash(named.hash).update(raw).digest(), named.value))
  if (!certificate) throw new CmsError('certificate')
  const { sid } = info
  const serial = sid instanceof IssuerAndSerialNumber ? Buffer.from(sid.serialNumber.valueBlock.valueHexView).toString('hex') : null
  if (serial !== null && BigInt(`0x${serial}`) !== BigInt(`0x${certificate.serialNumber}`)) throw new CmsError('certificate')

  const algorithm = signatures[info.signatureAlgorithm.algorithmId]
  const signed = Buffer.from(info.signedAttrs.encodedValue)
  const name = algorithm === 'digest' ? hash : algorithm
  if (!name || !verify(name, signed, certificate.publicKey, Buffer.from(info.signature.valueBlock.valueHexView))) throw new CmsError('signature')
  return { certificate }
}

function opened(der: Uint8Array): { info: SignerInfo, certificates: X509Certificate[] } {
  try {
    const content = ContentInfo.fromBER(own(der))
    if (content.contentType !== oid.signedData) throw new CmsError('cms')
    const data = new SignedData({ schema: content.content })
    const [info, ...more] = data.signerInfos
    if (!info || more.length || data.encapContentInfo.eContent) throw new CmsError('cms')
    const certificates = (data.certificates ?? [])
      .flatMap((one) => one instanceof Certificate ? [new X509Certificate(Buffer.from(one.toSchema().toBER()))] : [])
    return { info, certificates }
  } catch (error) {
    throw error instanceof CmsError ? error : new CmsError('cms')
  }
}

/** The hash of the signing certificate as signing-certificate-v2 has it. */
function namedCertificate(value: unknown): { hash: string, value: Uint8Array } | null {
  if (!(value instanceof asn1.Sequence)) return null
  const [certs] = value.valueBlock.value
  const [id] = certs instanceof asn1.Sequence ? certs.valueBlock.value : []
  const [first, second] = id instanceof asn1.Sequence ? id.valueBlock.value : []
  if (first instanceof asn1.OctetString) return { hash: 'sha256', value: first.valueBlock.valueHexView }
  const [algorithm] = first instanceof asn1.Sequence ? first.valueBlock.value : []
  const hash = algorithm instanceof asn1.ObjectIdentifier ? hashes[algorithm.getValue()] : undefined
  return hash && second instanceof asn1.OctetString ? { hash, value: second.valueBlock.valueHexView } : null
}

const same = (a: Uint8Array, b: Uint8Array) => a.byteLength === b.byteLength && timingSafeEqual(a, b)

/** Whether a key belongs to a certificate. */
export const belongsTo = (privateKey: KeyObject, certificate: X509Certificate) => certificate.checkPrivateKey(privateKey)
export const keyOf = (pkcs8: Uint8Array): KeyObject => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
