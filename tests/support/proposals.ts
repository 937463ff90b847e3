import { randomUUID } from 'node:crypto'
import { addDays, localDay } from '../../protocol/calendar.ts'
import type { ProposalDocumentKind, ProposalKind } from '../../protocol/proposal-kinds.ts'
import {
  acceptProposal, attachProposalDocument, checkProposal, createProposal, getProposal, returnProposal, submitProposal, type ProposalContent,
  type ProposalDetail,
} from '../../protocol/proposals.ts'
import { startAssembly, type Actor } from './assembly.ts'
import { as, freshKey } from './house.ts'
import { pdfOf } from './pdf.ts'
import { signedIn } from './people.ts'
import { tryUpload } from './uploads.ts'

export const today = () => localDay(new Date())

/** A body with its office, and units that propose to it: one with two people and one who left it yesterday, and another one. */
export async function startOffice(options: Parameters<typeof startAssembly>[0] = {}) {
  const assembly = await startAssembly(options)
  const { server, body, clerk } = assembly
  const pdf = await pdfOf(['Tờ trình về chủ trương đầu tư'])

  async function newUnit(name = `Sở ${randomUUID().slice(0, 8)}`): Promise<string> {
    const [row] = await server.db('unit').insert({ name, since: '2020-01-01' }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no unit was inserted')
    return row.id
  }
  async function newWorker(unitId: string | null, until: string | null = null): Promise<Actor> {
    const { client, personId } = await signedIn(server, `unit-${randomUUID().slice(0, 8)}`)
    if (unitId) await server.db('unit_membership').insert({ unit_id: unitId, person_id: personId, since: '2020-01-01', until })
    return { client, personId, caller: as(personId) }
  }

  const [unitId, otherUnitId] = [await newUnit('Sở Khoa học và Công nghệ'), await newUnit('Sở Nội vụ')]
  const workers = {
    drafter: await newWorker(unitId), colleague: await newWorker(unitId), other: await newWorker(otherUnitId),
    former: await newWorker(unitId, addDays(today(), -1)), nobody: await newWorker(null),
  }
  const kinds = await server.domains.proposals.kinds.inForce()
  const [kind] = kinds.filter(({ required }) => required.length === 1) as [ProposalKind]

  const content = (changes: Partial<ProposalContent> = {}): ProposalContent => ({
    bodyId: body.id, kindId: kind.kindId, title: 'Chủ trương đầu tư Trung tâm dữ liệu', summary: 'Sự cần thiết và phương án', asks: 'decide',
    proposedOn: addDays(today(), 30), legalBasis: 'Luật Đầu tư công', presenterId: null, ...changes,
  })
  const get = async ({ client }: Actor, proposalId: string): Promise<ProposalDetail> => {
    const { body: detail, error } = await client.call(getProposal, { params: { proposalId } })
    if (error) throw new Error(error.code)
    return detail
  }
  /** Sends a file and attaches it; `error` is of whatever refused it. */
  async function attach(actor: Actor, proposalId: string, { kind = 'submission', name = 'Tờ trình.pdf' }: { kind?: ProposalDocumentKind, name?: string } = {}, file = pdf) {
    const sent = await tryUpload(actor, { kind: 'paper', secrecy: 'none', proposalId, paperKind: kind }, file, name)
    if (sent.error) return { body: undefined, error: sent.error }
    return await actor.client.call(attachProposalDocument, { params: { proposalId }, body: { secrecy: 'none', kind, uploadId: sent.body.uploadId } })
  }
  const must = <T>(answer: { body: T | undefined, error: { code: string } | undefined }): T => {
    if (answer.error || answer.body === undefined) throw new Error(answer.error?.code ?? 'no answer')
    return answer.body
  }

  /** A draft with what its kind requires. */
  async function newDraft(changes: Partial<ProposalContent> = {}): Promise<{ proposalId: string, version: number }> {
    const { client } = workers.drafter
    const made = must(await client.call(createProposal, { body: { ...content(changes), secrecy: 'none', key: freshKey() } }))
    must(await attach(workers.drafter, made.proposalId))
    return made
  }
  async function submit(proposalId: string): Promise<number> {
    const { version } = await get(workers.drafter, proposalId)
    return must(await workers.drafter.client.call(submitProposal, { params: { proposalId }, body: { version } })).version
  }
  async function tickAll(proposalId: string, except: string[] = []): Promise<void> {
    const { kind: own, checks } = await get(clerk, proposalId)
    for (const { id: itemId } of own?.checklist ?? []) {
      const revision = checks.find((check) => check.itemId === itemId)?.revision ?? 0
      const missing = except.includes(itemId)
      must(await clerk.client.call(checkProposal, {
        params: { proposalId, itemId }, body: { revision, state: missing ? 'missing' : 'ok', note: missing ? 'Chưa có' : '' },
      }))
    }
  }
  async function giveBack(proposalId: string, reason = 'Bổ sung ý kiến của Sở Tài chính'): Promise<number> {
    const { version } = await get(clerk, proposalId)
    return must(await clerk.client.call(returnProposal, { params: { proposalId }, body: { version, reason } })).version
  }
  async function accept(proposalId: string): Promise<number> {
    await tickAll(proposalId)
    const { version } = await get(clerk, proposalId)
    return must(await clerk.client.call(acceptProposal, { params: { proposalId }, body: { version } })).version
  }

  return {
    ...assembly, ...workers, unitId, otherUnitId, kind, kinds, pdf, content, get, attach, must, newUnit, newWorker,
    newDraft, submit, tickAll, giveBack, accept,
    /** A proposal in the pool. */
    async accepted(changes: Partial<ProposalContent> = {}): Promise<string> {
      const { proposalId } = await newDraft(changes)
      await submit(proposalId)
      await accept(proposalId)
      return proposalId
    },
    async close(): Promise<void> {
      for (const { client } of Object.values(workers)) client.close()
      await assembly.close()
    },
  }
}

export type Office = Awaited<ReturnType<typeof startOffice>>
