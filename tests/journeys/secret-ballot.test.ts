import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoJourney } from '../support/journey.ts'
import { at, confirm, enterRoom, type Seat } from '../support/seat.ts'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** A council votes secretly: drawn on one device, cast without a cookie, found again in the opened box, counted again by a stranger. */
describe('a secret ballot', () => {
  const house = demoJourney('secret-ballot')
  let folder: string
  let chair: Seat, member: Seat, again: Seat
  let meetingPath: string
  /** What the member's browser sent as ballots, with the cookies that went along. */
  const sent: { cookie: string | undefined, body: string }[] = []

  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'secret-')) })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const save = async (seat: Seat, id: string) => {
    const [file] = await Promise.all([seat.page.waitForEvent('download'), at(seat, id).click()])
    const path = join(folder, `${id}.json`)
    await file.saveAs(path)
    return path
  }

  it('is opened by the chair, and each draws one credential on one device', async () => {
    chair = await house.sit('bao')
    member = await house.sit('nguyet', PHONE)
    meetingPath = await house.meetingPath(member)
    await enterRoom(chair, house.server, meetingPath, false)
    await at(chair, 'open-meeting').click()
    await confirm(chair, 'Khai mạc cuộc họp')
    await enterRoom(member, house.server, meetingPath, false)
    await at(chair, 'tab-vote').click()
    await at(chair, 'open-vote').first().click()
    await at(chair, 'vote-secret').click()
    if (await at(chair, 'without-quorum').count()) await at(chair, 'without-quorum').fill('Diễn tập')
    await at(chair, 'confirm-open-vote').click()

    await at(member, 'tab-vote').click()
    await at(member, 'draw-credential').click()
    await at(member, 'credential-drawn').waitFor()
    await at(chair, 'draw-credential').click()
    await at(chair, 'credential-drawn').waitFor()
    await at(chair, 'drawn-count').filter({ hasText: /^2\// }).waitFor()

    // On another device, while the first one is put away.
    await member.page.goto('about:blank')
    again = await house.sit('nguyet', PHONE)
    await enterRoom(again, house.server, meetingPath, false)
    await at(again, 'tab-vote').click()
    await at(again, 'secret-elsewhere').waitFor()
    await again.context.close()
  })

  it('is cast after a reload, without a cookie, and gives a receipt', async () => {
    await enterRoom(member, house.server, meetingPath, false)
    await at(member, 'tab-vote').click()
    await at(member, 'credential-drawn').waitFor()
    await at(chair, 'open-casting').click()
    await confirm(chair, 'Mở bỏ phiếu')
    member.page.on('request', (request) => {
      if (!request.url().endsWith('/api/ballots')) return
      void request.allHeaders().then(({ cookie }) => sent.push({ cookie, body: request.postData() ?? '' }))
    })
    // The first answer is lost on its way.
    await member.page.route('**/api/ballots', (route) => route.abort(), { times: 1 })
    await at(member, 'vote-reject').click()
    await member.page.waitForTimeout(700)
    await at(member, 'cast-secret').click()
    await at(member, 'send-again').click()
    await at(member, 'secret-receipt').waitFor()
    await at(chair, 'vote-approve').click()
    await chair.page.waitForTimeout(700)
    await at(chair, 'cast-secret').click()
    await at(chair, 'secret-receipt').waitFor()
    expect(sent.length).toBeGreaterThanOrEqual(2)
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    expect(sent.map(({ cookie }) => cookie).filter(Boolean)).toEqual([])
    expect(sent[0]?.body).not.toContain(member.personId)
  })

  it('is opened: everybody finds theirs, and a stranger counts again', async () => {
    const receipt = await save(member, 'save-receipt')
    await at(chair, 'close-secret').click()
    await confirm(chair, 'Kết thúc bỏ phiếu và mở hòm')
    for (const seat of [member, chair]) {
      await seat.page.locator('[data-testid="own-ballot"][data-found="true"]').waitFor()
      await seat.page.locator('[data-testid="recount"][data-agrees="true"]').waitFor()
    }
    await at(chair, 'vote-result').getByText('Kết quả · Bỏ phiếu kín').waitFor()
    await at(member, 'own-ballot').locator('summary').click()
    await at(member, 'own-ballot').getByText('Không tán thành').waitFor()
    // After the meeting the way to it is from the meeting's page.
    await member.page.goto(house.server.origin + meetingPath)
    await at(member, 'look-into-box').click()
    await member.page.locator('[data-testid="own-ballot"][data-found="true"]').waitFor()
    const box = await save(chair, 'save-box')
    const { stdout } = await promisify(execFile)(process.execPath, ['server/secret-ballots/verify-cli.ts', box, '--receipt', receipt])
    expect(stdout).toContain('VERIFIED')
    for (const { problems } of [chair, member]) expect(problems).toEqual([])
  })
})
