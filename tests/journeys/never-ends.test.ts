import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportRecord } from '../../protocol/journal.ts'
import { launchBrowser } from '../support/browser.ts'
import { stopAfterFailedStep } from '../support/journey.ts'
import { framesShown } from '../support/measure.ts'
import { openRelay, type Relay } from '../support/relay.ts'
import { at, enterRoom, photograph, takeSeat, type Seat } from '../support/seat.ts'
import { freePort } from '../support/ports.ts'

/**
 * A meeting of two goes on while one of them is cut from the server, and while the server is killed. The program is a
 * process of its own, with its own PostgreSQL and media node; one seat reaches it through a relay that can be cut, which
 * takes away everything but the media itself.
 */
describe('a meeting outlives', () => {
  const PROGRAM = path.resolve(import.meta.dirname, '../../server/main.ts')
  let folder: string
  let env: NodeJS.ProcessEnv
  let program: ChildProcess
  let password: string
  let relay: Relay
  let browser: Browser
  /** `cut` is the chair, behind the relay; `near` the clerk, who may read the journal. */
  let cut: Seat, near: Seat
  let journalUrl: string
  /** Everything that was written, by whomever. */
  const said: string[] = []

  /** Starts the program and resolves once it is ready. */
  async function start(): Promise<void> {
    const child = program = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    await new Promise<void>((resolve, reject) => {
      const listen = (text: string) => {
        output += text
        if (/\nready /.test(output)) resolve()
      }
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', listen)
      child.once('exit', () => reject(new Error(`the program ended:\n${output}`)))
    })
    password = /with the password (\S+)/.exec(output)?.[1] ?? ''
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'never-ends-'))
    await chmod(folder, 0o755)
    const port = await freePort()
    relay = await openRelay({ host: '127.0.0.1', port })
    const [origin, relayed] = [`http://localhost:${port}`, `http://localhost:${relay.port}`]
    env = {
      PATH: process.env['PATH'], HOME: process.env['HOME'], MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'],
      DATA_DIR: path.join(folder, 'data'), PORT: String(port), PUBLIC_ORIGINS: relayed,
      MEDIA_PORT: String(await freePort()), MEDIA_WORKERS: '1', LOG_LEVEL: 'warn',
    }
    await start()
    browser = await launchBrowser()
    const demo = { password }
    cut = await takeSeat(browser, { origin: relayed, demo }, 'bao')
    near = await takeSeat(browser, { origin, demo }, 'nhan.khong')
    const { meetings } = await (await near.page.request.get(`${origin}/api/meetings?status=published`)).json() as { meetings: { id: string }[] }
    const id = meetings[0]!.id
    journalUrl = `${origin}/api/meetings/${id}/journal`
    await enterRoom(cut, { origin: relayed }, `/meetings/${id}`, false)
    await enterRoom(near, { origin }, `/meetings/${id}`, false)
    await picturesGoOn()
    // Both have looked at the chat before: what a page has not loaded yet it cannot show while it is cut.
    for (const seat of [cut, near]) {
      await at(seat, 'tab-chat').click()
      await at(seat, 'chat-text').waitFor()
    }
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    // Only the program itself ends its PostgreSQL and its media node; one that was killed has to be started for that.
    if (program.signalCode) await start()
    if (program.exitCode === null) {
      program.kill('SIGTERM')
      expect((await once(program, 'exit'))[0]).toBe(0)
    }
    await rm(folder, { recursive: true, force: true })
  })

  stopAfterFailedStep(() => photograph(browser, 'never-ends'))

  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 90_000, interval: 100 })
  const mediaNode = async () => (JSON.parse(await readFile(path.join(folder, 'data', 'media', 'node.json'), 'utf8')) as { pid: number }).pid
  const signalling = (seat: Seat) => at(seat, 'room-connection').getAttribute('data-media')

  async function picturesGoOn(): Promise<void> {
    await framesShown(cut.page, near.personId, 'camera', 3)
    await framesShown(near.page, cut.personId, 'camera', 3)
  }

  /** The room at both is as it was: both ways stand, and no line says that something is cut. */
  async function whole(): Promise<void> {
    for (const seat of [cut, near]) {
      await until(() => signalling(seat)).toBe('connected')
      await until(async () => (await at(seat, 'room-connection').textContent())?.trim()).toBe('')
    }
  }

  async function write(seat: Seat, text: string): Promise<void> {
    said.push(text)
    await at(seat, 'tab-chat').click()
    await at(seat, 'chat-text').fill(text)
    await at(seat, 'chat-text').press('Enter')
  }
  async function wrote(seat: Seat, text: string): Promise<void> {
    await write(seat, text)
    await at(seat, 'chat-message').filter({ hasText: text }).waitFor()
  }
  async function chatAt(seat: Seat): Promise<string[]> {
    await at(seat, 'tab-chat').click()
    return await at(seat, 'chat-message').locator('p.whitespace-pre-wrap').allTextContents()
  }

  const raised = (seat: Seat) => at(seat, 'toggle-hand').getAttribute('aria-pressed')

  async function journal() {
    const records = await (await near.page.request.get(journalUrl)).json() as ExportRecord[]
    const entries = records.flatMap((record) => (record.record === 'entry' ? [record] : []))
    return { entries, kind: (kind: string) => entries.filter((entry) => entry.kind === kind) }
  }

  /** Whatever was written is there once, at both and in the journal, in one order; and nobody left or came anew. */
  async function nothingLostOrDoubled(): Promise<void> {
    for (const seat of [cut, near]) await until(async () => (await chatAt(seat)).toSorted()).toEqual(said.toSorted())
    expect(await chatAt(cut)).toEqual(await chatAt(near))
    const { kind } = await journal()
    expect(kind('chat.sent')).toHaveLength(said.length)
    expect(kind('attendance.joined')).toHaveLength(2)
    expect(kind('attendance.left')).toEqual([])
  }

  it.each([5, 20, 60])('a cut of %i s at one seat', async (seconds) => {
    const hands = (await journal()).kind('floor.requested').length
    relay.cut()
    const end = Date.now() + seconds * 1_000
    await until(() => signalling(cut)).toBe('reconnecting')
    await write(cut, `Từ chỗ bị cắt ${seconds} giây`)
    await wrote(near, `Trong lúc cắt ${seconds} giây`)
    await at(near, 'toggle-hand').click()
    await until(() => raised(near)).toBe('true')
    do await picturesGoOn()
    while (Date.now() < end)
    // Nothing came through meanwhile, and the person counts as present all the same.
    expect(await chatAt(cut)).not.toContain(`Trong lúc cắt ${seconds} giây`)
    expect((await journal()).kind('attendance.left')).toEqual([])
    await at(near, `tile-${cut.personId}`).first().waitFor()
    await wrote(near, `Cuối lúc cắt ${seconds} giây`)

    relay.mend()
    await whole()
    await nothingLostOrDoubled()
    await at(cut, 'tab-floor').click()
    await at(cut, `hand-${near.personId}`).waitFor()
    expect(await at(cut, `hand-${near.personId}`).count()).toBe(1)
    expect((await journal()).kind('floor.requested')).toHaveLength(hands + 1)
    await picturesGoOn()
    await at(near, 'toggle-hand').click()
    await at(cut, `hand-${near.personId}`).waitFor({ state: 'detached' })
  }, 240_000)

  it('kill -9 of the server: pictures go on without it, and the next one has the room as it was', async () => {
    await at(near, 'toggle-hand').click()
    await until(() => raised(near)).toBe('true')
    const node = await mediaNode()
    const before = (await journal()).entries.map(({ seq, kind }) => `${seq} ${kind}`)
    program.kill('SIGKILL')
    await once(program, 'exit')
    for (const seat of [cut, near]) await until(() => signalling(seat)).toBe('reconnecting')
    await picturesGoOn()
    await write(near, 'Viết khi không có máy chủ')
    await picturesGoOn()

    await start()
    await wrote(cut, 'Ngay khi máy chủ trở lại')
    await whole()
    await nothingLostOrDoubled()
    await picturesGoOn()
    // The same media node, adopted; the entries of before, and after them only what was written since.
    expect(await mediaNode()).toBe(node)
    const after = (await journal()).entries.map(({ seq, kind }) => `${seq} ${kind}`)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after.slice(before.length).map((entry) => entry.split(' ')[1])).toEqual(['chat.sent', 'chat.sent'])
    expect(await raised(near)).toBe('true')
    await at(cut, 'tab-floor').click()
    await at(cut, `hand-${near.personId}`).waitFor()
  }, 240_000)

  it('ran without a script error', () => {
    for (const seat of [cut, near]) expect(seat.problems).toEqual([])
  })
})
