import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { SignJWT } from 'jose'
import { GRANT_ALGORITHM, GRANT_LIFETIME_S, type GrantClaims, type MediaRights } from '../../protocol/media-grant.ts'
import { endMediaProcess, startMediaProcess } from '../../server/platform/media-process.ts'
import { freePort } from '../../tests/support/ports.ts'
import { mediaAddress } from '../address.ts'
import { endAtExit } from '../exit.ts'
import { childrenOf, pin } from '../proc.ts'
import type { MediaServer } from './server.ts'

const RIGHTS: Record<'send' | 'receive', MediaRights> = {
  send: { publish: ['microphone', 'camera'], receive: ['microphone', 'camera'], say: [] },
  receive: { publish: [], receive: ['microphone', 'camera'], say: [] },
}

/** Starts the product's media node as its server does, and signs grants as its server does. */
export async function startNode(options: { cores: number[]; workers: number }): Promise<MediaServer> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'bench-node-'))
  const secret = randomBytes(32)
  const grantSecretFile = path.join(dataDir, 'secret')
  await writeFile(grantSecretFile, secret.toString('hex'), { mode: 0o600 })
  const address = mediaAddress()
  const { pid, nodeId, signallingSocket } = await startMediaProcess({
    dataDir, grantSecretFile, workerBin: process.env['MEDIASOUP_WORKER_BIN'], workers: options.workers,
    basePort: await freePort(), listenAddress: address, announcedAddress: address, graceMs: 10_000,
  })
  const stopped = endAtExit(pid, dataDir)
  for (const one of [pid, ...childrenOf(pid)]) pin(one, options.cores)

  async function sign(room: string, peer: string, rights: MediaRights): Promise<string> {
    const claims: Omit<GrantClaims, 'aud' | 'jti' | 'exp'> = {
      room, peer, label: `label of ${peer}`, rights, silent: false, issuedAt: Date.now(),
    }
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: GRANT_ALGORITHM })
      .setAudience(nodeId)
      .setJti(randomUUID())
      .setExpirationTime(`${GRANT_LIFETIME_S} s`)
      .sign(secret)
  }

  return {
    mediaPids: () => childrenOf(pid),
    signallingPids: () => [pid],
    async openRoom() {
      const room = randomUUID()
      return {
        admit: async (peer, right) => ({
          side: 'node', socket: signallingSocket, nodeId, peer, grant: await sign(room, peer, RIGHTS[right]),
        }),
      }
    },
    async stop() {
      await endMediaProcess(pid)
      await rm(dataDir, { recursive: true, force: true })
      stopped()
    },
  }
}
