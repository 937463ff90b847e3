import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listBodies, listMembers } from '../../protocol/bodies.ts'
import { readDocument } from '../../protocol/documents.ts'
import { listMeetings } from '../../protocol/convening.ts'
import { getMeeting } from '../../protocol/meetings.ts'
import { listProposals, ProposalStage } from '../../protocol/proposals.ts'
import { followMeeting } from '../../protocol/room.ts'
import { getTask, listTasks, taskBoard, TaskStage } from '../../protocol/tasks.ts'
import { listUnits } from '../../protocol/units.ts'
import { command, createClient, type Client } from '../../tests/support/client.ts'
import { until } from '../../tests/support/journal.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'
import { demoProposals } from './proposals.ts'
import { seedDemo } from './seed.ts'

let server: TestServer
const clients: Client[] = []

beforeAll(async () => {
  server = await startTestServer({ demo: true })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
})

async function be(username: string): Promise<Client> {
  const client = createClient(server.origin)
  clients.push(client)
  await client.signIn(username, server.demo?.password ?? '')
  return client
}

const dayOf = (at: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short' }).format(at)
const count = async (table: string) => Number((await server.db(table).count('* as n').first())?.['n'])

describe('the demo', () => {
  it('has every account that it prints', async () => {
    const printed = (server.demo?.accounts ?? []).map(({ username }) => username)
    expect(printed).toEqual(['bao', 'nhan.khong', 'nguyet', 'khai', 'chi', 'hang', 'dc.suoilam', 'phuc', 'quantri'])
    for (const username of printed) await be(username)
  })

  it('has the two bodies with their members', async () => {
    const chief = await be('phuc')
    const { body: { bodies } } = await chief.call(listBodies)
    expect(bodies.map(({ role }) => role)).toEqual(['member', 'member'])
    const sizes = await Promise.all(bodies.map(async ({ id, rules }) => {
      const { body: { members } } = await chief.call(listMembers, { params: { bodyId: id } })
      return [members.length, members.filter(({ voting }) => voting).length, members[0]?.role, rules.grading?.scale.length]
    }))
    expect(sizes).toEqual([[23, 15, 'chair', undefined], [9, 9, 'chair', 4]])
  })

  it('has tasks of a conclusion in every stage, some overdue, and an extension that waits', async () => {
    const clerk = await be('chi')
    const { body: { tasks } } = await clerk.call(listTasks, { query: { scope: 'office', limit: 100 } })
    expect(new Set(tasks.map(({ stage }) => stage))).toEqual(new Set(TaskStage.options))
    expect(tasks.filter(({ late }) => late)).toHaveLength(2)
    expect(tasks.filter(({ extensionAsked }) => extensionAsked)).toHaveLength(1)
    // Decided at a conference of days ago, and worked on since.
    const closed = tasks.find(({ stage }) => stage === 'closed')
    const { body: { origin, events } } = await clerk.call(getTask, { params: { taskId: closed?.id ?? '' } })
    const times = [origin.decidedAt, ...events.map(({ at }) => at)]
    expect(times).toEqual(times.toSorted())
    expect(dayOf(new Date(origin.decidedAt)) < dayOf(new Date(events.at(-1)?.at ?? 0))).toBe(true)
    const { body: { columns } } = await clerk.call(taskBoard, { query: { scope: 'office' } })
    expect(columns.every(({ count: some }) => some > 0)).toBe(true)
  })

  it('has twelve units in a tree, and people who work in them', async () => {
    const { body: { units } } = await (await be('chi')).call(listUnits, { query: {} })
    expect(units).toHaveLength(12)
    expect(units.filter(({ superiorId }) => superiorId === null).map(({ code }) => code)).toEqual(['TU'])
    expect(units.every(({ people }) => people > 0)).toBe(true)
    expect(units.reduce((sum, { people }) => sum + people, 0)).toBe(19)
  })

  it('has a published meeting of each body today, with an agenda and readable documents', async () => {
    const chief = await be('phuc')
    const { body: { meetings } } = await chief.call(listMeetings, { query: { status: 'published' } })
    expect(meetings.map(({ status, startsAt }) => [status, dayOf(new Date(startsAt))])).toEqual([1, 2].map(() => ['published', dayOf(new Date())]))
    const socket = await chief.socket()
    for (const { id: meetingId } of meetings) {
      const followed = await command(socket, followMeeting, { meetingId })
      if (!followed.ok) throw new Error(followed.error.code)
      const state = followed.result.snapshot?.state as { agenda: object[], documents: { documentId: string }[] }
      expect(state.agenda.length).toBeGreaterThanOrEqual(5)
      expect(state.documents).toHaveLength(3)
      for (const { documentId } of state.documents) {
        const read = () => chief.call(readDocument, { params: { meetingId, documentId }, query: {} })
        await until(async () => (await read()).status === 200)
        expect(String((await read()).body).slice(0, 5)).toBe('%PDF-')
      }
      expect((await chief.call(getMeeting, { params: { meetingId } })).body.people.length).toBeGreaterThanOrEqual(9)
    }
  })

  it('has items under items, guests of single items, and bodies that belong to units', async () => {
    const clerk = await be('chi')
    const { body: { meetings } } = await clerk.call(listMeetings, { query: { status: 'published' } })
    const [monthly] = meetings
    const rows = await server.db('agenda_item').where({ meeting_id: monthly?.id }).orderBy('place').select('level')
    expect(rows.map(({ level }) => Number(level))).toEqual([0, 0, 1, 1, 0, 0, 0])
    const { body: { participants } } = await clerk.call(getMeeting, { params: { meetingId: monthly?.id ?? '' } })
    expect(participants.filter(({ itemsOnly }) => itemsOnly)).toHaveLength(2)
    expect(await server.db('body').whereNull('superior_unit_id').count('* as n')).toEqual([{ n: '0' }])
  })

  it('has matters of units in every stage, some of them late', async () => {
    // But for those of months before the product, which the ledger tells of.
    const stages = await server.db('proposal').whereNot('creation_key', 'like', 'demo ledger %').count('* as n').first()
    expect(Number(stages?.['n'])).toBe(demoProposals.length)
    const clerk = await be('chi')
    const { body: { proposals } } = await clerk.call(listProposals, { query: { side: 'office' } })
    const seen = new Set(proposals.map(({ stage }) => stage))
    expect(ProposalStage.options.filter((stage) => !seen.has(stage))).toEqual(['draft'])
    expect(proposals.filter(({ late }) => late).length).toBeGreaterThanOrEqual(3)
    const { body: { proposals: drafts } } = await (await be('bao')).call(listProposals, { query: { side: 'unit', stage: 'draft' } })
    expect(drafts).toHaveLength(1)
  })

  it('adds nothing when run again, and goes on where a killed start left off', async () => {
    const tables = ['person', 'account', 'unit', 'unit_membership', 'body', 'membership', 'meeting', 'agenda_item', 'journal_entry', 'proposal', 'proposal_step', 'proposal_document']
    const before = await Promise.all(tables.map(count))
    const again = () => seedDemo({ domains: server.domains, past: server.past, db: server.db, dataDir: server.config.dataDir, log: server.log })
    expect(await again()).toEqual(server.demo)
    expect(await Promise.all(tables.map(count))).toEqual(before)
    let attached = 0
    const documents = { attachMade: async () => { attached += 1; throw new Error('killed') } }
    const tomorrow = new Date(Date.now() + 24 * 3600_000)
    const house = { domains: server.domains, past: server.past, db: server.db, dataDir: server.config.dataDir, log: server.log }
    const killed = seedDemo({ ...house, domains: { ...server.domains, documents }, now: tomorrow })
    await expect(killed).rejects.toThrow('killed')
    expect(attached).toBe(1)
    await seedDemo({ domains: server.domains, past: server.past, db: server.db, dataDir: server.config.dataDir, log: server.log, now: tomorrow })
    const items = await server.db.raw('SELECT count(*)::int AS n FROM agenda_item GROUP BY meeting_id ORDER BY n')
    expect(items.rows.map(({ n }: { n: number }) => n)).toEqual([2, 7, 7, 7, 7])
  })
})
