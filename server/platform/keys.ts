import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, link, open, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from './config.ts'
import { fileProblem, prepareDataDir } from './data-dir.ts'
import { StartError, systemCode } from './start-error.ts'

export interface Keys {
  /** Signs session cookies. */
  sessionSecret: string
  /** Ed25519 pair that signs journal heads; the private half never enters the database. */
  journal: { privateKey: KeyObject; publicKey: KeyObject }
  /** HS256 secret of media grants, shared with media nodes of this machine. */
  mediaGrantSecret: Uint8Array
  /** Where that secret is kept, in hexadecimal digits: media nodes read it themselves. */
  mediaGrantSecretFile: string
}

/** The file appears under its name only when it is whole; one that came first stays. */
async function makeSecret(file: string, content: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`
  const handle = await open(fresh, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
    await link(fresh, file)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  } finally {
    await handle.close()
    await rm(fresh, { force: true })
  }
}

/**
 * Reads a secret file, or makes it (mode 0600, on disk before this returns) when it is not there.
 * Of two processes that make it at once, one wins and both read the same.
 */
export async function readOrMakeSecret(file: string, make: () => string): Promise<string> {
  try {
    if (!existsSync(file)) await makeSecret(file, make())
    await chmod(file, 0o600)
    return await readFile(file, 'utf8')
  } catch (error) {
    throw fileProblem(error, file)
  }
}

function readJournalKey(pem: string, file: string): Keys['journal'] {
  try {
    const privateKey = createPrivateKey(pem)
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`the key is ${privateKey.asymmetricKeyType}`)
    return { privateKey, publicKey: createPublicKey(privateKey) }
  } catch (cause) {
    throw new StartError(
      'keyFileUnusable',
      `${file} holds no Ed25519 private key.`,
      'Put the right file back from the backup: signatures of earlier journal heads can only be continued with it.',
      { cause },
    )
  }
}

async function namedJournalKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new StartError(
      'keyFileUnusable',
      `JOURNAL_KEY_FILE=${file} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`,
      `Put the file there, or make one once and keep a copy: openssl genpkey -algorithm ed25519 -out ${file}`,
      { cause },
    )
  }
}

const hex = () => randomBytes(32).toString('hex')
const ed25519 = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/**
 * The program's secrets: read from where the configuration says, or made once in `DATA_DIR/keys` (0600). A journal key
 * that was named is never made here: a new one in the place of a lost one would go unnoticed.
 * Errors: dataDirNotWritable, diskFull, keyFileUnusable.
 */
export async function loadKeys(config: Pick<Config, 'dataDir' | 'sessionSecret' | 'journalKeyFile'>): Promise<Keys> {
  await prepareDataDir(config.dataDir)
  const folder = path.join(config.dataDir, 'keys')
  const journal = config.journalKeyFile
  const mediaGrantSecretFile = path.join(folder, 'media-grant-secret')
  const pem = journal.named ? await namedJournalKey(journal.path) : await readOrMakeSecret(journal.path, ed25519)
  return {
    sessionSecret: config.sessionSecret ?? (await readOrMakeSecret(path.join(folder, 'session-secret'), hex)),
    journal: readJournalKey(pem, journal.path),
    mediaGrantSecret: Buffer.from(await readOrMakeSecret(mediaGrantSecretFile, hex), 'hex'),
    mediaGrantSecretFile,
  }
}
