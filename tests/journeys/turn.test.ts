import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IceServer } from '../../protocol/room.ts'
import { createIceServers, TURN_LIFETIME_S } from '../../server/platform/turn.ts'
import { startMediaRoom, type MediaRoom } from '../support/media-room.ts'
import { startTurnServer, TURN_PROGRAM, type TurnServer } from '../support/turn.ts'

/** Real browsers that reach a real media node through a real coturn alone, with the credentials that our server makes. */

const needs = 'coturn'
const SECRET = randomBytes(16).toString('hex')
const patience = { timeout: 90_000, interval: 200 }

/** The types of local candidates that media goes by. */
const ways = (page: Page) => page.evaluate(async () => {
  const types = new Set<string>()
  for (const connection of window.connections) {
    const stats = await connection.getStats()
    for (const report of stats.values()) {
      if (report.type === 'candidate-pair' && report.nominated) types.add(stats.get(report.localCandidateId).candidateType)
    }
  }
  return [...types]
})

/** What a browser is told when it asks for a relay with these credentials: error codes, or the candidate's type. */
const answerTo = (page: Page, server: IceServer) => page.evaluate(async (given) => {
  const connection = new RTCPeerConnection({ iceServers: [given as RTCIceServer], iceTransportPolicy: 'relay' })
  const answers: (number | string)[] = []
  const gathered = new Promise<void>((resolve) => {
    connection.onicecandidateerror = ({ errorCode }) => answers.push(errorCode)
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.type) answers.push(candidate.type)
      if (!candidate) resolve()
    }
  })
  connection.createDataChannel('asks')
  await connection.setLocalDescription()
  await gathered
  connection.close()
  return [...new Set(answers)]
}, server)

describe.skipIf(!existsSync(TURN_PROGRAM))('a browser that reaches the room through TURN alone', { meta: { needs } }, () => {
  let turn: TurnServer
  let media: MediaRoom
  /** Over UDP or TCP to the TURN server, by peer. */
  const urls = { ann: () => [`turn:127.0.0.1:${turn.port}?transport=udp`], binh: () => [`turn:127.0.0.1:${turn.port}?transport=tcp`] }
  const serversAt = (now: number, secret = SECRET, given = urls.ann()) => createIceServers({ urls: given, secret }, () => now)()

  beforeAll(async () => {
    turn = await startTurnServer(SECRET)
    media = await startMediaRoom({
      iceServers: (peer) => serversAt(Date.now(), SECRET, peer === 'binh' ? urls.binh() : urls.ann()),
    })
  })
  afterAll(async () => {
    expect(media.pageErrors).toEqual([])
    await media.stop()
    await turn.stop()
  })

  it('sees another, over UDP and over TCP', async () => {
    const ann = await media.open('relayed', 'ann', { policy: 'relay' })
    const binh = await media.open('relayed', 'binh', { policy: 'relay' })
    for (const page of [ann, binh]) expect(await page.evaluate(() => window.session.start('camera'))).toEqual({ ok: true })
    for (const [page, other] of [[ann, 'binh'], [binh, 'ann']] as const) {
      await expect.poll(() => page.evaluate((who) => window.presented[`${who}/camera`] ?? 0, other), patience).toBeGreaterThan(5)
      expect(await ways(page)).toEqual(['relay'])
    }
    expect(turn.log()).toMatch(/ALLOCATE processed, success/)
    await media.closePages()
  })

  it('is given no relay by credentials of another secret, by expired ones, and by a changed name', async () => {
    const page = await media.open('refused', 'ann')
    const [good] = serversAt(Date.now()) as [IceServer]
    expect(await answerTo(page, good)).toEqual(['relay'])
    const [forged] = serversAt(Date.now(), 'of somebody else') as [IceServer]
    expect(await answerTo(page, forged)).toEqual([401])
    const [expired] = serversAt(Date.now() - (TURN_LIFETIME_S + 60) * 1000) as [IceServer]
    expect(await answerTo(page, expired)).toEqual([401])
    const [end, name] = good.username!.split(':') as [string, string]
    expect(await answerTo(page, { ...good, username: `${Number(end) + 3600}:${name}` })).toEqual([401])
    await media.closePages()
  })
})
