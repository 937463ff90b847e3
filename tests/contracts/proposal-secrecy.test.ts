import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeProposal, checkProposal, createProposal, returnProposal, withdrawProposal } from '../../protocol/proposals.ts'
import type { Actor } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { startOffice, type Office } from '../support/proposals.ts'
import { createUpload } from '../support/uploads.ts'

let office: Office
const log: string[] = []

beforeAll(async () => {
  office = await startOffice({ onLog: (line) => log.push(line) })
})
afterAll(() => office.close())

const change = ({ client }: Actor, proposalId: string, version: number, changes = {}) =>
  client.call(changeProposal, { params: { proposalId }, body: { ...office.content(changes), secrecy: 'none', version } })

describe('a matter with a state secret', () => {
  const words = ['Phương án tác chiến bí mật', 'Khu vực phòng thủ Khe Phượng']

  it('is refused by its degree alone, and nothing of it is kept or logged', async () => {
    const { client } = office.drafter
    const count = async () => Number((await office.server.db('proposal').count('* as n'))[0]?.n)
    const before = await count()
    for (const secrecy of ['confidential', 'secret', 'topSecret'] as const) {
      const alone = await client.call(createProposal, { body: { secrecy } })
      expect([alone.status, alone.error?.code]).toEqual([422, 'proposalSecret'])
    }
    const { proposalId, version } = await office.newDraft()
    expect((await client.call(changeProposal, { params: { proposalId }, body: { secrecy: 'secret' } })).error?.code).toBe('proposalSecret')
    for (const [method, path] of [['POST', '/api/proposals'], ['PUT', `/api/proposals/${proposalId}`]] as const) {
      const body = JSON.stringify({ ...office.content({ title: words[0]!, summary: words[1]! }), secrecy: 'secret', key: freshKey(), version })
      const answer = await client.send(method, path, { body, headers: { 'content-type': 'application/json' } })
      const text = await answer.text()
      expect([answer.status, (JSON.parse(text) as { error: { code: string } }).error.code]).toEqual([400, 'badRequest'])
      for (const word of words) expect(text).not.toContain(word)
    }
    for (const secrecy of ['secret', undefined]) {
      const purpose = { kind: 'paper', proposalId, paperKind: 'annex', ...(secrecy ? { secrecy } : {}) }
      expect((await createUpload(office.drafter, 10, { name: words[0]!, to: purpose })).status).toBe(400)
      const body = JSON.stringify({ kind: 'annex', uploadId: randomUUID(), ...(secrecy ? { secrecy } : {}) })
      expect((await client.send('POST', `/api/proposals/${proposalId}/documents`, { body, headers: { 'content-type': 'application/json' } })).status).toBe(400)
    }
    expect(await count()).toBe(before + 1)
    const { rows } = await office.server.db.raw<{ rows: { kept: boolean }[] }>(
      `SELECT EXISTS (SELECT FROM proposal WHERE title = ANY (?) OR summary = ANY (?)) AS kept`, [words, words])
    expect(rows[0]?.kept).toBe(false)
    const logged = log.join('\n')
    expect(logged.length).toBeGreaterThan(0)
    for (const word of [...words, Buffer.from(words[0]!).toString('base64')]) expect(logged).not.toContain(word)
  })

  it('that is called open is refused by the stamp in its text, whoever writes it, and nothing of it is kept or logged', async () => {
    const { drafter, clerk } = office
    const stamped = (stamp: string) => `${stamp}\nKhu vực phòng thủ Suối Lam`
    const refusedText = async (asked: Promise<{ status: number, error?: { code: string } | undefined }>) => {
      const answer = await asked
      expect([answer.status, answer.error?.code]).toEqual([422, 'proposalSecret'])
      expect(JSON.stringify(answer)).not.toContain('Suối Lam')
    }
    const { proposalId, version } = await office.newDraft()
    const create = (changes: object) => drafter.client.call(createProposal, { body: { ...office.content(changes), secrecy: 'none', key: freshKey() } })
    await refusedText(create({ title: '( TỐI MẬT )' }))
    await refusedText(create({ summary: stamped('Độ mật: MẬT') }))
    await refusedText(change(drafter, proposalId, version, { legalBasis: stamped('TUYỆT MẬT') }))
    // A word in running text is no stamp.
    expect((await change(drafter, proposalId, version, { summary: 'Nội dung không có độ mật; bảo vệ bí mật nhà nước' })).error).toBeUndefined()
    await refusedText(drafter.client.call(withdrawProposal, { params: { proposalId }, body: { version: version + 1, reason: stamped('MẬT') } }))
    await office.submit(proposalId)
    const point = office.kind.checklist[0]?.id ?? ''
    const note = { revision: 0, state: 'missing' as const, note: stamped('MẬT') }
    await refusedText(clerk.client.call(checkProposal, { params: { proposalId, itemId: point }, body: note }))
    const submitted = await office.get(clerk, proposalId)
    expect([submitted.stage, submitted.checks]).toEqual(['received', []])
    await refusedText(clerk.client.call(returnProposal, { params: { proposalId }, body: { version: submitted.version, reason: stamped('* MẬT *') } }))
    expect(await office.get(drafter, proposalId)).toMatchObject({ stage: 'received', version: submitted.version })
    const { rows } = await office.server.db.raw<{ rows: { kept: boolean }[] }>(
      `SELECT EXISTS (SELECT FROM proposal p WHERE p::text LIKE '%phòng thủ Suối Lam%') AS kept`)
    expect(rows[0]?.kept).toBe(false)
    expect(log.join('\n')).not.toContain('Suối Lam')
  })
})
