import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { isIP } from 'node:net'
import path from 'node:path'
import { generate } from 'selfsigned'
import type { Config } from './config.ts'
import { fileProblem, prepareDataDir } from './data-dir.ts'
import { StartError, systemCode } from './start-error.ts'

/** What https.createServer takes; `selfSigned` when browsers will ask their user to trust it. */
export interface Tls {
  cert: string
  key: string
  selfSigned: boolean
}

const DAYS = 24 * 3600 * 1000
const VALID_DAYS = 825
const RENEW_DAYS = 30

function tlsProblem(variable: string, file: string, why: string, cause: unknown): StartError {
  return new StartError('tlsFileUnusable', `${variable}=${file} ${why}.`,
    'Name a PEM certificate (with its chain) and its unencrypted PEM key, or neither for a self-signed certificate.', { cause })
}

async function readGiven(variable: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw tlsProblem(variable, file, `cannot be read (${systemCode(cause) ?? 'unknown reason'})`, cause)
  }
}

async function givenTls(files: { cert: string; key: string }): Promise<Tls> {
  const cert = await readGiven('TLS_CERT', files.cert)
  const key = await readGiven('TLS_KEY', files.key)
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch (cause) {
    throw tlsProblem('TLS_CERT', files.cert, 'holds no PEM certificate', cause)
  }
  let matches: boolean
  try {
    matches = certificate.checkPrivateKey(createPrivateKey(key))
  } catch (cause) {
    throw tlsProblem('TLS_KEY', files.key, 'holds no unencrypted PEM private key', cause)
  }
  if (!matches) throw tlsProblem('TLS_KEY', files.key, 'is not the key of the certificate in TLS_CERT', undefined)
  return { cert, key, selfSigned: false }
}

/** Whether a kept certificate still names every host and lasts for a while. */
function stillFits(cert: string, hosts: string[]): boolean {
  try {
    const certificate = new X509Certificate(cert)
    const lasts = certificate.validToDate.getTime() - Date.now() > RENEW_DAYS * DAYS
    return lasts && hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined)
  } catch {
    return false
  }
}

async function makeCertificate(hosts: string[]): Promise<{ cert: string; key: string }> {
  const altNames = hosts.map((host) => (isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host }))
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAYS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** Key and certificate in one file, so that a start that is killed leaves both or neither. */
async function selfSignedTls(dataDir: string, hosts: string[]): Promise<Tls> {
  await prepareDataDir(dataDir)
  const file = path.join(dataDir, 'keys', 'self-signed-tls.json')
  const kept = await readFile(file, 'utf8').then((text): { cert: string; key: string } => JSON.parse(text)).catch(() => undefined)
  if (kept && stillFits(kept.cert, hosts)) return { ...kept, selfSigned: true }
  const made = await makeCertificate(hosts)
  try {
    await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 })
    await rename(`${file}.new`, file)
  } catch (error) {
    throw fileProblem(error, file)
  }
  return { ...made, selfSigned: true }
}

/**
 * The certificate to serve with; undefined when the server speaks plain HTTP (localhost). One that was not given is made
 * for HOST, MEDIA_ADDRESS and this machine's own names, kept in `DATA_DIR/keys`, and made anew when those change or it
 * soon ends. Errors: tlsFileUnusable, dataDirNotWritable, diskFull.
 */
export async function tlsFor(config: Config): Promise<Tls | undefined> {
  if (!config.https) return undefined
  if (config.tlsFiles) return givenTls(config.tlsFiles)
  const named = config.allowedOrigins.map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, ''))
  const hosts = [config.host, config.media.address, ...named, hostname(), 'localhost', '127.0.0.1']
  return selfSignedTls(config.dataDir, [...new Set(hosts)])
}
