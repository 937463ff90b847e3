import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCommands, allRoutes } from '../protocol/contracts.ts'
import type { AnyCommand } from '../protocol/event.ts'
import { meetingReducer } from '../protocol/meeting-state.ts'
import type { MeetingStatus } from '../protocol/meetings.ts'
import type { AnyRoute } from '../protocol/route.ts'
import { OPEN_CIRCULATION } from '../server/documents/documents.ts'
import { startAssembly, type Actor, type Assembly } from './support/assembly.ts'
import { draft, freshKey, itemDraft, START } from './support/house.ts'
import { until } from './support/journal.ts'
import { pdfOf } from './support/pdf.ts'

/** Every route and command of a meeting, on a real one, by everyone who must not: a new one is missed by no list. */

let assembly: Assembly
let pdf: Buffer
const sockets = new Map<Actor, Socket>()

beforeAll(async () => {
  assembly = await startAssembly()
  pdf = await pdfOf(['Tờ trình'])
  for (const actor of Object.values(assembly.actors)) sockets.set(actor, await actor.client.socket())
})
afterAll(() => assembly.close())

type Scene = Record<
  'meetingId' | 'itemId' | 'documentId' | 'voteId' | 'personId' | 'recordingId' | 'annotationId' | 'threadId' | 'messageId', string>

const meetingRoutes = allRoutes.filter((route) => route.path.includes(':meetingId'))
const meetingCommands = allCommands.filter((contract) => contract.input.safeParse({}).error?.issues.some(({ path }) => path[0] === 'meetingId'))

const taskFacts = () => ({
  lead: { kind: 'unit', id: randomUUID() }, coUnitIds: [], what: 'Việc', product: 'Đề án', responsibility: '', authority: '', dueOn: '2030-01-02',
})
const act = () => ({ key: freshKey(), version: 1 })
const invitationText = { abstract: 'Sửa', opening: '', prepare: '', contact: '', signerTitle: '', signerName: 'Không có quyền', recipients: '' }

/** Of which there is none: who may not know of the meeting is not told even that. */
const absent = () => ({ annotationId: randomUUID(), threadId: randomUUID(), messageId: randomUUID() })
const anchor = { page: 1, rects: [[0.1, 0.1, 0.5, 0.2]], quote: null }

/** A fitting body or query of each route that takes one; ids come from the scene. */
const bodies: Record<string, () => object> = {
  'meetings.change': () => ({ ...draft({ title: 'Sửa bởi người không có quyền' }), version: 1 }),
  'meetings.publish': () => ({ reason: 'Không có quyền' }),
  'meetings.postpone': () => ({ reason: 'Không có quyền', startsAt: null }),
  'meetings.reschedule': () => ({ startsAt: START }),
  'meetings.cancel': () => ({ reason: 'Không có quyền' }),
  'meetings.copy': () => ({ title: 'Bản sao', startsAt: START, key: freshKey() }),
  'agenda.add': () => ({ ...itemDraft(), key: freshKey() }),
  'agenda.change': () => ({ ...itemDraft('Sửa'), version: 1 }),
  'agenda.setGuests': () => ({ personIds: [], was: [] }),
  'documents.attach': () => ({ uploadId: randomUUID(), key: freshKey() }),
  'documents.addVersion': () => ({ uploadId: randomUUID(), key: freshKey(), after: 1, state: 'draft' }),
  'documents.stateVersion': () => ({ state: 'final', was: 'circulation' }),
  'documents.setCirculation': () => ({ ...OPEN_CIRCULATION, download: false, was: OPEN_CIRCULATION }),
  'documents.withdraw': () => ({ reason: 'Không có quyền' }),
  'documents.reportReading': () => ({ version: 1, pages: [{ page: 1, seconds: 5 }] }),
  'documents.remindReaders': () => ({ key: freshKey(), personIds: [randomUUID()] }),
  'agenda.carryOver': () => ({ itemIds: [randomUUID()], key: freshKey() }),
  'invitations.save': () => ({ version: 0, text: invitationText }),
  'invitations.issue': () => ({ version: 0, key: freshKey() }),
  'minutes.redraft': () => ({ version: 1 }),
  'minutes.setAbstract': () => ({ abstract: 'Không có quyền', was: '', key: freshKey() }),
  'minutes.openReview': () => ({ dueAt: new Date(Date.now() + 3600_000).toISOString(), key: freshKey() }),
  'minutes.comment': () => ({ blockId: null, quote: null, text: 'Không có quyền', key: freshKey() }),
  'minutes.reply': () => ({ text: 'Không có quyền', key: freshKey() }),
  'minutes.settle': () => ({ resolved: true, answer: null, key: freshKey() }),
  'minutes.setHelper': () => ({ helps: true }),
  'minutes.return': () => ({ reason: 'Không có quyền', key: freshKey() }),
  'minutes.approve': () => ({ sha256: '0'.repeat(64), key: freshKey() }),
  'minutes.reopen': () => ({ reason: 'Không có quyền', key: freshKey() }),
  'annotations.add': () => ({ key: freshKey(), version: 1, anchor, colour: 'yellow', body: '' }),
  'annotations.change': () => ({ colour: 'yellow', body: '', revision: 1 }),
  'comments.open': () => ({ key: freshKey(), version: 1, kind: 'comment', anchor, text: 'Xin ý kiến', replacement: null }),
  'comments.reply': () => ({ key: freshKey(), text: 'Xin ý kiến' }),
  'comments.settle': () => ({ key: freshKey(), revision: 1, state: 'resolved' }),
  'drafting.issue': () => ({ key: freshKey(), type: 'Nghị quyết', symbol: 'NQ/TU', abstract: 'Về chuyển đổi số' }),
  'conclusions.write': () => ({ key: freshKey(), version: 0, text: 'Không có quyền' }),
  'conclusions.settle': act, 'conclusions.sendNotice': act,
  'conclusions.reopen': () => ({ ...act(), reason: 'Không có quyền' }),
  'conclusions.saveNotice': () => ({ ...act(), content: { abstract: 'Sửa', blocks: [{ kind: 'paragraph', text: 'Sửa' }] } }),
  'conclusions.decideNotice': () => ({ ...act(), approved: true }),
  'conclusions.issueNotice': () => ({ ...act(), recipients: [] }),
  'conclusions.waiveNotice': () => ({ ...act(), reason: 'Không có quyền' }),
  'resolutions.begin': () => ({ key: freshKey() }),
  'tasks.assign': () => ({ key: freshKey(), conclusionVersion: 1, facts: taskFacts() }),
  'tasks.putOnAgenda': () => ({ taskId: randomUUID(), title: 'Tình hình', minutes: 10, key: freshKey() }),
  'attendance.checkInByCode': () => ({ code: `1.${'A'.repeat(22)}`, going: 'in', key: freshKey() }),
}
/** A fitting query of each route that needs one. */
const queries: Record<string, string> = { 'conversion.page': '?width=320', 'documents.compare': '?before=1&after=1' }

const inputs: Record<string, (scene: Scene) => object> = {
  'invitation:answer': ({ personId }) => ({ personId, answer: 'online' }),
  'invitation:decideSubstitute': ({ personId }) => ({ personId, substituteId: randomUUID(), agreed: true }),
  'agenda:goTo': ({ itemId }) => ({ itemId }),
  'agenda:extend': ({ itemId }) => ({ itemId, minutes: 5 }),
  'agenda:defer': ({ itemId }) => ({ itemId, reason: 'Chờ thẩm định' }),
  'vote:open': ({ itemId }) => ({ itemId, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' }),
  'vote:cast': ({ voteId }) => ({ voteId, content: { kind: 'named', choice: 'approve' } }),
  'vote:remind': ({ voteId }) => ({ voteId }),
  'vote:setHall': ({ voteId }) => ({ voteId, way: 'paper', voterIds: [] }),
  'vote:countHall': ({ voteId }) => ({ voteId, revision: 0, hall: { way: 'paper', handedOut: 0, collected: 0, invalid: 0, counts: {} } }),
  'vote:confirmHall': ({ voteId }) => ({ voteId, revision: 1 }),
  'vote:close': ({ voteId }) => ({ voteId }),
  'vote:annul': ({ voteId }) => ({ voteId, reason: 'Mở nhầm' }),
  'secretBallot:draw': ({ voteId }) => ({ voteId, blinded: 'A'.repeat(342) }),
  'secretBallot:openCasting': ({ voteId }) => ({ voteId }),
  'attendance:recordAbsence': ({ personId }) => ({ personId, reason: 'Ốm' }),
  'attendance:reportHeadCount': ({ personId }) => ({ personId, people: 7 }),
  'attendance:checkIn': ({ personId }) => ({ personIds: [personId] }),
  'attendance:checkOut': ({ personId }) => ({ personIds: [personId] }),
  'attendance:withdrawCheckIn': ({ personId }) => ({ personIds: [personId] }),
  'attendance:correct': ({ personId }) => ({ personId, known: [], stays: [], reason: 'Ghi nhầm' }),
  'review:attend': ({ documentId }) => ({ documentId }),
  'review:depart': ({ documentId }) => ({ documentId }),
  'review:end': ({ documentId }) => ({ documentId }),
  'review:lead': ({ documentId }) => ({ documentId }),
  'review:point': ({ documentId }) => ({ documentId, at: null }),
  'review:show': ({ documentId }) => ({ documentId, view: { page: 1, x: 0, y: 0, zoom: 1, pointer: null } }),
  'room:enter': () => ({ deviceId: randomUUID(), attending: 'full', others: 'ask' }),
  'chat:send': () => ({ to: 'everyone', text: 'Xin ý kiến' }),
  'order:setRule': () => ({ rule: 'lobby', on: true }),
  'order:admit': () => ({ personId: null }),
  'order:turnAway': ({ personId }) => ({ personId }),
  'order:mute': () => ({ personId: null }),
  'order:stopShare': ({ personId }) => ({ personId }),
  'order:inviteToSpeak': ({ personId }) => ({ personId, on: true }),
  'order:eject': ({ personId }) => ({ personId, ban: true, reason: 'Gây mất trật tự' }),
  'order:liftBan': ({ personId }) => ({ personId }),
  'recording:start': () => ({ decision: 'Ghi âm, ghi hình', retentionDays: 30 }),
  'order:handChair': ({ personId }) => ({ personId }),
  'floor:request': ({ personId, itemId }) => ({ personId, itemId, kind: 'speak', replyTo: null, topic: null, speaker: null }),
  'floor:withdraw': () => ({ requestIds: [randomUUID()] }),
  'floor:startTurn': ({ personId }) => ({ who: { personId }, after: null }),
  'floor:extendTurn': () => ({ turnId: randomUUID(), seconds: 60, limitS: 300 }),
  'floor:endTurn': () => ({ turnId: randomUUID() }),
}

/** What the caller is answered: a code, or `ok`. */
async function callRoute(route: AnyRoute, actor: Actor, scene: Scene): Promise<string> {
  const path = route.path.replace(/:(\w+)/g, (_, name: keyof Scene | 'page' | 'number') => name === 'page' || name === 'number' ? '1' : scene[name]) + (queries[route.id] ?? '')
  const json = route.id === 'agenda.order' ? { items: [{ itemId: scene.itemId, level: 0 }] } : bodies[route.id]?.()
  const response = await actor.client.send(route.method.toUpperCase(), path, {
    headers: { 'content-type': 'application/json' }, ...json ? { body: JSON.stringify(json) } : {},
  })
  if (response.ok) return 'ok'
  return (await response.json() as { error: { code: string } }).error.code
}

async function callCommand({ name }: AnyCommand, actor: Actor, scene: Scene): Promise<string> {
  const payload = { meetingId: scene.meetingId, key: freshKey(), ...inputs[name]?.(scene) }
  const answer = await sockets.get(actor)?.timeout(10_000).emitWithAck(name, payload) as { ok: boolean, error?: { code: string } }
  return answer.ok ? 'ok' : answer.error?.code ?? ''
}

/** Once the scene's document is read in the page, and that is told. */
async function converted(meetingId: string): Promise<void> {
  await until(async () => (await assembly.server.journal.state(meetingId, meetingReducer)).documents[0]?.versions[0]?.rendition?.status === 'ready')
}

async function scene(status: MeetingStatus): Promise<Scene> {
  const { documents, voting } = assembly.server.domains
  const { meetingId, items: [itemId] } = await assembly.newMeeting(status === 'draft' ? 'draft' : 'live')
  const { clerk, member, chair } = assembly
  const upload = { pdf, name: 'a.pdf', key: freshKey() }
  const { documentId } = await documents.attachMade(meetingId, itemId, clerk.caller, upload)
  await converted(meetingId)
  if (status === 'draft') return { meetingId, itemId, documentId, voteId: randomUUID(), personId: member.personId, recordingId: randomUUID(), ...absent() }
  const { voteId } = await voting.open(meetingId, chair.caller, { key: freshKey(), itemId, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
  if (status === 'closed') await assembly.server.domains.meetings.close(meetingId, chair.caller, freshKey())
  return { meetingId, itemId, documentId, voteId, personId: chair.personId, recordingId: randomUUID(), ...absent() }
}

/** Calls everything and returns what was answered, having seen that the meeting is as before but for the caller's own ballot and messages. */
async function callAll(actor: Actor, on: Scene): Promise<Record<string, string>> {
  const state = async () => {
    const { votes, chat, ...rest } = await assembly.server.journal.state(on.meetingId, meetingReducer)
    return {
      ...rest, chat: chat.filter(({ personId }) => personId !== actor.personId),
      votes: votes.map((vote) => ({ ...vote, voted: vote.voted.filter((id) => id !== actor.personId) })),
    }
  }
  const before = await state()
  const answers: Record<string, string> = {}
  for (const route of meetingRoutes) answers[route.id] = await callRoute(route, actor, on)
  for (const contract of meetingCommands) answers[contract.name] = await callCommand(contract, actor, on)
  expect(await state()).toEqual(before)
  return answers
}

const reading = ['agenda.plan', 'invitations.get', 'meetings.get', 'meetings.changes', 'floor.speaking', 'documents.read', 'documents.compare', 'documents.reportReading', 'conversion.rendition', 'conversion.page', 'conversion.copy', 'offline.list', 'annotations.list', 'annotations.add', 'comments.list', 'voting.ownBallots', 'meeting:follow', 'meeting:unfollow', 'review:attend', 'review:depart']
const minutes = ['minutes.get', 'minutes.docx', 'minutes.pdf', 'minutes.facts', 'minutes.setAbstract', 'minutes.review', 'minutes.openReview', 'minutes.comment', 'minutes.reply',
  'minutes.settle', 'minutes.setHelper', 'minutes.return', 'minutes.approve', 'minutes.reopen']
/** Nobody was invited to the meeting of the scene. */
const papers = ['invitations.docx', 'invitations.pdf']
/** What is not the office's to do but one's own; answered by the rules of its domain. */
const own = ['secretBallot:draw', 'secretBallots.box', 'conclusions.notice', 'drafting.get', 'documents.original', 'vote:cast', 'room:enter', 'room:stopWaiting', 'room:probe', 'chat:send', 'floor:withdraw', 'floor:endTurn', 'recording.read', 'recording.progress', 'review:point', 'review:show',
  'attendance.checkInByCode', 'annotations.change', 'annotations.remove', 'comments.open', 'comments.reply', 'comments.settle', 'comments.takeBack']

it('there is something to call', () => {
  expect(meetingRoutes.length).toBeGreaterThan(14)
  expect(meetingCommands.map(({ name }) => name).toSorted()).toEqual(['agenda:defer', 'agenda:extend', 'agenda:goTo', 'attendance:checkIn', 'attendance:checkOut',
    'attendance:correct', 'attendance:recordAbsence', 'attendance:reportHeadCount', 'attendance:withdrawCheckIn', 'chat:send', 'floor:endTurn', 'floor:extendTurn', 'floor:request', 'floor:startTurn', 'floor:withdraw', 'invitation:answer', 'invitation:decideSubstitute', 'invitation:remind', 'meeting:close', 'meeting:follow', 'meeting:open', 'meeting:unfollow', 'order:admit', 'order:eject',
    'order:handChair', 'order:inviteToSpeak', 'order:liftBan', 'order:mute', 'order:setRule', 'order:stopShare',
    'order:turnAway', 'recording:start', 'recording:stop', 'review:attend', 'review:depart', 'review:end', 'review:lead', 'review:point', 'review:show', 'room:enter', 'room:probe', 'room:stopWaiting', 'secretBallot:draw', 'secretBallot:openCasting', 'vote:annul', 'vote:cast', 'vote:close', 'vote:confirmHall', 'vote:countHall', 'vote:open', 'vote:remind', 'vote:setHall'])
})

describe.each(['draft', 'live', 'closed'] as const)('a %s meeting', (status) => {
  it('does not exist for who is no participant, whatever ids they have', async () => {
    const on = await scene(status)
    for (const actor of [assembly.stranger, assembly.administrator]) {
      const { 'meeting:unfollow': _, ...answers } = await callAll(actor, on)
      expect(new Set(Object.values(answers)), JSON.stringify(answers)).toEqual(new Set(['meetingNotFound']))
    }
  })
})

it('a draft does not exist for its members and guests', async () => {
  const on = await scene('draft')
  for (const actor of [assembly.member, assembly.guest]) {
    const { 'meeting:unfollow': _, ...answers } = await callAll(actor, on)
    expect(new Set(Object.values(answers)), JSON.stringify(answers)).toEqual(new Set(['meetingNotFound']))
  }
})

it.each(['live', 'closed'] as const)('in a %s meeting, members and guests read, and the acts of the office are refused', async (status) => {
  const on = await scene(status)
  for (const actor of [assembly.guest, assembly.member]) {
    const answers = await callAll(actor, on)
    for (const name of reading) expect([name, answers[name]]).toEqual([name, 'ok'])
    for (const name of minutes) expect([name, answers[name]]).toEqual([name, 'minutesNotFound'])
    for (const name of papers) expect([name, answers[name]]).toEqual([name, 'invitationNotIssued'])
    expect(answers['conclusions.notice']).toBe('noticeNotFound')
    for (const [name, answer] of Object.entries(answers)) {
      if (![...reading, ...minutes, ...papers, ...own].includes(name)) expect([name, answer]).toEqual([name, 'forbiddenInMeeting'])
    }
    const room = status === 'closed' ? 'meetingClosed' : 'mediaUnavailable'
    const found = actor === assembly.guest ? 'forbiddenInMeeting' : 'recordingNotFound'
    expect([answers['recording.read'], answers['recording.progress']]).toEqual([found, found])
    expect([answers['room:enter'], answers['room:probe'], answers['room:stopWaiting']]).toEqual([room, room, 'ok'])
    expect([answers['chat:send'], answers['floor:withdraw'], answers['floor:endTurn']]).toEqual(
      status === 'closed' ? ['meetingClosed', 'meetingClosed', 'meetingNotLive'] : ['ok', 'speakRequestNotFound', 'turnNotFound'])
    expect([answers['drafting.get'], answers['documents.original']]).toEqual(['draftNotFound', 'downloadNotAllowed'])
    expect([answers['review:point'], answers['review:show']]).toEqual(['reviewNotAttended', 'reviewNotAttended'])
    expect(answers['attendance.checkInByCode']).toBe(status === 'closed' ? 'meetingClosed' : 'checkInCodeInvalid')
    // The vote is none that is secret.
    expect([answers['secretBallot:draw'], answers['secretBallots.box']]).toEqual(['voteNotFound', 'voteNotFound'])
    if (actor === assembly.guest) expect(answers['vote:cast']).toBe('notEntitledToVote')
    else if (status === 'closed') expect(answers['vote:cast']).toBe('voteClosed')
  }
}, 60_000)

it('a guest of another item learns nothing of an item, its documents and its vote, and of the meeting what concerns them', async () => {
  const on = await scene('live')
  const visitor = await assembly.newVisitor()
  sockets.set(visitor, await visitor.client.socket())
  const { domains, journal } = assembly.server
  const itemIds = (await journal.state(on.meetingId, meetingReducer)).agenda.map(({ itemId }) => itemId)
  const other = itemIds.find((itemId) => itemId !== on.itemId) ?? ''
  await domains.agenda.setGuests(on.meetingId, other, assembly.clerk.caller, { personIds: [visitor.personId], was: [] })
  const answers = await callAll(visitor, on)
  // Before the room they wait until their item is called.
  const allowed = ['agenda.plan', 'invitations.get', 'meetings.get', 'meetings.changes', 'floor.speaking', 'offline.list', 'voting.ownBallots', 'meeting:follow', 'meeting:unfollow',
    'room:enter', 'room:stopWaiting', 'review:depart']
  expect(Object.keys(answers).filter((name) => answers[name] === 'ok' && !allowed.includes(name))).toEqual([])
  for (const name of ['documents.read', 'documents.original', 'documents.compare', 'documents.reportReading', 'conversion.rendition', 'conversion.page', 'conversion.copy', 'annotations.list', 'annotations.add', 'comments.list', 'comments.open', 'review:attend', 'review:lead']) {
    expect([name, answers[name]]).toEqual([name, 'documentNotFound'])
  }
  const known = JSON.stringify([await visitor.client.send('GET', `/api/meetings/${on.meetingId}`).then((response) => response.json()),
    await sockets.get(visitor)?.emitWithAck('meeting:follow', { meetingId: on.meetingId })])
  for (const hidden of [on.itemId, on.documentId, on.voteId, 'Nội dung một', 'Thông qua?', 'a.pdf']) expect(known).not.toContain(hidden)
  expect(known).toContain('Nội dung hai')
}, 60_000)

/** Take nothing but a meeting's id. */
const keyless = ['meeting:unfollow', 'room:stopWaiting', 'room:probe']

describe('what does not fit', () => {
  const nonsense = [null, 0, '', 'x', [], { meetingId: 1 }, { meetingId: 'x' }, { meetingId: randomUUID().toUpperCase() }, { meetingId: { $ne: '' } },
    JSON.parse('{"__proto__":{"meetingId":"x"}}') as object, { meetingId: randomUUID(), key: '', itemId: 1, voteId: [], choice: {}, cursor: 'x'.repeat(501) }]

  it('is answered with badRequest by every command, and changes nothing', async () => {
    // In turns: one person alone may not send so many.
    const askers = [assembly.chair, assembly.clerk]
    for (const [index, { name }] of meetingCommands.entries()) {
      const socket = sockets.get(askers[index % askers.length] ?? assembly.chair)
      for (const payload of nonsense.slice(0, -1)) {
        const answer: unknown = await socket?.timeout(10_000).emitWithAck(name, payload)
        expect(answer, `${name} ${JSON.stringify(payload)}`).toMatchObject({ ok: false, error: { code: 'badRequest' } })
      }
      const answer = await socket?.timeout(10_000).emitWithAck(name, nonsense.at(-1)) as { ok: boolean, error?: { code: string } }
      if (!keyless.includes(name)) expect(answer.error?.code, name).toBe('badRequest')
    }
  })

  it('is answered with badRequest by every route that takes JSON', async () => {
    const on = await scene('live')
    const taking = meetingRoutes.filter(({ body }) => body && !('stream' in body))
    // None is left out above either, where what is no body at all would be refused before anybody's rights.
    expect(taking.map(({ id }) => id).toSorted()).toEqual(['agenda.order', ...Object.keys(bodies)].toSorted())
    for (const route of taking) {
      const path = route.path.replace(/:(\w+)/g, (_, name: keyof Scene | 'number') => name === 'number' ? '1' : on[name])
      for (const body of ['', '{', 'null', '[]', '"x"', '{"title":{"a":1},"itemIds":"x","version":"1"}', `{"title":"${'x'.repeat(2000)}"}`]) {
        const response = await assembly.chair.client.send(route.method.toUpperCase(), path, { headers: { 'content-type': 'application/json' }, body })
        expect([route.id, body.slice(0, 20), response.status]).toEqual([route.id, body.slice(0, 20), 400])
      }
    }
  })
})
