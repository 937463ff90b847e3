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

describe('a paper', () => {
  async function issuedPaper() {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const [unit] = await house.archive.owner('unit').insert({ name: `Sở ${meetingId}`, since: '2020-01-01' }).returning<{ id: string }[]>('id')
    const [clerkOfUnit, colleague, outsider] = [await house.newPerson(), await house.newPerson(), await house.newPerson()]
    for (const [index, { personId }] of [clerkOfUnit, colleague].entries()) {
      await house.archive.owner('unit_membership').insert({ unit_id: unit?.id, person_id: personId, since: '2020-01-01' })
      await house.archive.owner('account').insert({ person_id: personId, username: `nguoi-${index}-${meetingId}` })
    }
    const recipients = [
      { kind: 'person' as const, personId: body.guest.personId }, { kind: 'unit' as const, unitId: unit?.id ?? '' },
      { kind: 'mail' as const, name: 'Báo Bình Giang', address: 'toa-soan@bao.example.vn' },
    ]
    const issued = await issue(meetingId, body, { recipients })
    return { body, meetingId, clerkOfUnit, colleague, outsider, ...issued, unitId: unit?.id ?? '' }
  }

  it('is known to its office, its signers, its recipients and who takes part; to nobody else', async () => {
    const { papers, register } = house.domains.publishing
    const { body, paperId, outsider, clerkOfUnit, meetingId } = await issuedPaper()
    await expect(papers.get(paperId, outsider)).rejects.toMatchObject({ code: 'paperNotFound' })
    await expect(papers.get(paperId, { ...outsider, administrator: true })).rejects.toMatchObject({ code: 'paperNotFound' })
    await expect(papers.get(meetingId, body.clerk)).rejects.toMatchObject({ code: 'paperNotFound' })
    expect(await papers.get(paperId, body.clerk)).toMatchObject({ written: '01-TB/TU', printable: true, may: { manage: true, replace: true, sign: 'no' }, own: null })
    expect(await papers.get(paperId, body.member)).toMatchObject({ receipts: null, may: { manage: false } })
    expect(await papers.get(paperId, body.chair)).toMatchObject({ may: { sign: 'noKey' }, signers: [{ signerId: body.chair.personId, signedAt: null }] })
    await expect(papers.recall(paperId, body.member, 'Lý do')).rejects.toMatchObject({ code: 'forbiddenForPaper' })
    await expect(papers.recall(paperId, outsider, 'Lý do')).rejects.toMatchObject({ code: 'paperNotFound' })
    await expect(papers.confirm(paperId, body.clerk)).rejects.toMatchObject({ code: 'notRecipient' })
    await expect(register.series(body.bodyId, 2026, clerkOfUnit)).rejects.toMatchObject({ code: 'bodyNotFound' })
    await expect(register.list(clerkOfUnit, { bodyId: body.bodyId, q: '' }, { after: undefined, limit: 10 })).rejects.toMatchObject({ code: 'bodyNotFound' })
  })

  it('keeps a receipt for each recipient: a unit opens and confirms by who works in it, the first time counts', async () => {
    const { papers } = house.domains.publishing
    const { body, paperId, clerkOfUnit, colleague } = await issuedPaper()
    const received = async (reader: typeof clerkOfUnit, open = false) =>
      (await papers.received(reader, { open, words: [] }, { after: null, limit: 10 })).map(({ paper }) => paper)
    expect(await received(clerkOfUnit)).toMatchObject([{ id: paperId, openedAt: null, unit: expect.stringContaining('Sở') }])
    expect((await papers.get(paperId, clerkOfUnit)).own).toEqual({ confirmedAt: null })
    const { confirmedAt } = await papers.confirm(paperId, colleague)
    expect(await papers.confirm(paperId, clerkOfUnit)).toEqual({ confirmedAt })
    expect(await received(clerkOfUnit, true)).toEqual([])
    const receipts = (await papers.get(paperId, body.clerk)).receipts ?? []
    expect(receipts.map(({ to, mail, openedAt, confirmedAt: at }) => [to.kind, mail, openedAt !== null, at !== null])).toEqual([
      ['person', null, false, false], ['unit', null, true, true], ['mail', 'waiting', false, false],
    ])
  })

  it('is replaced, and issued to whom it usually goes, also once one of them has left the directory', async () => {
    const { papers, usual } = house.domains.publishing
    const { body, paperId, meetingId, clerkOfUnit } = await issuedPaper()
    await papers.send(paperId, body.clerk, [{ kind: 'person', personId: clerkOfUnit.personId }])
    const set = await usual.set(body.bodyId, 'conclusionNotice', body.clerk, {
      recipients: [{ kind: 'person', personId: clerkOfUnit.personId }, { kind: 'person', personId: body.member.personId }], version: 0,
    })
    expect(set.recipients).toHaveLength(2)
    await house.archive.owner('account').where({ person_id: clerkOfUnit.personId }).update({ disabled_at: new Date() })
    const toPeople = async (id: string) => ((await papers.get(id, body.clerk)).receipts ?? []).flatMap(({ to }) => to.kind === 'person' ? [to.personId] : [])
    const replaced = await papers.replace(paperId, body.clerk, { abstract: 'Bản sửa', reason: 'Sai', key: `thay-${meetingId}`, blocks: [{ kind: 'paragraph', text: 'Bản sửa.' }] })
    expect(await toPeople(replaced.paperId)).toEqual([body.guest.personId])
    const { issuing } = house.domains.publishing
    const { recipients: _, ...usually } = wanted(body)
    const issued = await house.journal.run(meetingId, { actorId: body.clerk.personId }, (tx) => issuing.issue(tx, usually))
    expect(await toPeople(issued.paperId)).toEqual([body.member.personId])
  })

  it('is sent to further recipients, once each, and to nobody unknown', async () => {
    const { papers } = house.domains.publishing
    const { body, paperId, outsider, unitId } = await issuedPaper()
    const to = [{ kind: 'person' as const, personId: outsider.personId }, { kind: 'unit' as const, unitId }, { kind: 'mail' as const, name: 'Báo', address: 'TOA-SOAN@bao.example.vn' }]
    expect(await papers.send(paperId, body.clerk, to)).toEqual({ added: 1 })
    expect((await papers.get(paperId, outsider)).own).toEqual({ confirmedAt: null })
    await expect(papers.send(paperId, body.clerk, [{ kind: 'person', personId: unitId }])).rejects.toMatchObject({ code: 'recipientUnknown', details: { index: 0 } })
    await expect(papers.send(paperId, body.member, to)).rejects.toMatchObject({ code: 'forbiddenForPaper' })
  })

  it('is recalled with a reason: its number stays, everybody is told, nothing more is done with it', async () => {
    const { papers, register } = house.domains.publishing
    const { body, paperId, meetingId, clerkOfUnit } = await issuedPaper()
    await papers.recall(paperId, body.clerk, 'Sai thẩm quyền')
    expect(await papers.get(paperId, clerkOfUnit)).toMatchObject({ status: 'recalled', recall: { reason: 'Sai thẩm quyền' }, may: { manage: false } })
    expect((await house.state(meetingId)).papers).toMatchObject([{ status: 'recalled' }])
    const [entry] = await house.entries(meetingId, 'issuing.recalled')
    expect(JSON.stringify(entry)).not.toContain('thẩm quyền')
    expect(await house.db('notice').where({ topic: `paper:${paperId}`, kind: 'issuing.recalled' }).pluck('person_id')).toHaveLength(3)
    await expect(papers.recall(paperId, body.clerk, 'Lại')).rejects.toMatchObject({ code: 'paperNotInForce' })
    expect((await issue(meetingId, body)).number).toBe(2)
    const { papers: listed } = await register.list(body.clerk, { status: 'recalled', q: 'ket luan' }, { after: undefined, limit: 10 })
    expect(listed.map(({ written }) => written)).toEqual(['01-TB/TU'])
  })

  it('is replaced under a new number by the same recipients; the old one says by which', async () => {
    const { papers } = house.domains.publishing
    const { body, paperId, clerkOfUnit, meetingId } = await issuedPaper()
    const { abstract, blocks } = await papers.text(paperId, body.clerk)
    const change = { abstract, reason: 'Sửa thời hạn', key: 'thay-the-1', blocks: [...blocks, { kind: 'paragraph' as const, text: 'Thời hạn: 15/7.' }] }
    const { paperId: newId, written } = await papers.replace(paperId, body.clerk, change)
    expect(await papers.replace(paperId, body.clerk, change)).toEqual({ paperId: newId, written })
    expect(written).toBe('02-TB/TU')
    expect(await papers.get(paperId, clerkOfUnit)).toMatchObject({ status: 'replaced', replacedBy: { id: newId, written } })
    expect(await papers.get(newId, clerkOfUnit)).toMatchObject({ replaces: { id: paperId, written: '01-TB/TU' }, status: 'issued' })
    expect((await house.state(meetingId)).papers).toMatchObject([{ status: 'replaced', replacedBy: written }, { status: 'issued' }])
    await expect(papers.replace(newId, body.clerk, { ...change, key: 'thay-the-2', blocks: [{ kind: 'paragraph', text: 'MẬT' }] })).rejects.toMatchObject({ code: 'paperSecret' })
    const minutes = await issue(meetingId, body, { kind: 'minutes' })
    await expect(papers.text(minutes.paperId, body.clerk)).rejects.toMatchObject({ code: 'paperNotReplaceable' })
  })
})

describe('the series of a year', () => {
  const YEAR = new Date().getFullYear()
  const today = new Date(Date.now() + 7 * 3600_000).toISOString().slice(0, 10)
  const entry = (key: string, abstract = 'Kết luận về nhân sự') => ({ kind: 'conclusionNotice' as const, abstract, on: today, key })

  it('begins where the office says, as long as no number was given; audited with the reason', async () => {
    const { register } = house.domains.publishing
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const set = (start: number, before: number) => register.startSeries(body.bodyId, 'conclusionNotice', YEAR, body.clerk, { start, before, reason: 'Tiếp theo sổ giấy' })
    await expect(set(58, 3)).rejects.toMatchObject({ code: 'numbersChanged', details: { start: 1 } })
    expect(await set(58, 1)).toEqual({ kind: 'conclusionNotice', year: YEAR, start: 58, last: null, next: 58 })
    await expect(set(60, 1)).rejects.toMatchObject({ code: 'numbersChanged', details: { start: 58 } })
    expect((await issue(meetingId, body)).number).toBe(58)
    await expect(set(70, 58)).rejects.toMatchObject({ code: 'numbersBegun', details: { last: 58 } })
    const audited = await house.archive.owner('audit_entry').where({ body_id: body.bodyId, action: 'numbers.startSet' }).pluck('data')
    expect(audited).toEqual([{ kind: 'conclusionNotice', year: YEAR, start: 58, before: 1, reason: 'Tiếp theo sổ giấy' }])
    await expect(register.startSeries(body.bodyId, 'minutes', YEAR, body.member, { start: 2, before: 1, reason: 'x' })).rejects.toMatchObject({ code: 'bodyNotFound' })
  })

  it('has what was issued on paper too: the share of each is counted, the same key enters once', async () => {
    const { register, papers } = house.domains.publishing
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    await issue(meetingId, body)
    const repeated = await Promise.all(Array.from({ length: 5 }, () => register.enterOnPaper(body.bodyId, body.clerk, entry('tren-giay-1'))))
    expect(new Set(repeated.map(({ written }) => written))).toEqual(new Set(['02-TB/TU']))
    await expect(register.enterOnPaper(body.bodyId, body.clerk, entry('tren-giay-1', 'Khác'))).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    expect((await issue(meetingId, body)).number).toBe(3)
    await expect(register.enterOnPaper(body.bodyId, body.clerk, entry('tren-giay-2', 'TỐI MẬT'))).rejects.toMatchObject({ code: 'paperSecret' })
    await expect(register.enterOnPaper(body.bodyId, body.clerk, { ...entry('tren-giay-3'), on: '2999-01-01' })).rejects.toMatchObject({ code: 'dateOutOfRange' })
    await expect(register.enterOnPaper(body.bodyId, body.member, entry('tren-giay-4'))).rejects.toMatchObject({ code: 'bodyNotFound' })
    const statements = await house.statements(async () => {
      expect((await register.shares(body.member, YEAR)).filter((one) => one.body.id === body.bodyId)).toMatchObject([{ electronic: 2, onPaper: 1, year: YEAR }])
    })
    expect(statements).toHaveLength(1)
    expect(await register.shares(await house.newPerson(), YEAR)).toEqual([])
    const [onPaper] = (await register.list(body.clerk, { channel: 'paper', q: '02-tb' }, { after: undefined, limit: 10 })).papers
    await papers.recall(onPaper?.id ?? '', body.clerk, 'Thu hồi bản giấy')
    expect(await papers.get(onPaper?.id ?? '', body.clerk)).toMatchObject({ channel: 'paper', status: 'recalled', printable: false })

    // What was mended or taken back is not one paper more.
    const share = async () => (await register.shares(body.member, YEAR)).find((one) => one.body.id === body.bodyId)
    expect(await share()).toMatchObject({ electronic: 2, onPaper: 0 })
    const [latest] = (await register.list(body.clerk, { bodyId: body.bodyId, q: '' }, { after: undefined, limit: 1 })).papers
    await papers.replace(latest?.id ?? '', body.clerk, { abstract: 'Bản sửa', reason: 'Sai số liệu', key: 'thay-the-trong-so', blocks: [{ kind: 'paragraph', text: 'Bản sửa.' }] })
    expect(await share()).toMatchObject({ electronic: 2, onPaper: 0 })
  })

  it('is listed page by page, without gaps or doubles, in as many queries however long', async () => {
    const { register } = house.domains.publishing
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    for (let count = 0; count < 7; count += 1) await issue(meetingId, body)
    const seen: number[] = []
    let after: string | undefined
    do {
      const page = await register.list(body.clerk, { bodyId: body.bodyId, q: '' }, { after, limit: 3 })
      seen.push(...page.papers.map(({ number }) => number))
      after = page.next ?? undefined
    } while (after)
    expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await house.statements(() => register.list(body.clerk, { q: '' }, { after: undefined, limit: 100 }))).toHaveLength(2)
    await expect(register.list(body.clerk, { q: '' }, { after: 'bịa', limit: 3 })).rejects.toMatchObject({ code: 'invalidCursor' })
    const { sheets } = await register.workbook(body.clerk, { bodyId: body.bodyId, year: YEAR, q: '' })
    expect(sheets[0]?.rows.map((row) => row[1])).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('keeps the usual recipients of a kind, which a second editor does not overwrite', async () => {
    const { papers, usual } = house.domains.publishing
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const recipients = [{ kind: 'person' as const, personId: body.guest.personId }]
    expect(await usual.get(body.bodyId, 'resolution', body.clerk)).toEqual({ recipients: [], version: 0 })
    expect(await usual.set(body.bodyId, 'resolution', body.clerk, { recipients, version: 0 })).toMatchObject({ version: 1, recipients: [{ name: 'Lê Thị Thử' }] })
    await expect(usual.set(body.bodyId, 'resolution', body.chair, { recipients: [], version: 0 })).rejects.toMatchObject({ code: 'recipientsChanged', details: { version: 1 } })
    await expect(usual.get(body.bodyId, 'resolution', body.member)).rejects.toMatchObject({ code: 'bodyNotFound' })
    const { recipients: _, ...without } = wanted(body, { kind: 'resolution' })
    const { paperId } = await house.journal.run(meetingId, { actorId: body.clerk.personId }, (tx) => house.domains.publishing.issuing.issue(tx, without))
    expect((await papers.get(paperId, body.guest)).own).toEqual({ confirmedAt: null })
  })
})
