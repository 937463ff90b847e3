import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Id } from '../../protocol/journal.ts'
import { readOrMakeSecret } from '../platform/keys.ts'
import { systemCode } from '../platform/start-error.ts'

/** The keys of one vote, none of which the database ever has. */
export interface VoteKeys {
  /** Encrypts the vote's private RSA key. */
  signing: Buffer
  /** Encrypts ballots. */
  ballots: Buffer
  /** Names their places. */
  slots: Buffer
}

/**
 * A random secret for each secret vote while it is open, in a file of its own outside the database. The vote's keys are derived
 * from it and from the installation's secret, so that neither alone opens anything; and once the file is destroyed, nobody can.
 */
export interface VoteSecrets {
  /** Makes the secret, on the disk before this returns, or gives the one that there is. */
  make(voteId: string): Promise<VoteKeys>
  /** Undefined where the secret is not, or no longer. */
  find(voteId: string): Promise<VoteKeys | undefined>
  /** Overwrites and deletes it. */
  destroy(voteId: string): Promise<void>
  /** The votes whose secret is there, and since when. */
  kept(): Promise<{ voteId: string, since: Date }[]>
}

export async function openVoteSecrets(folder: string, installation: Buffer): Promise<VoteSecrets> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fileOf = (voteId: string) => path.join(folder, Id.parse(voteId))
  const derive = (secret: string): VoteKeys => {
    const key = (purpose: string) => Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'hex'), installation, `nghisu secret vote ${purpose}`, 32))
    return { signing: key('signing'), ballots: key('ballots'), slots: key('slots') }
  }
  /** What a folder lists survives a cut of power only once the folder itself is on the disk. */
  async function settle(): Promise<void> {
    const handle = await open(folder)
    await handle.sync().finally(() => handle.close())
  }

  return {
    async make(voteId) {
      const secret = await readOrMakeSecret(fileOf(voteId), () => randomBytes(32).toString('hex'))
      await settle()
      return derive(secret)
    },
    async find(voteId) {
      const secret = await readFile(fileOf(voteId), 'utf8').catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') return undefined
        throw error
      })
      return secret === undefined ? undefined : derive(secret)
    },
    async destroy(voteId) {
      const file = fileOf(voteId)
      try {
        const handle = await open(file, 'r+')
        await handle.write(Buffer.alloc(64), 0, 64, 0).then(() => handle.sync()).finally(() => handle.close())
        await rm(file)
        await settle()
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error
      }
    },
    async kept() {
      const names = (await readdir(folder)).filter((name) => Id.safeParse(name).success)
      return await Promise.all(names.map(async (voteId) => ({ voteId, since: (await stat(fileOf(voteId))).mtime })))
    },
  }
}
