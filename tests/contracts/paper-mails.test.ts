import { afterAll, beforeAll, expect, it } from 'vitest'
import { partsOf } from '../support/mail.ts'
import { openInviting, type InvitingHouse } from '../support/inviting.ts'

/** Papers to recipients by mail alone, over a real mail server, and what their links open. */

let scene: InvitingHouse
beforeAll(async () => { scene = await openInviting() })
afterAll(async () => {
  scene.house.domains.publishing.close()
  await scene.close()
})

const ADDRESS = 'toa-soan@bao.example.vn'

async function issuedPaper(addresses: readonly string[]) {
  const { house } = scene
  const body = await house.newBody()
  const { meetingId } = await house.newMeeting(body, 'published')
  const { paperId } = await house.domains.publishing.issueOf(meetingId, body.clerk, 'phat-hanh-1', {
    bodyId: body.bodyId, kind: 'conclusionNotice', abstract: 'Kết luận hội nghị', recipients: addresses.map((address) => ({ kind: 'mail', name: 'Báo Bình Giang', address })),
    content: { chairId: body.chair.personId, clerkId: null, blocks: [{ kind: 'paragraph', text: 'Nội dung.' }] },
  })
  const receipts = async () => (await house.domains.publishing.papers.get(paperId, body.clerk)).receipts ?? []
  return { body, paperId, receipts }
}

const tokenOf = (address: string): string => {
  const mail = scene.mailsTo(address).at(-1)
  return /https:\/\/hop\.example\.vn\/paper#(\S+)/.exec(mail ? partsOf(mail, 'text/plain')[0] ?? '' : '')?.[1] ?? ''
}

it('goes out with a link of its recipient, which reads, opens and confirms for that one alone', async () => {
  const { mails, papers } = scene.house.domains.publishing
  const { receipts, paperId, body } = await issuedPaper([ADDRESS])
  expect(scene.woken).toContain('issuing.mail')
  await mails.run()
  await mails.run()
  expect(scene.mailsTo(ADDRESS)).toHaveLength(1)
  expect((await receipts())[0]).toMatchObject({ mail: 'sent', deliveredAt: expect.any(String), openedAt: null })

  const token = tokenOf(ADDRESS)
  expect(await mails.view(token)).toMatchObject({ written: '01-TB/TU', name: 'Báo Bình Giang', status: 'issued', confirmedAt: null, printable: true })
  // A machine that followed the link has opened nothing.
  expect((await receipts())[0]?.openedAt).toBeNull()
  expect((await mails.read(token)).content?.abstract).toBe('Kết luận hội nghị')
  expect((await mails.confirm(token)).confirmedAt).not.toBeNull()
  expect((await receipts())[0]).toMatchObject({ openedAt: expect.any(String), confirmedAt: expect.any(String) })
  await expect(mails.view(`${token.slice(0, -3)}abc`)).rejects.toMatchObject({ code: 'linkInvalid' })
  await expect(mails.read('không phải liên kết nào')).rejects.toMatchObject({ code: 'linkInvalid' })

  await papers.recall(paperId, body.clerk, 'Sai số liệu')
  await mails.run()
  expect(scene.mailsTo(ADDRESS)).toHaveLength(2)
  expect(partsOf(scene.mailsTo(ADDRESS)[1]!, 'text/plain')[0]).toContain('Sai số liệu')
  await expect(mails.read(token)).rejects.toMatchObject({ code: 'paperNotInForce' })
  expect(await mails.view(token)).toMatchObject({ status: 'recalled' })
  scene.pass(181 * 24 * 3600_000)
  await expect(mails.view(token)).rejects.toMatchObject({ code: 'linkInvalid' })
})

it('waits for a server that is away, and is given up on where the server refuses it for long', async () => {
  const { mails } = scene.house.domains.publishing
  const [away, refused] = ['cho@co-quan.example.vn', 'khong-co@co-quan.example.vn']
  const { receipts } = await issuedPaper([away, refused])
  scene.mail.refused.add(refused)
  await scene.mail.stop()
  await mails.run()
  expect((await receipts()).map(({ mail }) => mail)).toEqual(['waiting', 'waiting'])
  await scene.mail.start()
  for (let tries = 0; tries < 160; tries += 1) {
    scene.pass(11 * 60_000)
    await mails.run()
  }
  expect((await receipts()).map(({ mail }) => mail)).toEqual(['sent', 'failed'])
  expect(scene.mailsTo(away)).toHaveLength(1)
})
