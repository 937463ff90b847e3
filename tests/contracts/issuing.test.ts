import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewPaper } from '../../server/issuing/issuing.ts'
import { AppError } from '../../server/platform/error.ts'
import { openHouse, type House } from '../support/house.ts'

let house: House
beforeAll(async () => { house = await openHouse() })
afterAll(() => house.close())

type Body = Awaited<ReturnType<House['newBody']>>

const content = (body: Body): NewPaper['content'] => ({
  chairId: body.chair.personId, clerkId: body.clerk.personId, blocks: [{ kind: 'paragraph', text: 'Giao Sở Tài chính rà soát kế hoạch vốn.' }],
})
const wanted = (body: Body, more: Partial<NewPaper> = {}): NewPaper =>
  ({ bodyId: body.bodyId, kind: 'conclusionNotice', abstract: 'Kết luận hội nghị tháng 6', content: content(body), recipients: [], ...more })

function issue(meetingId: string, body: Body, more: Partial<NewPaper> = {}) {
  const { issuing } = house.domains.publishing
  return house.journal.run(meetingId, { actorId: body.clerk.personId }, (tx) => issuing.issue(tx, wanted(body, more)))
}

describe('the register of numbers', () => {
  it('gives 50 concurrent issuers of ten meetings one series without gaps or doubles, failures left out', async () => {
    const body = await house.newBody()
    const meetings = await Promise.all(Array.from({ length: 10 }, () => house.newMeeting(body, 'published')))
    const tried = await Promise.allSettled(Array.from({ length: 60 }, (_, index) => {
      const meetingId = meetings[index % 10]?.meetingId ?? ''
      if (index % 6 !== 5) return issue(meetingId, body)
      // A sixth of them fail after they have taken a number.
      return house.journal.run(meetingId, { actorId: body.clerk.personId }, async (tx) => {
        await house.domains.publishing.issuing.issue(tx, wanted(body))
        throw new AppError('badRequest')
      })
    }))
    const numbers = tried.flatMap((one) => one.status === 'fulfilled' ? [one.value.number] : []).toSorted((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    const series = await house.db('number_series').where({ body_id: body.bodyId }).select('kind', 'start', 'last')
    expect(series).toEqual([{ kind: 'conclusionNotice', start: 1, last: 50 }])
  })

  it('counts each body, kind and year by itself', async () => {
    const [one, other] = [await house.newBody(), await house.newBody()]
    const [here, there] = [await house.newMeeting(one, 'published'), await house.newMeeting(other, 'published')]
    const numbers = []
    for (const kind of ['conclusionNotice', 'resolution', 'minutes', 'invitation'] as const) numbers.push((await issue(here.meetingId, one, { kind })).written)
    numbers.push((await issue(there.meetingId, other)).written, (await issue(here.meetingId, one)).written)
    expect(numbers).toEqual(['01-TB/TU', '01-NQ/TU', '01-BB/TU', '01-GM/TU', '01-TB/TU', '02-TB/TU'])
  })

  it('is told by the journal, with an erasable abstract, and to the office alone to whom it went', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const { paperId } = await issue(meetingId, body, { recipients: [{ kind: 'person', personId: body.member.personId }, { kind: 'mail', name: 'Sở Tài chính', address: 'stc@example.vn' }] })
    const [entry] = await house.entries(meetingId, 'issuing.issued')
    expect(entry).toMatchObject({ audience: { scope: 'whole' }, data: { paperId, paper: 'conclusionNotice', number: '01-TB/TU', abstract: { $text: expect.any(String) }, replaces: null } })
    const [sent] = await house.entries(meetingId, 'issuing.sent')
    expect(sent).toMatchObject({ audience: { scope: 'office' } })
    expect(JSON.stringify(sent)).not.toContain('example.vn')
    expect((await house.state(meetingId)).papers).toMatchObject([{ paperId, status: 'issued', number: '01-TB/TU' }])
    const told = await house.db('notice').where({ topic: `paper:${paperId}` }).pluck('person_id')
    expect(told).toEqual([body.member.personId])
  })

  it('refuses text with the stamp of a secret, and takes no number for it', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    await expect(issue(meetingId, body, { content: { ...content(body), blocks: [{ kind: 'paragraph', text: 'TỐI MẬT' }] } })).rejects.toMatchObject({ code: 'paperSecret' })
    expect((await issue(meetingId, body)).number).toBe(1)
  })
})
