import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MinutesContent } from '../../protocol/minutes.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { draftResolution } from '../../server/resolutions/draft-text.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'

/** Resolutions of adopted votes and of passed written opinions, until they are issued; on a real database. */

let house: House
beforeAll(async () => { house = await openHouse() })
afterAll(() => house.close())

const refused = (code: string) => expect.objectContaining({ code }) as unknown
const act = (version: number) => ({ key: freshKey(), version })
const rules = () => house.domains.resolving
const content = (text: string): MinutesContent => ({ abstract: 'Về chuyển đổi số', blocks: [{ kind: 'paragraph', text }] })

/** A meeting that voted on its first item; so many of five approve. */
async function voted(approving: number, kind: 'named' | 'grading' = 'named') {
  const body = await house.newBody({ members: 4 })
  const held = await house.newMeeting(body, 'live')
  const { voting } = house.domains
  const { voteId } = await voting.open(held.meetingId, body.chair, { key: freshKey(), itemId: held.items[0], kind, question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
  const voters = [body.chair, ...body.members]
  for (const [index, voter] of voters.entries()) {
    await voting.cast(held.meetingId, voter, { key: freshKey(), voteId, content: { kind: 'named', choice: index < approving ? 'approve' : 'reject' } })
  }
  return { ...held, voteId, close: () => voting.close(held.meetingId, body.chair, { key: freshKey(), voteId }) }
}
type Voted = Awaited<ReturnType<typeof voted>>
const begin = ({ meetingId, voteId, clerk }: Voted, caller: Caller = clerk) => rules().votes.begin(meetingId, voteId, caller, freshKey())

describe('a resolution', () => {
  it('is made of a vote that was closed and adopted, once, by chair or clerk alone', async () => {
    const on = await voted(4)
    await expect(begin(on)).rejects.toEqual(refused('voteNotAdopted'))
    await on.close()
    for (const caller of [on.member, on.guest]) await expect(begin(on, caller)).rejects.toEqual(refused('forbiddenInMeeting'))
    await expect(rules().votes.list(on.meetingId, on.member)).rejects.toEqual(refused('forbiddenInMeeting'))
    await expect(begin(on, await house.newPerson())).rejects.toEqual(refused('meetingNotFound'))
    await expect(begin({ ...on, voteId: randomUUID() })).rejects.toEqual(refused('voteNotFound'))
    expect((await rules().votes.list(on.meetingId, on.clerk)).votes).toMatchObject([{ voteId: on.voteId, itemTitle: 'Nội dung một', resolution: null }])

    const all = await Promise.all([begin(on), begin(on, on.chair), begin(on)])
    const [resolutionId] = new Set(all.map((one) => one.resolutionId))
    expect(new Set(all.map((one) => one.resolutionId)).size).toBe(1)
    expect(await house.db('resolution').where({ vote_id: on.voteId })).toHaveLength(1)
    const shown = await rules().resolutions.get(resolutionId ?? '', on.clerk)
    expect(shown).toMatchObject({ status: 'draft', version: 1, paper: null, may: { edit: true, send: true, decide: false, issue: false } })
    expect(shown.content.abstract).toBe('Về nội dung một')
    expect(shown.content.blocks[1]?.text).toBe('Thông qua nội dung “Nội dung một” (kết quả biểu quyết: 4/5 uỷ viên đương nhiệm tán thành, đạt 80%).')
    for (const caller of [on.member, await house.newPerson()]) await expect(rules().resolutions.get(resolutionId ?? '', caller)).rejects.toEqual(refused('resolutionNotFound'))
    expect((await house.entries(on.meetingId, 'resolution.begun')).map(({ audience }) => audience)).toEqual([{ scope: 'office' }])
  })

  it('is made of nothing that was not adopted, or that a further round decides', async () => {
    const on = await voted(2)
    await on.close()
    await expect(begin(on)).rejects.toEqual(refused('voteNotAdopted'))
    expect((await rules().votes.list(on.meetingId, on.clerk)).votes).toEqual([])
    expect(await house.db('resolution').where({ vote_id: on.voteId })).toEqual([])
  })

  it('goes from clerk to chair and back, is approved, takes the next number and is fixed; out of turn nothing happens', async () => {
    const on = await voted(5)
    await on.close()
    const { resolutions } = rules()
    const { resolutionId: id } = await begin(on)
    await expect(resolutions.decide(id, on.chair, { ...act(1), approved: true })).rejects.toEqual(refused('resolutionStage'))
    const saved = await resolutions.save(id, on.clerk, { ...act(1), content: content('Bản một.') })
    await expect(resolutions.save(id, on.chair, { ...act(1), content: content('Bản hai.') })).rejects.toMatchObject({ code: 'resolutionChanged', details: { version: 2 } })
    await expect(resolutions.save(id, on.clerk, { ...act(2), content: content('TỐI MẬT') })).rejects.toEqual(refused('paperSecret'))
    await expect(resolutions.save(id, on.member, { ...act(2), content: content('Bản ba.') })).rejects.toEqual(refused('resolutionNotFound'))
    const sent = await resolutions.send(id, on.clerk, act(saved.version))
    await expect(resolutions.save(id, on.clerk, { ...act(sent.version), content: content('Sau khi trình') })).rejects.toEqual(refused('resolutionStage'))
    await expect(resolutions.decide(id, on.clerk, { ...act(sent.version), approved: true })).rejects.toEqual(refused('forbiddenForResolution'))
    const returned = await resolutions.decide(id, on.chair, { ...act(sent.version), approved: false, reason: 'Nêu rõ lộ trình' })
    expect(await resolutions.get(id, on.clerk)).toMatchObject({ status: 'draft', reason: 'Nêu rõ lộ trình' })
    expect(JSON.stringify(await house.entries(on.meetingId, 'resolution.returned'))).not.toContain('lộ trình')
    const again = await resolutions.send(id, on.clerk, act(returned.version))
    const approved = await resolutions.decide(id, on.chair, { ...act(again.version), approved: true })
    await expect(resolutions.save(id, on.chair, { ...act(approved.version), content: content('Sau khi duyệt') })).rejects.toEqual(refused('resolutionStage'))
    const key = freshKey()
    const issue = () => resolutions.issue(id, on.clerk, { key, version: approved.version, recipients: [{ kind: 'person', personId: on.member.personId }] })
    const issued = await issue()
    expect(await issue()).toEqual(issued)
    expect(issued.number).toBe('01-NQ/TU')
    const paper = await house.domains.publishing.papers.get(issued.paperId, on.chair)
    expect(paper).toMatchObject({ kind: 'resolution', abstract: 'Về chuyển đổi số', signers: [{ signerId: on.chair.personId }], may: { manage: true, replace: true, sign: 'noKey' } })
    const told = await house.db('notice').where({ topic: `resolution:${id}` }).orderBy('id').select('kind', 'person_id')
    expect(told).toEqual([['sent', on.chair], ['returned', on.clerk], ['sent', on.chair], ['approved', on.clerk]].map(([kind, to]) =>
      ({ kind: `resolutions.${kind as string}`, person_id: (to as Caller).personId })))
    expect(await house.domains.publishing.papers.get(issued.paperId, on.member)).toMatchObject({ may: { manage: false, sign: 'no' } })
  })

  it('is followed by another once its paper was recalled, and by none while that is replaced', async () => {
    const on = await voted(5)
    await on.close()
    const { resolutions } = rules()
    const { papers } = house.domains.publishing
    const issue = async (id: string) => {
      const { version } = await resolutions.send(id, on.clerk, act((await resolutions.get(id, on.clerk)).version))
      const approved = await resolutions.decide(id, on.chair, { ...act(version), approved: true })
      return await resolutions.issue(id, on.clerk, { ...act(approved.version), recipients: [] })
    }
    const { resolutionId: first } = await begin(on)
    const issued = await issue(first)
    const replaced = await papers.replace(issued.paperId, on.clerk, { abstract: 'Về chuyển đổi số (bản sửa)', reason: 'Sai số liệu', key: freshKey(), blocks: [{ kind: 'paragraph', text: 'Bản sửa.' }] })
    expect(await begin(on)).toEqual({ resolutionId: first })
    expect((await resolutions.get(first, on.clerk)).paper).toMatchObject({ paperId: replaced.paperId, written: '02-NQ/TU', status: 'issued' })
    await papers.recall(replaced.paperId, on.clerk, 'Chưa đúng thẩm quyền')
    expect((await rules().votes.list(on.meetingId, on.clerk)).votes).toMatchObject([{ resolution: null }])
    const { resolutionId: second } = await begin(on)
    expect(second).not.toBe(first)
    expect((await issue(second)).number).toBe('03-NQ/TU')
    await expect(resolutions.save(first, on.clerk, { ...act((await resolutions.get(first, on.clerk)).version), content: content('Cũ') })).rejects.toEqual(refused('resolutionStage'))
  })
})

describe('the resolution of a written opinion', () => {
  it('is begun once by the office of the body, and issued, sent, recalled and signed without a meeting', async () => {
    const body = await house.newBody()
    const { resolutions } = rules()
    const opinionId = randomUUID()
    const start = (caller: Caller) => house.db.transaction((trx) => resolutions.beginFromOpinion(trx, {
      opinionId, bodyId: body.bodyId, title: 'Về phân bổ vốn', decidedAt: new Date(), approve: 3, silent: 1, base: 4, text: 'Phân bổ 12 tỷ đồng',
    }, caller))
    await expect(start(body.member)).rejects.toEqual(refused('bodyNotFound'))
    const { resolutionId: id } = await start(body.clerk)
    expect(await start(body.chair)).toEqual({ resolutionId: id })
    for (const caller of [body.member, await house.newPerson()]) await expect(resolutions.get(id, caller)).rejects.toEqual(refused('resolutionNotFound'))
    expect((await resolutions.get(id, body.clerk)).content).toMatchObject({ abstract: 'Về phân bổ vốn', blocks: [{}, {}, { text: 'Phân bổ 12 tỷ đồng.' }, {}, {}, {}] })
    // Silence that counts is not told as a slip.
    expect((await resolutions.get(id, body.clerk)).content.blocks[1]?.text).toContain('3/4 uỷ viên đương nhiệm tán thành, đạt 75%, trong đó 2 trả lời tán thành, 1 không trả lời')
    const sent = await resolutions.send(id, body.clerk, act(1))
    await expect(resolutions.decide(id, body.clerk, { ...act(sent.version), approved: true })).rejects.toEqual(refused('forbiddenForResolution'))
    const back = await resolutions.decide(id, body.chair, { ...act(sent.version), approved: false, reason: 'Bổ sung' })
    expect(await resolutions.get(id, body.clerk)).toMatchObject({ reason: 'Bổ sung' })
    const again = await resolutions.send(id, body.clerk, act(back.version))
    const approved = await resolutions.decide(id, body.chair, { ...act(again.version), approved: true })
    const issued = await resolutions.issue(id, body.clerk, { ...act(approved.version), recipients: [{ kind: 'person', personId: body.member.personId }] })
    expect(await resolutions.ofOpinions(house.db, [opinionId])).toEqual(new Map([[opinionId, { resolutionId: id, status: 'issued', number: issued.number, paperId: issued.paperId }]]))

    const { papers, signing } = house.domains.publishing
    expect(await papers.get(issued.paperId, body.member)).toMatchObject({ meetingId: null, own: { confirmedAt: null } })
    await expect(papers.get(issued.paperId, await house.newPerson())).rejects.toEqual(refused('paperNotFound'))
    expect(await papers.send(issued.paperId, body.clerk, [{ kind: 'person', personId: body.chair.personId }])).toEqual({ added: 1 })
    expect(await signing.prepare(issued.paperId, body.chair)).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    await papers.recall(issued.paperId, body.clerk, 'Sai thẩm quyền')
    expect(await house.db('notice').where({ topic: `paper:${issued.paperId}`, kind: 'issuing.recalled' })).toHaveLength(2)
    const audited = await house.archive.owner('audit_entry').where({ body_id: body.bodyId }).pluck('action')
    for (const action of ['resolution.begun', 'resolution.approved', 'issuing.issued', 'issuing.sent', 'issuing.recalled']) expect(audited).toContain(action)
    expect((await start(body.clerk)).resolutionId).not.toBe(id)
  })
})

describe('a draft', () => {
  const facts = { style: 'state', title: 'Nhân sự tổ công tác', approve: null, base: 15, of: 'validBallots', chosen: ['Lê Văn A', null], text: null } as const
  it('says once what the title says already', () => {
    const { abstract, blocks } = draftResolution({ ...facts, style: 'party', title: 'Thông qua chương trình công tác', approve: 15, of: 'incumbents', chosen: [] })
    expect([abstract, blocks[1]?.text]).toEqual(['Về việc thông qua chương trình công tác', 'Thông qua chương trình công tác (kết quả biểu quyết: 15/15 uỷ viên đương nhiệm tán thành, đạt 100%).'])
  })

  it.each([
    ['state election', facts, ['Điều 1. Nội dung quyết nghị', 'Thống nhất kết quả biểu quyết nội dung “Nhân sự tổ công tác”:', 'Lê Văn A;', '(nội dung đã được xoá theo quy định).']],
    ['party choice', { ...facts, style: 'party', approve: 10, chosen: ['Phương án 2'] }, ['1. Nội dung quyết nghị', 'Thống nhất kết quả biểu quyết nội dung “Nhân sự tổ công tác” (kết quả biểu quyết: 10/15 phiếu hợp lệ tán thành, đạt 66,7%):', 'Phương án 2.']],
  ] as const)('states a %s', (_, given, begins) => {
    expect(draftResolution(given).blocks.slice(0, begins.length).map(({ text }) => text)).toEqual(begins)
  })
})
