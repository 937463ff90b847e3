import { existsSync } from 'node:fs'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import forge from 'node-forge'
import { readOrMakeSecret } from '../platform/keys.ts'

/** UTF8String: the types of forge know classes alone there, whose numbers these are too. */
const UTF8_STRING: number = forge.asn1.Type.UTF8
const utf8 = { valueTagClass: UTF8_STRING }

/** A key with a certificate that nobody but itself vouches for, as PKCS#12. */
export function selfSignedKey(
  { name, organisation, password, from, until }: { name: string, organisation: string, password: string, from: Date, until: Date },
): Buffer {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })
  const { pki, pkcs12, asn1 } = forge
  const privateKey = pki.privateKeyFromPem(pair.privateKey)
  const certificate = pki.createCertificate()
  certificate.publicKey = pki.publicKeyFromPem(pair.publicKey)
  // Positive, whatever its first bit.
  certificate.serialNumber = `00${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = from
  certificate.validity.notAfter = until
  const subject = [{ name: 'commonName', value: name, ...utf8 }, { name: 'organizationName', value: organisation, ...utf8 }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.setExtensions([{ name: 'basicConstraints', cA: false }, { name: 'keyUsage', digitalSignature: true, nonRepudiation: true, critical: true }])
  certificate.sign(privateKey, forge.md.sha256.create())
  const store = pkcs12.toPkcs12Asn1(privateKey, [certificate], password, { algorithm: 'aes256' })
  return Buffer.from(asn1.toDer(store).getBytes(), 'binary')
}

const YEAR_MS = 365 * 24 * 3600_000

/**
 * Keys to sign papers of the demo with, one for each signer, in DATA_DIR/keys: self-signed, and named as such in what a
 * reader of the signature is shown. Made once; a list that is there stays.
 */
export async function seedSigningKeys(dataDir: string, signers: readonly { username: string, fullName: string }[], now: Date): Promise<void> {
  const folder = path.join(dataDir, 'keys')
  const list = path.join(folder, 'signing.json')
  if (existsSync(list)) return
  await mkdir(folder, { recursive: true })
  const password = await readOrMakeSecret(path.join(folder, 'signing-password'), () => randomBytes(18).toString('base64url'))
  const keys = []
  for (const { username, fullName } of signers) {
    const file = `signing-${username}.p12`
    const key = selfSignedKey({
      name: `${fullName} (khoá mẫu tự ký)`, organisation: 'Dữ liệu mẫu Nghị Sự', password, from: new Date(now.getTime() - 24 * 3600_000), until: new Date(now.getTime() + 5 * YEAR_MS),
    })
    await writeFile(path.join(folder, file), key, { mode: 0o600 })
    keys.push({ username, file, passwordFile: 'signing-password' })
  }
  await writeFile(list, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 })
}
