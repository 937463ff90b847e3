import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, addWorkingDays } from '../../protocol/calendar.ts'
import { listNotices } from '../../protocol/notices.ts'
import { saveKind, type ProposalKindRules } from '../../protocol/proposal-kinds.ts'
import {
  acceptProposal, attachProposalDocument, changeProposal, checkProposal, createProposal, getProposal, listProposals, planProposal, proposalBoard,
  proposalForm, readProposalDocument, readProposalOriginal, removeProposalDocument, returnProposal, submitProposal, withdrawProposal,
  type ProposalDocument,
} from '../../protocol/proposals.ts'
import { docxOf } from '../../server/conversion/test-files.ts'
import type { Actor } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { startOffice, today, type Office } from '../support/proposals.ts'
import { tryUpload } from '../support/uploads.ts'

let office: Office

beforeAll(async () => {
  office = await startOffice()
})
afterAll(() => office.close())

const change = ({ client }: Actor, proposalId: string, version: number, changes = {}) =>
  client.call(changeProposal, { params: { proposalId }, body: { ...office.content(changes), secrecy: 'none', version } })

describe('a proposal', () => {
  it('goes from its unit to the office, back once, and into the pool', async () => {
    const { drafter, clerk, chair } = office
    const { proposalId } = await office.newDraft()
    expect(await office.get(drafter, proposalId)).toMatchObject({ stage: 'draft', holder: 'unit', round: 0, may: { edit: true, submit: true, check: false } })
    await office.submit(proposalId)
    const calendar = await office.server.domains.calendar.load(today(), addDays(today(), 60))
    expect(await office.get(chair, proposalId)).toMatchObject({
      stage: 'received', holder: 'office', round: 1, sides: ['office'], dueOn: addWorkingDays(today(), office.kind.checkDays, calendar), late: false,
      may: { edit: false, submit: false, check: true },
    })
    await office.tickAll(proposalId, ['noi-dung'])
    expect(await office.get(clerk, proposalId)).toMatchObject({ stage: 'checking', checkerName: 'Lê Thị Thử' })
    await office.giveBack(proposalId)
    const returned = await office.get(drafter, proposalId)
    expect(returned).toMatchObject({ stage: 'returned', holder: 'unit', may: { edit: true, submit: true, withdraw: true } })
    expect(returned.steps.at(-1)).toMatchObject({ kind: 'returned', actorId: clerk.personId, reason: 'Bổ sung ý kiến của Sở Tài chính', holder: 'unit' })
    expect(returned.checks.filter(({ state }) => state === 'missing')).toMatchObject([{ itemId: 'noi-dung', note: 'Chưa có' }])
    expect(returned.before?.content.summary).toBe('Sự cần thiết và phương án')

    expect((await change(drafter, proposalId, returned.version, { summary: 'Đã bổ sung' })).error).toBeUndefined()
    await office.submit(proposalId)
    const again = await office.get(clerk, proposalId)
    expect(again).toMatchObject({ stage: 'received', round: 2, content: { summary: 'Đã bổ sung' }, before: { round: 1 }, checks: [] })
    expect(again.before?.content.summary).toBe('Sự cần thiết và phương án')
    expect(again.earlierChecks).toHaveLength(office.kind.checklist.length)
    await office.accept(proposalId)
    const accepted = await office.get(drafter, proposalId)
    expect(accepted).toMatchObject({ stage: 'pool', holder: 'office', may: { edit: false, withdraw: true }, dueOn: accepted.proposedOn })
    expect(accepted.steps.map(({ kind }) => kind)).toEqual(['drafted', 'submitted', 'checking', 'returned', 'submitted', 'checking', 'accepted'])
  })

  it('tells those of its unit who worked on it that it was returned and accepted, and nobody else', async () => {
    const { drafter, colleague, clerk, other } = office
    const told = async ({ client }: Actor, proposalId: string) => (await client.call(listNotices, { query: {} })).body.notices
      .filter(({ link }) => link === `/proposals/${proposalId}`).map(({ kind, words }) => [kind, words.vi.paragraphs.at(-1)])
    const { proposalId } = await office.newDraft({ title: 'Việc cần báo lại' })
    await office.submit(proposalId)
    await office.giveBack(proposalId)
    expect(await told(drafter, proposalId)).toEqual([['proposals.returned', 'Lý do: Bổ sung ý kiến của Sở Tài chính']])
    await office.submit(proposalId)
    await office.accept(proposalId)
    expect((await told(drafter, proposalId)).map(([kind]) => kind)).toEqual(['proposals.accepted', 'proposals.returned'])
    for (const actor of [colleague, clerk, other]) expect(await told(actor, proposalId)).toEqual([])
  })

  it('is on an agenda, dealt with, put off or free again as the agenda says', async () => {
    const { clerk, drafter, server, pdf } = office
    const proposalId = await office.accepted()
    const { meetingId } = await office.newMeeting('draft')
    const key = freshKey()
    const plan = (id: string, actor = clerk, with_: string = freshKey()) =>
      actor.client.call(planProposal, { params: { proposalId: id }, body: { meetingId, minutes: 20, key: with_ } })
    const { itemId } = office.must(await plan(proposalId, clerk, key))
    expect(office.must(await plan(proposalId, clerk, key)).itemId).toBe(itemId)
    expect((await plan(proposalId)).error?.code).toBe('proposalStage')
    // The office knows the draft; the unit knows that there is one.
    expect(await office.get(clerk, proposalId)).toMatchObject({ stage: 'planned', placement: { meetingId } })
    expect((await office.get(drafter, proposalId)).placement).toMatchObject({ outcome: 'planned', meetingId: null, startsAt: null })
    const documents = await server.db('document').join('document_version', 'document_version.document_id', 'document.id').where({ meeting_id: meetingId, item_id: itemId })
    expect(documents).toHaveLength(1)
    expect(Number(documents[0].bytes)).toBe(pdf.length)

    await server.domains.agenda.remove(meetingId, itemId, clerk.caller)
    expect((await office.get(drafter, proposalId)).stage).toBe('pool')
    const { itemId: second } = office.must(await plan(proposalId))
    const { domains } = server
    await server.db('agenda_item').where({ meeting_id: meetingId, id: second }).update({ status: 'done' })
    expect((await office.get(drafter, proposalId))).toMatchObject({ stage: 'decided', holder: 'none' })
    await server.db('agenda_item').where({ meeting_id: meetingId, id: second }).update({ status: 'pending' })
    const planned = await office.get(drafter, proposalId)
    expect((await drafter.client.call(withdrawProposal, { params: { proposalId }, body: { version: planned.version, reason: 'Thôi' } })).error?.code)
      .toBe('proposalStage')
    expect(await server.db.transaction((trx) => domains.proposals.planning.proposedTo(trx, office.body.id, proposalId))).toBe(false)
  })

  it('left undone by a closed meeting is put off, and free for another agenda', async () => {
    const { clerk, server } = office
    const proposalId = await office.accepted()
    const { meetingId } = await office.newMeeting('published')
    office.must(await clerk.client.call(planProposal, { params: { proposalId }, body: { meetingId, minutes: 20, key: freshKey() } }))
    await server.domains.meetings.open(meetingId, clerk.caller, freshKey())
    await server.domains.meetings.close(meetingId, clerk.caller, freshKey())
    expect(await office.get(clerk, proposalId)).toMatchObject({ stage: 'deferred', placement: { outcome: 'deferred' }, may: { plan: true } })
    const next = await office.newMeeting('draft')
    office.must(await clerk.client.call(planProposal, { params: { proposalId }, body: { meetingId: next.meetingId, minutes: 20, key: freshKey() } }))
    expect((await office.get(clerk, proposalId)).placements.map(({ outcome }) => outcome)).toEqual(['deferred', 'planned'])
  })

  it('comes onto one agenda when two clerks plan it at once', async () => {
    const proposalId = await office.accepted()
    const meetings = await Promise.all([office.newMeeting('draft'), office.newMeeting('draft')])
    const answers = await Promise.all(meetings.map(({ meetingId }, index) => (index ? office.clerk : office.chair).client
      .call(planProposal, { params: { proposalId }, body: { meetingId, minutes: 20, key: freshKey() } })))
    expect(answers.map(({ error }) => error?.code ?? 'ok').sort()).toEqual(['ok', 'proposalStage'])
    expect((await office.get(office.clerk, proposalId)).placements).toHaveLength(1)
  })

  it('is not on an agenda because another body’s meeting names its matter', async () => {
    const proposalId = await office.accepted()
    const { domains } = office.server
    const { stranger } = office
    const [{ body_id: bodyId }] = await office.server.db('membership').where({ person_id: stranger.personId })
    const { meetingId } = await domains.meetings.create(stranger.caller, {
      bodyId, key: freshKey(), title: 'Họp', mode: 'inPerson', place: 'Phòng 2', startsAt: '2026-12-08T01:00:00.000Z', plannedMinutes: 60,
    })
    await expect(domains.agenda.add(meetingId, stranger.caller, {
      title: 'Việc của người khác', minutes: 5, presenterId: null, purpose: 'report', matterId: proposalId, key: freshKey(),
    })).rejects.toMatchObject({ code: 'matterNotFound' })
    expect((await office.get(office.clerk, proposalId)).stage).toBe('pool')
  })

  it('that lacks something is not submitted, and the list says what', async () => {
    const { client } = office.drafter
    const strict = office.kinds.find(({ required }) => required.length > 1)!
    const { proposalId, version } = office.must(await client.call(createProposal, {
      body: { ...office.content({ kindId: strict.kindId, summary: '', proposedOn: '2020-01-01' }), secrecy: 'none', key: freshKey() },
    }))
    const submit = (at: number) => client.call(submitProposal, { params: { proposalId }, body: { version: at } })
    const refused = await submit(version)
    expect([refused.status, refused.error?.code]).toEqual([409, 'proposalIncomplete'])
    expect(refused.error?.details).toEqual({ fields: ['summary', 'proposedOn'], documents: strict.required })
    for (const kind of strict.required) office.must(await office.attach(office.drafter, proposalId, { kind, name: `${kind}.pdf` }))
    const changed = office.must(await change(office.drafter, proposalId, version, { kindId: strict.kindId }))
    expect((await submit(changed.version)).error).toBeUndefined()
  })

  it('is accepted only when every point was found in order', async () => {
    const { clerk } = office
    const { proposalId } = await office.newDraft()
    const version = await office.submit(proposalId)
    const accept = () => clerk.client.call(acceptProposal, { params: { proposalId }, body: { version } })
    expect((await accept()).error?.details).toEqual({ items: office.kind.checklist.map(({ id }) => id) })
    await office.tickAll(proposalId, ['the-thuc'])
    expect((await accept()).error).toMatchObject({ code: 'proposalUnchecked', details: { items: ['the-thuc'] } })
    const odd = await clerk.client.call(checkProposal, { params: { proposalId, itemId: 'khong-co' }, body: { revision: 0, state: 'ok', note: '' } })
    expect(odd.error?.code).toBe('badRequest')
    expect((await clerk.client.call(returnProposal, { params: { proposalId }, body: { version, reason: '  ' } })).error?.code).toBe('badRequest')
  })

  it('keeps the checklist that it was submitted under when the kind changes', async () => {
    const { administrator, drafter } = office
    const rules = (text: string): ProposalKindRules => ({
      name: { vi: 'Loại thử', en: 'Trial kind' }, required: ['submission'], checkDays: 2, reviseDays: 2, basis: 'Quy chế', since: today(), until: null,
      checklist: [{ id: 'mot', field: 'summary', text: { vi: text, en: text }, basis: 'Quy chế' }],
    })
    const save = (kind: { kindId: string, version: number } | null, text: string) => administrator.client.call(saveKind, {
      body: { kind: kind && { kindId: kind.kindId, version: kind.version }, rules: rules(text) },
    })
    const first = office.must(await save(null, 'Điểm cũ'))
    const { proposalId } = await office.newDraft({ kindId: first.kindId })
    await office.submit(proposalId)
    const second = office.must(await save(first, 'Điểm mới'))
    expect(second).toMatchObject({ kindId: first.kindId, version: 2 })
    expect((await save(first, 'Người thứ hai')).error).toMatchObject({ code: 'proposalKindChanged', details: { version: 2 } })
    expect((await office.get(drafter, proposalId)).kind?.checklist[0]?.text.vi).toBe('Điểm cũ')
    const later = await office.newDraft({ kindId: first.kindId })
    expect((await office.get(drafter, later.proposalId)).kind?.checklist[0]?.text.vi).toBe('Điểm mới')
    const past = await administrator.client.call(saveKind, { body: { kind: null, rules: { ...rules('x'), since: addDays(today(), -1) } } })
    expect(past.error?.code).toBe('dateOutOfRange')
    expect((await drafter.client.call(saveKind, { body: { kind: null, rules: rules('x') } })).error?.code).toBe('administratorRequired')
  })
})

describe('who comes second', () => {
  it('to a text learns it, and nothing is overwritten', async () => {
    const { drafter, colleague } = office
    const { proposalId, version } = await office.newDraft()
    const [one, two] = await Promise.all([
      change(drafter, proposalId, version, { title: 'Bản của người thứ nhất' }), change(colleague, proposalId, version, { title: 'Bản của người thứ hai' }),
    ])
    const codes = [one, two].map(({ error }) => error?.code ?? 'ok')
    expect(codes.toSorted()).toEqual(['ok', 'proposalChanged'])
    const winner = codes[0] === 'ok' ? drafter : colleague
    const detail = await office.get(drafter, proposalId)
    expect([detail.content.title, detail.editedBy]).toEqual([`Bản của người thứ ${winner === drafter ? 'nhất' : 'hai'}`, winner.personId])
  })

  it('to one point of the checklist is shown the first’s tick; two points go together', async () => {
    const { clerk, chair } = office
    const { proposalId } = await office.newDraft()
    await office.submit(proposalId)
    const tick = ({ client }: Actor, itemId: string, state: 'ok' | 'missing', revision = 0) =>
      client.call(checkProposal, { params: { proposalId, itemId }, body: { revision, state, note: state === 'missing' ? 'Thiếu' : '' } })
    expect((await Promise.all([tick(clerk, 'the-thuc', 'ok'), tick(chair, 'noi-dung', 'ok')])).map(({ status }) => status)).toEqual([200, 200])
    const refused = await tick(chair, 'the-thuc', 'missing')
    expect(refused.error).toMatchObject({ code: 'proposalChanged', details: { check: { state: 'ok', revision: 1, actorId: clerk.personId } } })
    expect((await tick(chair, 'the-thuc', 'missing', 1)).body).toMatchObject({ state: 'missing', note: 'Thiếu', revision: 2 })
    const { steps } = await office.get(clerk, proposalId)
    expect(steps.filter(({ kind }) => kind === 'checking')).toHaveLength(1)
  })

  it('to an act that has been done meanwhile learns it', async () => {
    const { proposalId } = await office.newDraft()
    const version = await office.submit(proposalId)
    await office.tickAll(proposalId)
    const [back, taken] = await Promise.all([
      office.clerk.client.call(returnProposal, { params: { proposalId }, body: { version, reason: 'Bổ sung' } }),
      office.chair.client.call(acceptProposal, { params: { proposalId }, body: { version } }),
    ])
    expect([back.error?.code ?? 'ok', taken.error?.code ?? 'ok'].sort()).toEqual(['ok', 'proposalChanged'])
  })
})

describe('what is proposed', () => {
  type Attempt = (actor: Actor, proposalId: string, version: number, documentId: string) => Promise<{ error: { code: string } | undefined }>
  const reads: [string, Attempt][] = [
    ['get', ({ client }, proposalId) => client.call(getProposal, { params: { proposalId } })],
    ['readDocument', ({ client }, proposalId, _, documentId) => client.call(readProposalDocument, { params: { proposalId, documentId } })],
    ['readOriginal', ({ client }, proposalId, _, documentId) => client.call(readProposalOriginal, { params: { proposalId, documentId } })],
  ]
  const ofUnit: [string, Attempt][] = [
    ['change', (actor, proposalId, version) => change(actor, proposalId, version)],
    ['submit', ({ client }, proposalId, version) => client.call(submitProposal, { params: { proposalId }, body: { version } })],
    ['withdraw', ({ client }, proposalId, version) => client.call(withdrawProposal, { params: { proposalId }, body: { version, reason: 'Thôi' } })],
    ['attach', ({ client }, proposalId) => client.call(attachProposalDocument, { params: { proposalId }, body: { secrecy: 'none', kind: 'annex', uploadId: randomUUID() } })],
    ['upload', (actor, proposalId) => office.attach(actor, proposalId)],
    ['detach', ({ client }, proposalId, _, documentId) => client.call(removeProposalDocument, { params: { proposalId, documentId } })],
  ]
  const ofOffice: [string, Attempt][] = [
    ['check', ({ client }, proposalId) => client.call(checkProposal, { params: { proposalId, itemId: 'the-thuc' }, body: { revision: 0, state: 'ok', note: '' } })],
    ['return', ({ client }, proposalId, version) => client.call(returnProposal, { params: { proposalId }, body: { version, reason: 'Bổ sung' } })],
    ['accept', ({ client }, proposalId, version) => client.call(acceptProposal, { params: { proposalId }, body: { version } })],
    ['plan', ({ client }, proposalId) => client.call(planProposal, { params: { proposalId }, body: { meetingId: randomUUID(), minutes: 20, key: freshKey() } })],
  ]
  const all = [...reads, ...ofUnit, ...ofOffice]

  it('is known to the people of its unit and the office of its body, and to nobody else', async () => {
    const { proposalId } = await office.newDraft()
    const version = await office.submit(proposalId)
    const { documents } = await office.get(office.drafter, proposalId)
    const id = documents[0]!.documentId
    const before = await office.get(office.drafter, proposalId)
    const outsiders = [office.other, office.former, office.nobody, office.member, office.guest, office.stranger, office.administrator]
    for (const actor of outsiders) {
      for (const [name, attempt] of all) {
        expect([name, (await attempt(actor, proposalId, version, id)).error?.code]).toEqual([name, 'proposalNotFound'])
        expect((await attempt(actor, randomUUID(), version, id)).error?.code).toBe('proposalNotFound')
      }
      for (const side of ['unit', 'office'] as const) {
        expect((await actor.client.call(listProposals, { query: { side } })).body.proposals.map((one) => one.id)).not.toContain(proposalId)
      }
      const { columns } = (await actor.client.call(proposalBoard)).body
      expect(columns.flatMap(({ proposals }) => proposals).map((one) => one.id)).not.toContain(proposalId)
    }
    for (const [name, attempt] of ofOffice) expect([name, (await attempt(office.drafter, proposalId, version, id)).error?.code]).toEqual([name, 'forbiddenForProposal'])
    for (const [name, attempt] of ofUnit) expect([name, (await attempt(office.clerk, proposalId, version, id)).error?.code]).toEqual([name, 'forbiddenForProposal'])
    for (const [, attempt] of reads) {
      for (const actor of [office.colleague, office.clerk, office.chair]) expect((await attempt(actor, proposalId, version, id)).error).toBeUndefined()
    }
    expect(await office.get(office.drafter, proposalId)).toEqual(before)
  })

  it('is the unit’s alone while it is a draft, and what it writes after a return too', async () => {
    const { clerk, drafter } = office
    const { proposalId, version } = await office.newDraft()
    const { documents: [paper] } = await office.get(drafter, proposalId)
    for (const [, attempt] of all) expect((await attempt(clerk, proposalId, version, paper!.documentId)).error?.code).toBe('proposalNotFound')
    await office.submit(proposalId)
    const at = await office.giveBack(proposalId)
    office.must(await change(drafter, proposalId, at, { title: 'Đang viết dở' }))
    const added = office.must(await office.attach(drafter, proposalId, { name: 'Chưa trình.pdf' }))
    expect(await office.get(clerk, proposalId)).toMatchObject({ title: 'Chủ trương đầu tư Trung tâm dữ liệu', content: { title: 'Chủ trương đầu tư Trung tâm dữ liệu' } })
    expect((await office.get(clerk, proposalId)).documents.map(({ name }) => name)).toEqual(['Tờ trình.pdf'])
    expect((await clerk.client.call(readProposalDocument, { params: { proposalId, documentId: added.documentId } })).error?.code).toBe('documentNotFound')
    const listed = (await clerk.client.call(listProposals, { query: { side: 'office', stage: 'returned' } })).body.proposals
    expect(listed.find(({ id }) => id === proposalId)?.title).toBe('Chủ trương đầu tư Trung tâm dữ liệu')
    // A document that was submitted stays readable to who saw it.
    office.must(await drafter.client.call(removeProposalDocument, { params: { proposalId, documentId: paper!.documentId } }))
    expect(await office.server.db('proposal_document').where({ id: paper!.documentId }).first('removed_by')).toEqual({ removed_by: drafter.caller.personId })
    const read = await clerk.client.call(readProposalDocument, { params: { proposalId, documentId: paper!.documentId } })
    expect(read.body).toEqual(office.pdf)
    expect(read.headers.get('cache-control')).toBe('private, no-store')
  })

  it('shows no tick to the unit before it is returned', async () => {
    const { proposalId } = await office.newDraft()
    await office.submit(proposalId)
    await office.tickAll(proposalId, ['the-thuc'])
    expect((await office.get(office.drafter, proposalId)).checks).toEqual([])
  })

  it('passes to the unit that its unit went into', async () => {
    const newUnit = await office.newUnit()
    const after = await office.newWorker(newUnit)
    const { proposalId } = await office.newDraft()
    expect((await after.client.call(getProposal, { params: { proposalId } })).error?.code).toBe('proposalNotFound')
    await office.server.db('unit_succession').insert({ predecessor_id: office.unitId, successor_id: newUnit, kind: 'split', since: today() })
    expect((await office.get(after, proposalId)).id).toBe(proposalId)
  })

  it('can be made by who works in a unit, for a body that there is', async () => {
    const create = ({ client }: Actor, changes = {}, key = freshKey()) =>
      client.call(createProposal, { body: { ...office.content(changes), secrecy: 'none', key } })
    for (const actor of [office.former, office.nobody]) expect((await create(actor)).error?.code).toBe('unitNotFound')
    expect((await create(office.drafter, { bodyId: randomUUID() })).error?.code).toBe('bodyNotFound')
    expect((await create(office.drafter, { kindId: randomUUID() })).error?.code).toBe('proposalKindNotFound')
    expect((await create(office.drafter, { presenterId: randomUUID() })).error?.code).toBe('personNotFound')
    expect((await create(office.drafter, { title: '   ' })).error?.code).toBe('badRequest')
    const key = freshKey()
    const made = await Promise.all([create(office.drafter, {}, key), create(office.drafter, { title: 'Gõ thêm' }, key)])
    expect(new Set(made.map(({ body }) => body.proposalId)).size).toBe(1)
    const form = (await office.drafter.client.call(proposalForm)).body
    expect([form.unit?.id, form.offices]).toEqual([office.unitId, []])
    expect((await office.clerk.client.call(proposalForm)).body).toMatchObject({ unit: null, offices: [{ id: office.body.id }] })
  })
})

describe('a document', () => {
  it('is one upload of its proposal and kind, used once, in the right stage', async () => {
    const { drafter, colleague } = office
    const { proposalId } = await office.newDraft()
    expect((await office.attach(drafter, proposalId, {}, Buffer.from('Đây không phải PDF'))).error).toMatchObject({ code: 'fileRefused', details: { problem: 'type' } })
    const { body: sent } = await tryUpload(drafter, { kind: 'paper', secrecy: 'none', proposalId, paperKind: 'annex' }, office.pdf, 'Phụ lục.pdf')
    const attach = (actor: Actor, kind: 'annex' | 'draft') =>
      actor.client.call(attachProposalDocument, { params: { proposalId }, body: { secrecy: 'none', kind, uploadId: sent!.uploadId } })
    expect((await attach(colleague, 'annex')).error?.code).toBe('uploadNotFound')
    expect((await attach(drafter, 'draft')).error?.code).toBe('uploadNotFound')
    const [one, same] = (await Promise.all([attach(drafter, 'annex'), attach(drafter, 'annex')])).map((answer) => office.must(answer)) as [ProposalDocument, ProposalDocument]
    expect(same.documentId).toBe(one.documentId)
    expect((await attach(drafter, 'draft')).error?.code).toBe('idempotencyKeyReused')
    const other = await office.newDraft()
    for (const [proposal, documentId] of [[other.proposalId, one.documentId], [proposalId, randomUUID()]] as const) {
      expect((await drafter.client.call(readProposalDocument, { params: { proposalId: proposal, documentId } })).error?.code).toBe('documentNotFound')
      expect((await drafter.client.call(removeProposalDocument, { params: { proposalId: proposal, documentId } })).error?.code).toBe('documentNotFound')
    }
    await office.submit(proposalId)
    expect((await office.attach(drafter, proposalId)).error?.code).toBe('proposalStage')
  })

  it('is kept from the sweep of files', async () => {
    const { proposalId } = await office.newDraft()
    const { documents: [paper] } = await office.get(office.drafter, proposalId)
    expect(await office.server.domains.proposals.papers.knownFiles([paper!.sha256, 'ab'.repeat(32)])).toEqual(new Set([paper!.sha256]))
  })

  it('of an office program is read as the PDF that is made of it, and saved as it came', async () => {
    const { drafter } = office
    const { proposalId } = await office.newDraft()
    const docx = await docxOf(['Phụ lục kèm theo'])
    const made = office.must(await office.attach(drafter, proposalId, { kind: 'annex', name: 'Phụ lục “1”.docx' }, docx))
    const params = { proposalId, documentId: made.documentId }
    const original = await drafter.client.call(readProposalOriginal, { params })
    expect(original.body).toEqual(docx)
    expect(original.headers.get('content-disposition')).toBe(`attachment; filename="document"; filename*=UTF-8''${encodeURIComponent('Phụ lục “1”.docx')}`)
    if (made.readable === 'soon') expect((await drafter.client.call(readProposalDocument, { params })).error?.code).toBe('documentNotReady')
    await until(async () => (await office.get(drafter, proposalId)).documents.find(({ documentId }) => documentId === made.documentId)?.readable === 'yes')
    const pdf = await drafter.client.call(readProposalDocument, { params })
    expect((pdf.body as Buffer).subarray(0, 5).toString()).toBe('%PDF-')
    const part = await drafter.client.send('GET', `/api/proposals/${proposalId}/documents/${made.documentId}/file`, { headers: { range: 'bytes=1-3' } })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'PDF', `bytes 1-3/${(pdf.body as Buffer).length}`])
    const again = (etag: string) => drafter.client.send('GET', `/api/proposals/${proposalId}/documents/${made.documentId}/file`, { headers: { 'range': 'bytes=1-3', 'if-match': etag } })
    expect([(await again(part.headers.get('etag') ?? '')).status, (await again('"of another copy"')).status]).toEqual([206, 412])
    const beyond = await drafter.client.send('GET', `/api/proposals/${proposalId}/documents/${made.documentId}/file`, { headers: { range: 'bytes=99999999-' } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${(pdf.body as Buffer).length}`])
  }, 60_000)
})
