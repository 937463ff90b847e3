import { X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { belongsTo, keyOf, type SigningKey } from './cms.ts'

/** Why a PKCS#12 file gives no key. */
export class Pkcs12Error extends Error {
  readonly reason: 'file' | 'password' | 'key'

  constructor(reason: Pkcs12Error['reason'], options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}

const der = (value: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(value).getBytes(), 'binary')

/**
 * The key of a PKCS#12 file with its certificate, and the others as its chain; of today's ciphers as of the older ones that
 * authorities still hand out. Throws Pkcs12Error.
 */
export function openPkcs12(file: Uint8Array, password: string): SigningKey {
  const store = openStore(file, password)
  const bags = (type: string) => store.getBags({ bagType: type })[type] ?? []
  const { pki } = forge
  const certificates = bags(pki.oids.certBag ?? '').flatMap(({ cert, asn1 }) => {
    // What forge does not know (elliptic curves) it leaves as it is.
    const raw = cert ? pki.certificateToAsn1(cert) : asn1
    return [new X509Certificate(der(raw))]
  })
  for (const { key, asn1 } of [...bags(pki.oids.pkcs8ShroudedKeyBag ?? ''), ...bags(pki.oids.keyBag ?? '')]) {
    const privateKey = keyOf(der(key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key)) : asn1))
    const certificate = certificates.find((one) => belongsTo(privateKey, one))
    if (certificate) return { privateKey, certificate, chain: certificates.filter((one) => one !== certificate) }
  }
  throw new Pkcs12Error('key')
}

function openStore(file: Uint8Array, password: string): forge.pkcs12.Pkcs12Pfx {
  let structure: forge.asn1.Asn1
  try {
    structure = forge.asn1.fromDer(Buffer.from(file).toString('binary'))
  } catch (cause) {
    throw new Pkcs12Error('file', { cause })
  }
  try {
    return forge.pkcs12.pkcs12FromAsn1(structure, false, password)
  } catch (cause) {
    throw new Pkcs12Error(/password|MAC/i.test(String(cause)) ? 'password' : 'file', { cause })
  }
}
