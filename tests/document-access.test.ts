import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCommands, allRoutes } from '../protocol/contracts.ts'
import type { Circulation } from '../protocol/documents.ts'
import { meetingReducer } from '../protocol/meeting-state.ts'
import type { AnyRoute } from '../protocol/route.ts'
import { OPEN_CIRCULATION } from '../server/documents/documents.ts'
import { meetingStore } from '../server/meetings/store.ts'
import { startAssembly, type Actor, type Assembly } from './support/assembly.ts'
import { freshKey, REASON } from './support/house.ts'
import { until } from './support/journal.ts'
import { pdfOf } from './support/pdf.ts'

/**
 * Role × state of a document × route and event, generated from the contracts: a new one is missed by no list. Who may not read
 * a document is answered exactly as for one that never was; who may, is answered.
 */

let assembly: Assembly
let pdf: Buffer
const roles = ['chair', 'clerk', 'presiding', 'member', 'substitute', 'itemGuest', 'otherGuest', 'stranger', 'administrator'] as const
type Role = typeof roles[number]
const actors = {} as Record<Role, Actor>
const sockets = {} as Record<Role, Socket>

interface Case {
  circulation?: Partial<Circulation>
  draft?: true
  /** Attached before the publication. */
  early?: true
  /** What happens to one that is early, before the publication. */
  before?(meetingId: string, documentId: string): Promise<unknown>
  /** What happens to it after it was attached, and the meeting published. */
  then?(meetingId: string, documentId: string): Promise<unknown>
  readers: readonly Role[]
  /** Who still knows of it; without, who reads it. */
  knowers?: readonly Role[]
  /** Its name is known to nobody. */
  nameless?: true
  /** Others take part in the meeting afterwards. */
  othersRemain?: true
}
const office: readonly Role[] = ['chair', 'clerk', 'presiding']
/** Who presided is a member once the meeting is over. */
const afterwards: readonly Role[] = ['chair', 'clerk']
const everyReader: readonly Role[] = [...office, 'member', 'substitute', 'itemGuest']
const of = () => assembly.server.domains.circulating
const expired = async (meetingId: string) => {
  await assembly.server.domains.meetings.open(meetingId, actors.chair.caller, freshKey())
  await assembly.server.domains.meetings.close(meetingId, actors.chair.caller, freshKey())
  await assembly.server.db('meeting').where({ id: meetingId }).update({ closed_at: new Date(Date.now() - 2 * 3600_000) })
}

const cases: Record<string, Case> = {
  'in circulation': { readers: everyReader },
  'final': { readers: everyReader, then: (meetingId, documentId) => of().documents.stateVersion(meetingId, documentId, 1, actors.clerk.caller, { state: 'final', was: 'circulation' }) },
  'a draft': { draft: true, readers: office },
  'for members': { circulation: { parts: ['members'] }, readers: [...office, 'member'] },
  'for guests of the item': { circulation: { parts: ['guests'] }, readers: [...office, 'itemGuest'] },
  'for substitutes': { circulation: { parts: ['substitutes'] }, readers: [...office, 'substitute'] },
  'for the office': { circulation: { parts: [] }, readers: office },
  'without copies': { circulation: { download: false }, readers: everyReader },
  'withdrawn': { readers: [], knowers: everyReader, then: (meetingId, documentId) => of().circulation.withdraw(meetingId, documentId, actors.clerk.caller, 'Sai số liệu') },
  'quarantined': { readers: [], knowers: office, then: (meetingId, documentId) => of().circulation.quarantine(meetingId, documentId, actors.clerk.caller) },
  'expired, and not told yet': { circulation: { expiresHours: 1 }, readers: afterwards, knowers: everyReader, then: expired },
  'expired': { circulation: { expiresHours: 1 }, readers: afterwards, async then(meetingId) {
    await expired(meetingId)
    await of().circulation.expireDue()
  } },
  'quarantined, published with the meeting': {
    early: true, readers: [], knowers: office, then: (meetingId, documentId) => of().circulation.quarantine(meetingId, documentId, actors.clerk.caller),
  },
  'purged': { early: true, readers: [], knowers: office, nameless: true, async then(meetingId, documentId) {
    await of().circulation.quarantine(meetingId, documentId, actors.clerk.caller)
    await of().circulation.purge(meetingId, documentId, actors.chair.caller)
  } },
  'narrowed after the publication': { early: true, readers: office, async then(meetingId, documentId) {
    await of().circulation.set(meetingId, documentId, actors.clerk.caller, { ...OPEN_CIRCULATION, parts: [], was: OPEN_CIRCULATION })
  } },
  'withdrawn before the publication': {
    early: true, readers: [], before: (meetingId, documentId) => of().circulation.withdraw(meetingId, documentId, actors.clerk.caller, 'Sai số liệu'),
  },
  'expired with a cancelled meeting': { circulation: { expiresHours: 0 }, readers: afterwards, async then(meetingId) {
    await assembly.server.domains.postponing.cancel(meetingId, actors.clerk.caller, 'Không còn cần')
    await assembly.server.db('meeting').where({ id: meetingId }).update({ starts_at: new Date(Date.now() - 24 * 3600_000) })
    expect(await of().circulation.expireDue()).toBe(1)
  } },
  'removed with its item': { readers: [], othersRemain: true, async then(meetingId, documentId) {
    const { documents } = await assembly.server.journal.state(meetingId, meetingReducer)
    await assembly.server.domains.agenda.remove(meetingId, documents.find((one) => one.documentId === documentId)?.itemId ?? '', actors.clerk.caller)
  } },
}

beforeAll(async () => {
  assembly = await startAssembly()
  // What has expired is told when a test tells it, not by the job of each minute in the middle of another.
  const { name } = assembly.server.domains.circulating.queue
  for (const table of ['schedule', 'job']) await assembly.server.db(`jobs.${table}`).where({ name }).delete()
  pdf = await pdfOf(['Tờ trình về việc nghiệm thu'])
  const [substitute, itemGuest, otherGuest] = [await assembly.newVisitor(), await assembly.newVisitor(), await assembly.newVisitor()]
  Object.assign(actors, { ...assembly.actors, presiding: await assembly.newMember(), substitute, itemGuest, otherGuest })
  for (const role of roles) sockets[role] = await actors[role].client.socket()
})
afterAll(async () => {
  for (const role of ['presiding', 'substitute', 'itemGuest', 'otherGuest'] as const) actors[role].client.close()
  await assembly.close()
})

/** A published meeting with a substitute and two guests of single items, and the document under its first item. */
async function scene({ circulation, draft, early, before, then }: Case): Promise<{ meetingId: string, documentId: string }> {
  const { server } = assembly
  const { meetingId, items } = await assembly.newMeeting('draft')
  const { agenda, documents, meetings } = server.domains
  for (const [itemId, guest] of [[items[0], actors.itemGuest], [items[1], actors.otherGuest]] as const) {
    await agenda.setGuests(meetingId, itemId, actors.clerk.caller, { personIds: [guest.personId], was: [] })
  }
  const attach = async () => (await documents.attachMade(meetingId, items[0], actors.clerk.caller, {
    pdf, name: 'Tên không được lộ.pdf', key: freshKey(), state: draft ? 'draft' : 'circulation', circulation: { ...OPEN_CIRCULATION, ...circulation },
  })).documentId
  const attached = early ? await attach() : undefined
  if (attached) await before?.(meetingId, attached)
  await meetings.publish(meetingId, actors.clerk.caller, REASON)
  await server.db('meeting').where({ id: meetingId }).update({ presiding_id: actors.presiding.personId })
  await server.journal.run(meetingId, { actorId: actors.chair.personId }, async (tx) => {
    const participant = {
      personId: actors.substitute.personId, role: 'member' as const, office: 'Phó Giám đốc', voting: false, rank: 9, substituteFor: actors.member.personId,
    }
    await meetingStore.insertParticipants(tx.trx, meetingId, [participant])
    tx.append({ kind: 'order.chairHanded', data: { personId: actors.presiding.personId }, audience: { scope: 'meeting' } })
    tx.append({ kind: 'meeting.participantAdded', data: { participant }, audience: { scope: 'meeting' } })
  })
  const documentId = attached ?? await attach()
  if (!before) await until(async () => (await server.journal.state(meetingId, meetingReducer)).documents[0]?.versions[0]?.rendition?.status === 'ready')
  await then?.(meetingId, documentId)
  return { meetingId, documentId }
}

const anchor = { page: 1, rects: [[0.1, 0.1, 0.5, 0.2]], quote: null }
/** Of routes that read, or that every reader may use. */
const bodies: Record<string, () => object> = {
  'annotations.add': () => ({ key: freshKey(), version: 1, anchor, colour: 'yellow', body: '' }),
  'comments.open': () => ({ key: freshKey(), version: 1, kind: 'comment', anchor, text: 'Xin ý kiến', replacement: null }),
  'documents.reportReading': () => ({ version: 1, pages: [{ page: 1, seconds: 5 }] }),
}
const queries: Record<string, string> = { 'conversion.page': '?width=320', 'documents.compare': '?before=1&after=1' }
/** What the office does to documents has its own tests; here it is asked by nobody who could. */
const acts: Record<string, () => object | undefined> = {
  'documents.addVersion': () => ({ uploadId: randomUUID(), key: freshKey(), after: 1, state: 'draft' }),
  'documents.stateVersion': () => ({ state: 'final', was: 'circulation' }),
  'documents.setCirculation': () => ({ ...OPEN_CIRCULATION, was: OPEN_CIRCULATION }),
  'documents.withdraw': () => ({ reason: 'Không có quyền' }),
  'documents.remove': () => undefined, 'documents.quarantine': () => undefined, 'documents.purge': () => undefined,
  'drafting.open': () => undefined, 'drafting.discard': () => undefined,
  'drafting.issue': () => ({ key: freshKey(), type: 'Nghị quyết', symbol: 'NQ/TU', abstract: 'Về chuyển đổi số' }),
  'annotations.change': () => ({ colour: 'yellow', body: '', revision: 1 }), 'annotations.remove': () => undefined,
  'comments.reply': () => ({ key: freshKey(), text: 'Xin ý kiến' }), 'comments.settle': () => ({ key: freshKey(), revision: 1, state: 'resolved' }),
  'comments.takeBack': () => undefined,
}
const routes = allRoutes.filter(({ path }) => path.includes(':documentId') && path.includes(':meetingId'))
const reading = routes.filter(({ id }) => !(id in acts))
const commands = allCommands.filter(({ name }) => name === 'review:attend' || name === 'review:lead')

async function ask(route: AnyRoute, role: Role, ids: { meetingId: string, documentId: string }): Promise<string> {
  const values: Record<string, string> = { ...ids, page: '1', number: '1' }
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? ABSENT) + (queries[route.id] ?? '')
  const body = (bodies[route.id] ?? acts[route.id])?.()
  const response = await actors[role].client.send(route.method.toUpperCase(), path, {
    headers: { 'content-type': 'application/json' }, ...body ? { body: JSON.stringify(body) } : {},
  })
  if (response.ok) return 'ok'
  return (await response.json() as { error: { code: string } }).error.code
}
const ABSENT = randomUUID()

const kept = new Map<string, Promise<string>>()
/** What is answered of a document that never was, to a role in a meeting like this: asked once. */
function ofAbsent(name: string, role: Role, meeting: string, asking: () => Promise<string>): Promise<string> {
  const key = `${name} ${role} ${meeting}`
  const answer = kept.get(key) ?? asking()
  kept.set(key, answer)
  return answer
}

const command = async (name: string, role: Role, ids: { meetingId: string, documentId: string }) => {
  const answer = await sockets[role].timeout(10_000).emitWithAck(name, { ...ids, key: freshKey() }) as { ok: boolean, error?: { code: string } }
  return answer.ok ? 'ok' : answer.error?.code ?? ''
}

it('covers every route of a document', () => {
  expect(reading.map(({ id }) => id).toSorted()).toEqual(['annotations.add', 'annotations.list', 'comments.list', 'comments.open', 'conversion.copy', 'conversion.page',
    'conversion.rendition', 'documents.compare', 'documents.original', 'documents.read', 'documents.reportReading', 'drafting.get'])
  expect(Object.keys(acts).filter((id) => !routes.some((route) => route.id === id))).toEqual([])
})

describe.each(Object.entries(cases))('a document %s', (_, it_) => {
  it('is there for its readers, and for nobody else', { timeout: 60_000 }, async () => {
    const ids = await scene(it_)
    const absent = { ...ids, documentId: randomUUID() }
    const { status } = await assembly.server.db('meeting').where({ id: ids.meetingId }).first<{ status: string }>('status')
    const meeting = it_.othersRemain ? ids.meetingId : status
    for (const role of roles) {
      const may = it_.readers.includes(role)
      const answers = Object.fromEntries(await Promise.all(reading.map(async (route) => [route.id, await ask(route, role, ids)] as const)))
      if (may) expect([role, Object.entries(answers).filter(([, answer]) => /NotFound$/.test(answer) && answer !== 'draftNotFound')]).toEqual([role, []])
      // The office knows of what it has stopped, and acts on it.
      const alike = may ? [] : office.includes(role) ? reading : routes
      for (const route of alike) {
        const answer = answers[route.id] ?? await ask(route, role, ids)
        expect([role, route.id, answer]).toEqual([role, route.id, await ofAbsent(route.id, role, meeting, () => ask(route, role, absent))])
        expect(answer).not.toBe('ok')
      }
      for (const { name } of commands) {
        if (may && name === 'review:lead') continue
        const answer = await command(name, role, ids)
        if (!may) expect([role, name, answer]).toEqual([role, name, await ofAbsent(name, role, meeting, () => command(name, role, absent))])
        else expect(['ok', 'meetingClosed']).toContain(answer)
      }
      const known = JSON.stringify([
        await actors[role].client.send('GET', `/api/meetings/${ids.meetingId}`).then((response) => response.text()),
        await actors[role].client.send('GET', `/api/meetings/${ids.meetingId}/offline`).then((response) => response.text()),
        await sockets[role].timeout(10_000).emitWithAck('meeting:follow', { meetingId: ids.meetingId }),
        await actors[role].client.send('GET', `/api/meetings/${ids.meetingId}/changes`).then((response) => response.text()),
      ])
      const knows = (it_.knowers ?? it_.readers).includes(role)
      expect([role, known.includes(ids.documentId), known.includes('Tên không được lộ')]).toEqual([role, knows, knows && !it_.nameless])
    }
  })
})
