import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoJourney } from '../support/journey.ts'
import { framesShown, soundEnergies } from '../support/measure.ts'
import { pdfOf } from '../support/pdf.ts'
import { at, confirm, enterRoom, type Seat } from '../support/seat.ts'

const run = promisify(execFile)
const TITLE = 'Nghiệm thu đề tài <b onclick="alert(1)">cải cách thủ tục</b>'

/** The main path of the product: a council is convened, meets by video, votes, and its minutes go out. */
describe('a provincial science council accepts a study', () => {
  const house = demoJourney('council-meeting', { MEDIA_WORKERS: '2' })
  let folder: string
  let chair: Seat, clerk: Seat, reviewer: Seat, absentee: Seat
  let meetingPath: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'council-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it('lets in who knows the password, to the page that was asked for', async () => {
    clerk = await house.sit('nhan.khong')
    const { page, context } = clerk
    // An answer on its way would bring the cookie back.
    await page.goto('about:blank')
    await context.clearCookies()
    await page.goto(`${house.server.origin}/meetings`)
    await page.getByLabel('Tên đăng nhập').fill('Nhan.Khong')
    await page.getByLabel('Mật khẩu', { exact: true }).fill('không phải mật khẩu')
    await page.getByRole('button', { name: 'Đăng nhập' }).click()
    await page.getByRole('alert').getByText('Tên đăng nhập hoặc mật khẩu không đúng').waitFor()
    await page.getByLabel('Mật khẩu', { exact: true }).fill(house.server.demo?.password ?? '')
    await page.getByRole('button', { name: 'Đăng nhập' }).click()
    await page.waitForURL(`${house.server.origin}/meetings`)
  })

  it('is convened by its clerk, with items and papers', async () => {
    await clerk.page.goto(`${house.server.origin}/meetings/new`)
    await at(clerk, 'meeting-title').fill(TITLE)
    await at(clerk, 'meeting-place').fill('Phòng họp trực tuyến')
    await at(clerk, 'create-meeting').click()
    await clerk.page.waitForURL(/\/meetings\/[0-9a-f-]{36}$/)
    meetingPath = new URL(clerk.page.url()).pathname

    for (const [index, title] of ['Nghe báo cáo phản biện', 'Bỏ phiếu xếp loại đề tài'].entries()) {
      if (!await at(clerk, 'agenda-draft-row').isVisible()) await at(clerk, 'add-item').first().click()
      await at(clerk, 'item-open').click()
      await at(clerk, 'agenda-draft-row').locator('[data-item-title]').fill(title)
      await at(clerk, 'add-this-item').click()
      await at(clerk, `agenda-row-${index + 1}`).waitFor()
    }
    await clerk.page.keyboard.press('Escape')
  })

  it('takes a PDF as a paper, and refuses a text that calls itself one', async () => {
    const report = join(folder, 'Báo cáo kết quả.pdf')
    const impostor = join(folder, 'Không phải PDF.pdf')
    await writeFile(report, await pdfOf(['Kết quả nghiên cứu cải cách thủ tục hành chính', 'Trang hai của báo cáo']))
    await writeFile(impostor, 'chỉ là một dòng chữ')
    await at(clerk, 'item-details-1').click()
    const row = at(clerk, 'agenda-row-1')
    await row.getByTestId('attach-document').setInputFiles([report, impostor])
    await row.getByTestId('document-link').filter({ hasText: 'Báo cáo kết quả.pdf' }).waitFor()
    await row.getByTestId('upload').filter({ hasText: 'Không phải PDF.pdf' }).getByText('Loại tệp này không được nhận').waitFor()
    expect(await row.getByTestId('document-link').count()).toBe(1)
  })

  it('is known to no member before it is published, and to every member afterwards', async () => {
    reviewer = await house.sit('nguyet', { viewport: { width: 390, height: 844 } })
    await reviewer.page.goto(`${house.server.origin}/meetings`)
    await reviewer.page.getByText('Đổi mới cách tổ chức hội nghị').first().waitFor()
    expect(await reviewer.page.getByText(TITLE).count()).toBe(0)
    await reviewer.page.goto(house.server.origin + meetingPath)
    await reviewer.page.getByText('Không tìm thấy cuộc họp').first().waitFor()
    expect(await reviewer.page.getByText('Nghe báo cáo phản biện').count()).toBe(0)

    await at(clerk, 'publish-meeting').click()
    await confirm(clerk, 'Công bố chương trình')
    await clerk.page.locator('[data-testid="meeting-status"]').first().waitFor()
    await at(clerk, 'enter-room').waitFor()

    await reviewer.page.goto(`${house.server.origin}/meetings`)
    await reviewer.page.getByText(TITLE).first().click()
    await at(reviewer, 'programme-1').waitFor()
  })

  it('lets a member read a paper in the page, on a phone', async () => {
    await reviewer.page.getByTestId('document-link').first().click()
    await reviewer.page.locator('canvas').first().waitFor()
    await reviewer.page.getByText('Kết quả nghiên cứu cải cách thủ tục hành chính').first().waitFor({ state: 'attached' })
    const painted = await reviewer.page.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
      return pixels.some((value, index) => index % 4 !== 3 && value < 100)
    })
    expect(painted).toBe(true)
  })

  it('lets a member announce an absence with its reason', async () => {
    absentee = await house.sit('duy')
    await absentee.page.goto(house.server.origin + meetingPath)
    await at(absentee, 'answer-absent').click()
    await at(absentee, 'answer-reason').fill('Đi công tác tại Hà Nội')
    await at(absentee, 'send-reason').click()
    await at(absentee, 'own-answer').getByText('Đi công tác tại Hà Nội').waitFor()
  })

  it('meets by video: everyone sees and hears everyone', async () => {
    chair = await house.sit('bao')
    await enterRoom(chair, house.server, meetingPath, true)
    await enterRoom(clerk, house.server, meetingPath, true)
    await enterRoom(reviewer, house.server, meetingPath, true)
    const seats = [chair, clerk, reviewer]
    for (const viewer of seats) {
      for (const seen of seats) {
        if (seen === viewer) continue
        await framesShown(viewer.page, seen.personId, 'camera', 10)
      }
      await expect.poll(async () => (await soundEnergies(viewer.page)).length, { timeout: 120_000 }).toBe(seats.length - 1)
    }
  })

  it('shows who is present to all, live', async () => {
    await at(chair, 'tab-delegates').click()
    for (const seat of [chair, clerk, reviewer]) await chair.page.locator(`[data-testid="attendance-${seat.personId}"][data-status="online"]`).waitFor()
    await chair.page.locator(`[data-testid="attendance-${absentee.personId}"][data-status="absentExcused"]`).waitFor()
  })

  it('mutes and unmutes, told to the others', async () => {
    await at(reviewer, 'toggle-microphone').click()
    await chair.page.locator(`[data-testid="tile-${reviewer.personId}"][data-muted="true"]`).first().waitFor()
    await at(reviewer, 'toggle-microphone').click()
    await chair.page.locator(`[data-testid="tile-${reviewer.personId}"][data-muted="false"]`).first().waitFor()
  })

  it('shares a screen', async () => {
    await at(chair, 'toggle-screen').click()
    for (const viewer of [clerk, reviewer]) {
      await framesShown(viewer.page, chair.personId, 'screen', 3)
    }
    await at(chair, 'toggle-screen').click()
    await clerk.page.locator('video[data-source="screen"]').waitFor({ state: 'detached' })
  })

  async function cast(seat: Seat, choice: string) {
    if (!await at(seat, 'ballot').isVisible()) await at(seat, 'bar-vote').click()
    await at(seat, `vote-${choice}`).click()
    await at(seat, 'cast-ballot').click()
    await seat.page.locator(`[data-testid="ballot-recorded"][data-choice="${choice}"]`).waitFor()
  }

  async function openVote(kind?: string) {
    await at(chair, 'open-vote-here').click()
    if (kind) await chair.page.getByRole('dialog').getByRole('radio', { name: kind }).click()
    // Three of nine: the chair says why it is put to the vote all the same.
    await at(chair, 'without-quorum').fill('Biểu quyết thử')
    await at(chair, 'confirm-open-vote').click()
  }

  it('is opened by its chair and votes by name; results are held back until closing', async () => {
    await at(chair, 'open-meeting').click()
    await confirm(chair, 'Khai mạc cuộc họp')
    await at(chair, 'next-item').click()
    await chair.page.locator('[data-testid="room-item-1"][data-status="current"]').waitFor()
    await openVote()
    await cast(chair, 'approve')
    await cast(clerk, 'approve')
    await cast(reviewer, 'reject')
    await at(chair, 'turnout-count').filter({ hasText: '3' }).first().waitFor()
    for (const seat of [chair, clerk, reviewer]) {
      await at(seat, 'tab-vote').click()
      await at(seat, 'ballot-recorded').waitFor()
      expect(await at(seat, 'vote-result').count()).toBe(0)
    }
    await at(chair, 'close-vote').click()
    await confirm(chair, 'Kết thúc biểu quyết')
    for (const seat of [chair, clerk, reviewer]) {
      await at(seat, 'tab-vote').click()
      await seat.page.locator('[data-testid="vote-result"][data-accepted="true"] [data-testid="count-approve"][data-count="2"]').waitFor()
    }
  })

  it('grades the study', async () => {
    await at(chair, 'next-item').click()
    await openVote('Bỏ phiếu đánh giá, xếp loại')
    await cast(chair, 'excellent')
    await cast(clerk, 'excellent')
    await cast(reviewer, 'good')
    await at(chair, 'close-vote').click()
    await confirm(chair, 'Kết thúc biểu quyết')
    await at(reviewer, 'vote-outcome').filter({ hasText: 'Xuất sắc' }).first().waitFor()
  })

  it('shows at once that somebody has left', async () => {
    await at(reviewer, 'leave-room').click()
    await at(chair, 'tab-delegates').click()
    await chair.page.locator(`[data-testid="attendance-${reviewer.personId}"][data-status="left"]`).waitFor()
    expect(await chair.page.locator(`[data-testid="tile-${reviewer.personId}"]`).count()).toBe(0)
  })

  it('is closed, and its minutes stand ready, are edited, reviewed and approved', async () => {
    await at(chair, 'close-meeting').click()
    await confirm(chair, 'Bế mạc cuộc họp')
    await clerk.page.goto(`${house.server.origin}${meetingPath}/minutes`)
    await at(clerk, 'minutes-text').locator('p').last().click()
    await clerk.page.keyboard.press('Control+End')
    await clerk.page.keyboard.press('Enter')
    await clerk.page.keyboard.type('Hội đồng thống nhất nghiệm thu đề tài.')
    await clerk.page.locator('[data-save-state="saved"]').waitFor()
    await at(clerk, 'open-review').click()
    await at(clerk, 'confirm-review').click()
    await chair.page.goto(`${house.server.origin}${meetingPath}/minutes`)
    await at(chair, 'approve-minutes').click()
    await chair.page.getByRole('dialog').getByText('Hội đồng thống nhất nghiệm thu đề tài.').waitFor()
    await at(chair, 'confirm-approve-minutes').click()
    await clerk.page.locator('[data-testid="minutes-status"][data-status="published"]').waitFor()
  })

  async function download(seat: Seat, id: string, name: string): Promise<string> {
    const [file] = await Promise.all([seat.page.waitForEvent('download'), at(seat, id).click()])
    const path = join(folder, name)
    await file.saveAs(path)
    return path
  }

  it('gives a member the minutes as DOCX and PDF that say what happened', async () => {
    await reviewer.page.goto(`${house.server.origin}${meetingPath}/minutes`)
    const pdf = await download(reviewer, 'download-pdf', 'minutes.pdf')
    const docx = await download(reviewer, 'download-docx', 'minutes.docx')
    const { stdout } = await run('pdftotext', ['-layout', pdf, '-'])
    const xml = strFromU8(unzipSync(await readFile(docx))['word/document.xml']!)
    const texts = [stdout, xml.replaceAll('</w:p>', '\n').replaceAll(/<[^>]+>/g, '').replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&')]
    for (const text of texts.map((one) => one.normalize('NFC').replaceAll(/\s+/g, ' '))) {
      for (const fact of [
        'BIÊN BẢN', 'Đàm Quốc Bảo', 'Khổng Thị Thanh Nhàn', 'Hà Thị Minh Nguyệt', 'Đi công tác tại Hà Nội', 'Báo cáo kết quả.',
        'Nghe báo cáo phản biện', 'Xuất sắc', 'Hội đồng thống nhất nghiệm thu đề tài.',
      ]) expect(text).toContain(fact)
      expect(text).toMatch(/[Tt]án thành:? (0?2)/)
    }
    const { stdout: fonts } = await run('pdffonts', [pdf])
    expect(fonts).toMatch(/Tinos/)
  })

  it('can be checked offline, against the head that a browser kept', async () => {
    const exported = join(folder, 'journal.json')
    const head = join(folder, 'head.json')
    const meetingId = meetingPath.split('/').at(-1)!
    const answer = await clerk.page.request.get(`${house.server.origin}/api${meetingPath}/journal`)
    await writeFile(exported, await answer.body())
    const kept = await chair.page.evaluate((id) => Object.entries(localStorage).find(([key]) => key.includes(id))?.[1] ?? '', meetingId)
    await writeFile(head, kept)
    const { stdout } = await run(process.execPath, ['server/journal/verify-cli.ts', exported, head])
    expect(stdout).toContain('VERIFIED: the journal is whole, and leads through 1 kept head')
    expect(stdout).not.toContain('NOT VERIFIED')

    await writeFile(exported, (await answer.text()).replace('"approve":2', '"approve":3'))
    await expect(run(process.execPath, ['server/journal/verify-cli.ts', exported, head]))
      .rejects.toMatchObject({ stdout: expect.stringContaining('NOT VERIFIED') })
  })

  it('had no script error and no blocked request on any page', () => {
    expect([chair, clerk, reviewer, absentee].flatMap((seat) => seat.problems)).toEqual([])
  })
})
