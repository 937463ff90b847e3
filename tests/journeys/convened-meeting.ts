import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import readXlsx from 'read-excel-file/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getPlan } from '../../protocol/agenda-guests.ts'
import { openVote } from '../../protocol/voting.ts'
import { takeLine, type Convening } from '../support/convening.ts'
import { at, confirm, enterRoom, type Seat } from '../support/seat.ts'

const run = promisify(execFile)
const IN_HALL = ['thuan', 'dang', 'thach', 'trang', 'nhan', 'thuy', 'phuc', 'hung']
const PUT_OFF = 'Công tác dân vận'
const WHY = 'Chờ số liệu của Ban Tuyên giáo và Dân vận'

/** The second half of the convening's journey: the meeting itself, and what goes on to the next one. */
export function holdsMeeting(scene: Convening): void {
  let folder: string
  let hall: Seat
  let guest: Seat
  let scanned: string | null = null
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'convening-')) })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const until = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 60_000, interval: 50 })
  const open = (seat: Seat, path: string) => seat.page.goto(scene.house.server.origin + path)
  const idOf = (username: string) => scene.lines.get(username)?.personId ?? ''
  const inRoll = (username: string) => at(scene.clerk, `roll-${idOf(username)}`)
  const item = (seat: Seat, number: string, status: string) =>
    seat.page.locator(`[data-testid="room-item-${number}"][data-status="${status}"]`).waitFor()

  async function callIn(username: string) {
    await inRoll(username).getByTestId('check-in').click()
    await inRoll(username).and(scene.clerk.page.locator('[data-status="inPerson"]')).waitFor()
  }
  /** The code in the hall, opened on the phone: a newer one each time, since one of before somebody came or left is theirs no more. */
  async function scan() {
    const shown = () => at(hall, 'hall-code').getAttribute('data-link')
    await until(shown).not.toBe(scanned)
    scanned = await shown() ?? ''
    await scene.phone.page.goto(scanned)
  }
  /** By the phone. The code that was on the screen as somebody reported before is theirs no more: then by the next one. */
  async function report(button: 'confirm-present' | 'confirm-leave') {
    const { phone } = scene
    const done = phone.page.locator(`[data-testid="present-answer"][data-in-hall="${button === 'confirm-present'}"]`)
    do {
      await scan()
      await at(phone, button).click()
      await done.or(at(phone, 'present-refused')).first().waitFor()
    } while (await done.count() === 0)
  }

  it('is checked in by code, by roll call and by coming into the room, in one list', async () => {
    const { clerk, phone, chair, meetingPath } = scene
    // The same clerk, at the hall's computer. A second page of one browser profile would let the first draw once a second only.
    hall = await scene.house.sit(clerk.username)
    await open(hall, `${meetingPath}/check-in`)
    await at(hall, 'hall-code').waitFor()
    await report('confirm-present')
    await at(hall, 'hall-latest').getByText('Lương Thị Diệu Hằng').waitFor()

    await open(clerk, `${meetingPath}/attendance`)
    await at(clerk, 'view-roll').click()
    for (const username of [...IN_HALL, 'bich']) await callIn(username)
    // Nine of fifteen: a substitute counts for nobody by this body's rules.
    await clerk.page.locator('[data-testid="quorum"][data-met="false"]').getByText('9/15').waitFor()
    await enterRoom(chair, scene.house.server, meetingPath, false)
    await clerk.page.locator('[data-testid="quorum"][data-met="true"]').getByText('10/15').waitFor()
    await at(clerk, 'view-list').click()
    const status = (personId: string) => clerk.page.getByTestId(`row-${personId}`).getAttribute('data-status')
    expect(await Promise.all([chair.personId, phone.personId, idOf('lan'), idOf('tung'), idOf('loi')].map(status)))
      .toEqual(['online', 'inPerson', 'substitute', 'absentExcused', 'notChecked'])
  })

  it('is opened by its chair', async () => {
    const { chair } = scene
    await at(chair, 'open-meeting').click()
    await at(chair, 'next-item').click()
    await item(chair, '1', 'current')
    expect(await at(chair, 'quorum-warning').count()).toBe(0)
  })

  it('loses its quorum as people leave: no vote without a reason, which is told with the result', async () => {
    const { clerk, chair, meetingPath } = scene
    await report('confirm-leave')
    await at(clerk, 'view-roll').click()
    await inRoll('hung').getByTestId('check-out').click()
    await at(chair, 'quorum-warning').getByText('8/15').waitFor()

    await at(chair, 'open-vote-here').click()
    await at(chair, 'vote-question').fill('Thông qua chương trình hội nghị?')
    expect(await at(chair, 'confirm-open-vote').isDisabled()).toBe(true)
    const meetingId = meetingPath.split('/').at(-1) ?? ''
    const line = await takeLine(scene.house, 'khai')
    const { body: plan } = await line.client.call(getPlan, { params: { meetingId } })
    const vote = { meetingId, itemId: plan.items[0]?.itemId ?? '', kind: 'named' as const, question: 'Thông qua chương trình?', key: 'without quorum' }
    expect(await line.send(openVote, vote)).toMatchObject({ ok: false, error: { code: 'quorumNotMet' } })
    line.client.close()
    await at(chair, 'without-quorum').fill('Biểu quyết về thủ tục, không chờ được')
    await at(chair, 'confirm-open-vote').click()
    await at(chair, 'vote-approve').click()
    await at(chair, 'cast-ballot').click()
    await at(chair, 'close-vote').click()
    await confirm(chair, 'Kết thúc biểu quyết')
    await at(chair, 'vote-result').getByText('Biểu quyết về thủ tục, không chờ được').waitFor()
  })

  it('regains it as they come back', async () => {
    const { chair } = scene
    await callIn('hung')
    await report('confirm-present')
    await at(chair, 'quorum-warning').waitFor({ state: 'detached' })
    await chair.page.locator('[data-testid="quorum"][data-met="true"]').first().waitFor()
  })

  it('calls the guest of one item in with it, and shows them out', async () => {
    const { chair, house, meetingPath, matter } = scene
    guest = await house.sit('duy')
    await open(guest, `${meetingPath}/room`)
    await at(guest, 'join-room').click()
    await at(guest, 'waiting-room').getByText(matter).waitFor()
    await at(chair, 'waiting-for-2').waitFor()
    await at(chair, 'next-item').click()
    await item(chair, '2', 'current')
    await at(guest, 'toggle-hand').waitFor()
    await at(chair, `tile-${guest.personId}`).first().waitFor()
    // Nothing but the one item is known here.
    expect(await guest.page.locator('[data-testid^="room-item-"]').count()).toBe(1)
    expect(await guest.page.getByText(PUT_OFF).count()).toBe(0)
    // The button rests after its target has changed, so that nobody skips an item by a double click.
    const third = chair.page.locator('[data-testid="room-item-3"][data-status="current"]')
    await until(async () => {
      if (await third.count() === 0) await at(chair, 'next-item').click()
      return await third.count()
    }).toBe(1)
    await at(guest, 'item-done').getByText(matter).waitFor()
    await at(chair, `tile-${guest.personId}`).first().waitFor({ state: 'detached' })
  })

  it('puts an item off, with its reason', async () => {
    const { chair } = scene
    await at(chair, 'item-acts-5').click()
    await chair.page.getByRole('menuitem', { name: 'Hoãn nội dung' }).click()
    await at(chair, 'defer-reason').fill(WHY)
    await at(chair, 'defer-confirm').click()
    await item(chair, '5', 'deferred')
    await at(chair, 'room-item-5').getByText(WHY).waitFor()
  })

  it('is closed; its attendance list can be taken away and read', async () => {
    const { chair, clerk, phone } = scene
    await at(chair, 'close-meeting').click()
    await confirm(chair, 'Bế mạc cuộc họp')
    await chair.page.getByText('Cuộc họp đã bế mạc').first().waitFor()

    const take = async (id: string) => {
      const [file] = await Promise.all([clerk.page.waitForEvent('download'), at(clerk, id).click()])
      const path = join(folder, id)
      await file.saveAs(path)
      return path
    }
    const [list] = await readXlsx(await readFile(await take('download-xlsx')))
    const rows = new Map((list?.data ?? []).map((row) => [String(row[1]), row.map(String)]))
    const status = (name: string) => rows.get(name)?.[4]
    expect(['Trịnh Quang Khải', 'Đoàn Hữu Thuận', 'Phùng Thị Ngọc Lan', 'La Thanh Tùng', 'Quách Tiến Lợi'].map(status))
      .toEqual(['Có mặt trực tuyến', 'Có mặt trực tiếp', 'Có người dự thay', 'Vắng có lý do', 'Vắng không lý do'])
    expect(rows.get('Lương Thị Diệu Hằng')?.[7]).toBe('2')
    expect(rows.get('Hứa Thị Ngọc Bích')?.[3]).toBe('Dự thay')
    const { stdout } = await run('pdftotext', ['-raw', await take('download-pdf'), '-'])
    const text = stdout.normalize('NFC').replaceAll(/\s+/g, ' ')
    for (const fact of ['Phùng Thị Ngọc Lan', 'Có người dự thay', 'Đi công tác tại Hà Nội']) expect(text).toContain(fact)

    await open(phone, '/me/attendance')
    await at(phone, 'own-attendance').locator('li').first().waitFor()
  })

  it('leaves what was put off to the next meeting, taken over by one click', async () => {
    const { clerk } = scene
    await open(clerk, '/meetings/new')
    await at(clerk, 'meeting-title').fill('Hội nghị Ban Thường vụ Tỉnh uỷ kỳ sau')
    await at(clerk, 'meeting-place').fill('Phòng họp số 1')
    await at(clerk, 'create-meeting').click()
    const line = at(clerk, 'carry-over').locator('li').filter({ hasText: PUT_OFF })
    await line.getByText(WHY).waitFor()
    await line.getByTestId('carry-one').click()
    await until(() => at(clerk, 'agenda-row-1').locator('[data-item-title]').inputValue()).toBe(PUT_OFF)
    await line.waitFor({ state: 'detached' })
  })

  it('ran without a script error', () => {
    for (const seat of [scene.chair, scene.clerk, scene.phone, guest]) expect(seat.problems).toEqual([])
  })
}
