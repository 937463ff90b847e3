import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '../platform/error.ts'
import { systemCode } from '../platform/start-error.ts'
import type { SigningKey } from './cms.ts'
import { openPkcs12, Pkcs12Error } from './pkcs12.ts'

/**
 * The signing keys of this installation: PKCS#12 files that a file of the administrator names, with where their passwords are.
 * Each is of one signer, by user name, or of the office of one body. Nothing of them is in the database; they are read when
 * something is signed, so that a renewed key holds at once.
 */

/** A password is an environment variable, or all of a file but the line break at its end; ASCII, as PKCS#12 files agree upon. */
const KeyEntry = z.strictObject({
  file: z.string().min(1), passwordEnv: z.string().min(1).optional(), passwordFile: z.string().min(1).optional(),
  username: z.string().min(1).optional(), body: z.string().min(1).optional(),
}).refine(({ passwordEnv, passwordFile }) => (passwordEnv === undefined) !== (passwordFile === undefined), { message: 'name passwordEnv or passwordFile' })
  .refine(({ username, body }) => (username === undefined) !== (body === undefined), { message: 'name username or body' })
const KeysFile = z.strictObject({ keys: z.array(KeyEntry).max(500) })
type KeyEntry = z.infer<typeof KeyEntry>

export interface SigningKeysDeps {
  /** JSON: `{ "keys": [{ "username": "…", "file": "….p12", "passwordEnv": "…" }] }`; undefined, or not there: no keys. */
  file: string | undefined
  env: NodeJS.ProcessEnv
  usernameOf(personId: string): Promise<string | null>
  bodyNameOf(bodyId: string): Promise<string | null>
  now?: () => Date
}

/** Throws `signingKeyUnusable` with details `reason`: file, password, key, expired, notYetValid. */
export function createSigningKeys({ file, env, usernameOf, bodyNameOf, now = () => new Date() }: SigningKeysDeps) {
  const unusable = (reason: string, cause?: unknown) => new AppError('signingKeyUnusable', { reason }, { cause })

  async function entries(): Promise<KeyEntry[]> {
    if (file === undefined) return []
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []
      throw unusable('file', error)
    }
    try {
      return KeysFile.parse(JSON.parse(text)).keys
    } catch (error) {
      throw unusable('file', error)
    }
  }

  /** That of the signer before that of the office. */
  async function entryFor(personId: string, bodyId: string): Promise<KeyEntry | undefined> {
    const all = await entries()
    if (!all.length) return undefined
    const username = await usernameOf(personId)
    const own = all.find((entry) => entry.username !== undefined && entry.username.toLowerCase() === username)
    if (own) return own
    const name = await bodyNameOf(bodyId)
    return all.find(({ body }) => body !== undefined && (body === bodyId || body === name))
  }

  async function passwordOf({ passwordEnv, passwordFile }: KeyEntry, folder: string): Promise<string> {
    if (passwordEnv !== undefined) {
      const password = env[passwordEnv]
      if (password === undefined) throw unusable('password')
      return password
    }
    return (await readFile(path.resolve(folder, passwordFile ?? ''), 'utf8').catch((error: unknown) => { throw unusable('password', error) })).replace(/\r?\n$/, '')
  }

  return {
    has: async (personId: string, bodyId: string): Promise<boolean> => await entryFor(personId, bodyId).catch(() => undefined) !== undefined,

    /** Null: none is configured. */
    async keyFor(personId: string, bodyId: string): Promise<SigningKey | null> {
      const entry = await entryFor(personId, bodyId)
      if (!entry || file === undefined) return null
      const folder = path.dirname(file)
      const store = await readFile(path.resolve(folder, entry.file)).catch((error: unknown) => { throw unusable('file', error) })
      const password = await passwordOf(entry, folder)
      let key: SigningKey
      try {
        key = openPkcs12(store, password)
      } catch (error) {
        throw unusable(error instanceof Pkcs12Error ? error.reason : 'file', error)
      }
      const { validFromDate, validToDate } = key.certificate
      if (now() < validFromDate) throw unusable('notYetValid')
      if (now() > validToDate) throw unusable('expired')
      return key
    },
  }
}

export type SigningKeys = ReturnType<typeof createSigningKeys>
