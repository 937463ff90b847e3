import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { startServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { launchBrowser } from '../../tests/support/browser.ts'
import { freePort } from '../../tests/support/ports.ts'
import { takeSeat } from '../../tests/support/seat.ts'
import { describeMachine, format, keep, partText, verdict, type PartReport, type Report } from '../report.ts'
import { percentile, sorted } from '../statistics.ts'
import { writeScan } from './scan.ts'

/**
 * `npm run bench:reading -- [--opens 20] [--quick]`: from the click on a document to its first page painted, of a flat scan of 300
 * pages and more than 100 MB, in a real browser; as it came, and as the copy that the server makes of it, in turns.
 */

const GOAL_MS = 1_000
/** How long somebody looks at the programme before they click. */
const LOOKS_MS = 5_000

const { values: options } = parseArgs({ options: { opens: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const opens = Number(options.opens ?? (options.quick ? 3 : 20))
const pages = options.quick ? 60 : 300

/** `askedMs`: from the click until the reader asks for the file; `hadMs`: until the last part has come that the first page needed. */
interface Opening { ms: number, askedMs: number, hadMs: number, requests: number, bytes: number }
interface Contender { name: 'copy' | 'as it came', file: string, fileBytes: number, documentId: string, openings: Opening[] }

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'bench-reading-'))
const server = await startServer(loadConfig({ PORT: String(await freePort()), DATA_DIR: path.join(dataDir, 'data'), LOG_LEVEL: 'error' }), { media: false })
let browser: Browser | undefined
try {
  browser = await launchBrowser()
  const [clerk, member] = [await takeSeat(browser, server, 'chi'), await takeSeat(browser, server, 'hang')]
  const { meetings: [meeting] } = await (await clerk.page.request.get(`${server.origin}/api/meetings?status=published`)).json() as { meetings: { id: string }[] }
  const meetingId = meeting!.id
  const signedIn = await member.context.storageState()
  const contenders: Contender[] = []
  for (const name of ['copy', 'as it came'] as const) contenders.push(await attach(name, meetingId, clerk.personId))
  await madeReadable(contenders)
  for (let done = 0; done <= opens; done += 1) {
    for (const contender of done % 2 ? contenders : contenders.toReversed()) {
      const opening = await openOnce(browser, signedIn, meetingId, contender)
      // The first of each warms the server.
      if (done > 0) contender.openings.push(opening)
    }
  }
  const report: Report = {
    benchmark: 'reading',
    command: `npm run bench:reading${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
    takenAt: new Date().toISOString(), quick: options.quick, machine: describeMachine(), parts: [partOf(contenders)],
  }
  for (const part of report.parts) console.log(`${partText(part)}\n`)
  console.log(`Written to ${keep(report)}`)
} finally {
  await browser?.close()
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit(0)

async function attach(name: Contender['name'], meetingId: string, personId: string): Promise<Contender> {
  const file = path.join(dataDir, `${name}.pdf`)
  const fileBytes = await writeScan(file, pages, name)
  const itemId = (await server.journal.state(meetingId, meetingReducer)).agenda[0]!.itemId
  const { documentId } = await server.domains.documents.attachMade(meetingId, itemId, { personId, administrator: false }, {
    pdf: await readFile(file), name: `Hồ sơ quét, ${name}.pdf`, key: `bench ${name}`,
  })
  return { name, file, fileBytes, documentId, openings: [] }
}

/** Waits for the conversions, and takes the copy away from the one that is read as it came. */
async function madeReadable(contenders: readonly Contender[]): Promise<void> {
  for (const { name, file } of contenders) {
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
    const sha256 = hash.digest()
    const state = async () => (await server.domains.converting.conversion.statesOf(server.db, [sha256.toString('hex')])).get(sha256.toString('hex'))
    while (['waiting', 'running'].includes((await state())?.status ?? 'waiting')) await new Promise((resolve) => { setTimeout(resolve, 200) })
    const settled = await state()
    if (settled?.status !== 'ready' || settled.pdfSha256 === sha256.toString('hex')) throw new Error(`no copy was made: ${JSON.stringify(settled)}`)
    if (name === 'as it came') await server.db('rendition').where({ sha256 }).update({ pdf_sha256: sha256 })
  }
}

/** In a browser profile that has nothing in its cache but what the programme's page brought. */
async function openOnce(from: Browser, storageState: Awaited<ReturnType<BrowserContext['storageState']>>, meetingId: string, { documentId }: Contender): Promise<Opening> {
  const context = await from.newContext({ viewport: { width: 1440, height: 900 }, locale: 'vi-VN', storageState })
  const page = await context.newPage()
  await installStopwatch(page, documentId)
  let [requests, bytes] = [0, 0]
  page.on('response', (response) => {
    if (!new URL(response.url()).pathname.endsWith('/file')) return
    requests += 1
    const range = /^bytes (\d+)-(\d+)\//.exec(response.headers()['content-range'] ?? '')
    if (range) bytes += Number(range[2]) - Number(range[1]) + 1
  })
  await page.goto(`${server.origin}/meetings/${meetingId}`)
  const link = page.locator(`a[href*="${documentId}"]`).first()
  await link.waitFor()
  await page.waitForTimeout(LOOKS_MS)
  await link.click()
  const times = await page.evaluate(() => (globalThis as typeof globalThis & { firstPage: Promise<Pick<Opening, 'ms' | 'askedMs' | 'hadMs'>> }).firstPage)
  await context.close()
  return { ...times, requests, bytes }
}

/** Makes a page note how long it is from the click on a document to the frame in which its first page stands, by its own clock. */
async function installStopwatch(page: Page, documentId: string): Promise<void> {
  await page.addInitScript((id) => {
    let clickedAt = Number.NaN
    addEventListener('click', (event) => {
      if ((event.target as Element).closest(`a[href*="${id}"]`)) clickedAt = event.timeStamp
    }, { capture: true })
    const firstPage = new Promise<Pick<Opening, 'ms' | 'askedMs' | 'hadMs'>>((resolve) => {
      new MutationObserver((_, observer) => {
        if (Number.isNaN(clickedAt) || !document.querySelector('.page[data-page-number="1"][data-loaded="true"] canvas')) return
        observer.disconnect()
        const parts = performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.endsWith('/file')) as PerformanceResourceTiming[]
        const [askedMs, hadMs] = [Math.min(...parts.map((part) => part.startTime)) - clickedAt, Math.max(...parts.map((part) => part.responseEnd)) - clickedAt]
        requestAnimationFrame(() => requestAnimationFrame((now) => resolve({ ms: now - clickedAt, askedMs, hadMs })))
      }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-loaded'] })
    })
    Object.assign(globalThis, { firstPage })
  }, documentId)
}

function partOf(contenders: readonly Contender[]): PartReport {
  const of = (name: Contender['name']) => contenders.find((one) => one.name === name)!
  const times = (name: Contender['name']) => sorted(of(name).openings.map(({ ms }) => ms))
  const middle = (name: Contender['name'], figure: Exclude<keyof Opening, 'ms'>) => percentile(sorted(of(name).openings.map((one) => one[figure])), 0.5)
  return {
    part: `First page of a scan of ${pages} pages and ${format(of('copy').fileBytes / 1e6, 0)} MB (${opens} openings each)`,
    tables: [{
      title: 'From the click on the document to its first page painted',
      columns: ['the file is read', 'median, ms', 'p95, ms', 'longest, ms', 'file asked for after, ms', 'parts there after, ms', 'requests', 'fetched, MB'],
      rows: (['copy', 'as it came'] as const).map((name) => [
        name === 'copy' ? 'as the copy that the server made' : 'as it came', format(percentile(times(name), 0.5), 0), format(percentile(times(name), 0.95), 0),
        format(times(name).at(-1) ?? Number.NaN, 0), format(middle(name, 'askedMs'), 0), format(middle(name, 'hadMs'), 0), format(middle(name, 'requests'), 0), format(middle(name, 'bytes') / 1e6, 1),
      ]),
    }],
    verdicts: [verdict({ what: 'click on the document to its first page, p95', figure: percentile(times('copy'), 0.95), digits: 0, unit: ' ms', atMost: GOAL_MS })],
    remarks: [
      `Each opening is in a new browser profile, ${LOOKS_MS / 1000} s after the programme’s page was opened, which fetches and starts the reader’s scripts meanwhile. The network is the loopback: requests and megabytes show what a slower line adds.`,
      'Both files are the same scan but for a remark of some letters; the second has had its copy taken away in the database, and they are opened in turns.',
    ],
    raw: contenders.map(({ name, openings }) => ({ name, openings })),
  }
}
