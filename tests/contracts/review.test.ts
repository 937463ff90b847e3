import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CommandContract } from '../../protocol/event.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import {
  attendReview, departedNotice, departReview, endReview, leadReview, pointersNotice, showPointer, showView, viewNotice, MAX_POINTERS, type LedView,
} from '../../protocol/review.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command } from '../support/client.ts'
import { freshKey, itemDraft } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'

/** Going through a document together, over real sockets: who may lead, who sees what, and who sees nothing of it any more. */

let assembly: Assembly
let pdf: Buffer

beforeAll(async () => {
  assembly = await startAssembly()
  pdf = await pdfOf(['Dự thảo'])
})
afterAll(() => assembly.close())

const view = (page: number, more: Partial<LedView> = {}): LedView => ({ page, x: 0.5, y: 0.25, zoom: 1.5, pointer: null, ...more })
const review = async (meetingId: string) => (await assembly.server.journal.state(meetingId, meetingReducer)).review

/** A live meeting of two items with a paper each; the member presents the first, the guest of the body the second. */
async function scene(status: 'published' | 'live' = 'live') {
  const { documents, agenda } = assembly.server.domains
  const { meetingId, items } = await assembly.newMeeting(status)
  const { clerk, member, guest } = assembly
  await agenda.change(meetingId, items[0], clerk.caller, { ...itemDraft('Nội dung một'), presenterId: member.personId, version: 1 })
  await agenda.change(meetingId, items[1], clerk.caller, { ...itemDraft('Nội dung hai'), presenterId: guest.personId, version: 1 })
  const attach = async (itemId: string) => (await documents.attachMade(meetingId, itemId, clerk.caller,
    { pdf, name: 'a.pdf', key: freshKey() })).documentId
  return { meetingId, items, first: await attach(items[0]), second: await attach(items[1]) }
}

/** A browser that hears of documents, with the socket's raw traffic. */
async function seat({ client }: Actor) {
  const socket = await client.socket()
  const views: LedView[] = []
  const pointers = new Map<string, unknown>()
  const closed: string[] = []
  socket.on(viewNotice.name, (told: { view: LedView }) => { views.push(told.view) })
  socket.on(pointersNotice.name, (told: { pointers: { personId: string, at: unknown }[] }) => {
    for (const { personId, at } of told.pointers) if (at) pointers.set(personId, at); else pointers.delete(personId)
  })
  socket.on(departedNotice.name, (told: { documentId: string }) => { closed.push(told.documentId) })
  return { socket, views, pointers, closed }
}

async function ask(socket: Socket, contract: CommandContract<never, never>, input: object): Promise<{ code: string, result?: { view?: LedView | null } }> {
  const answer = await command(socket, contract, { key: freshKey(), ...input } as never)
  return answer.ok ? { code: 'ok', result: answer.result } : { code: answer.error.code }
}
const send = async (socket: Socket, contract: object, input: object) => await ask(socket, contract as CommandContract<never, never>, input)

it('who presents leads; everybody who attends sees page, zoom and pointer; who comes late lands there', async () => {
  const { meetingId, items, first } = await scene()
  const of = { meetingId, documentId: first }
  const [leader, chair, guest] = [await seat(assembly.member), await seat(assembly.chair), await seat(assembly.guest)]
  expect(await send(leader.socket, leadReview, of)).toEqual({ code: 'ok', result: {} })
  expect(await review(meetingId)).toMatchObject({ documentId: first, itemId: items[0], leaderId: assembly.member.personId })
  for (const { socket } of [leader, chair, guest]) expect(await send(socket, attendReview, of)).toEqual({ code: 'ok', result: { view: null } })

  const shown = view(7, { pointer: { page: 7, x: 0.1, y: 0.9 } })
  expect((await send(leader.socket, showView, { ...of, view: shown })).code).toBe('ok')
  await until(() => [chair, guest].every(({ views }) => views.length === 1))
  expect([chair.views, guest.views, leader.views]).toEqual([[shown], [shown], []])
  const late = await seat(assembly.clerk)
  expect((await send(late.socket, attendReview, of)).result?.view).toEqual(shown)

  // Nobody else moves the others, and who went away hears nothing more.
  expect((await send(chair.socket, showView, { ...of, view: view(1) })).code).toBe('reviewNotLed')
  await send(guest.socket, departReview, of)
  expect((await send(guest.socket, showView, { ...of, view: view(1) })).code).toBe('reviewNotAttended')
  await send(leader.socket, showView, { ...of, view: view(8) })
  await until(() => late.views.length === 1)
  expect([late.views[0]?.page, guest.views.length]).toEqual([8, 1])
})

it('chair, clerk and who presides lead for others and take over; a presenter leads their own item alone', async () => {
  const { meetingId, first, second } = await scene()
  const [chair, clerk, member, guest] = [await seat(assembly.chair), await seat(assembly.clerk), await seat(assembly.member), await seat(assembly.guest)]
  const lead = async (who: typeof chair, documentId: string, leaderId?: string) =>
    (await send(who.socket, leadReview, { meetingId, documentId, ...leaderId ? { leaderId } : {} })).code
  expect(await lead(member, second)).toBe('forbiddenInMeeting')
  expect(await lead(member, first, assembly.chair.personId)).toBe('forbiddenInMeeting')
  expect(await lead(member, randomUUID())).toBe('documentNotFound')
  expect(await lead(clerk, first, assembly.stranger.personId)).toBe('notParticipant')
  expect(await lead(clerk, first)).toBe('ok')
  expect(await lead(member, first)).toBe('ok')
  // It is another item's turn only for who leads the meeting.
  expect(await lead(guest, second)).toBe('reviewLed')
  expect((await send(guest.socket, endReview, { meetingId, documentId: first })).code).toBe('forbiddenInMeeting')
  expect(await lead(chair, second, assembly.guest.personId)).toBe('ok')
  expect((await review(meetingId))?.leaderId).toBe(assembly.guest.personId)
  expect((await send(clerk.socket, endReview, { meetingId, documentId: first })).code).toBe('reviewNotLed')
  expect((await send(guest.socket, endReview, { meetingId, documentId: second })).code).toBe('ok')
  expect(await review(meetingId)).toBeNull()

  // What the one before showed is not what the next one shows.
  await lead(clerk, first)
  for (const { socket } of [clerk, member]) await send(socket, attendReview, { meetingId, documentId: first })
  await send(clerk.socket, showView, { meetingId, documentId: first, view: view(3) })
  await lead(member, first)
  await until(async () => (await send(clerk.socket, showView, { meetingId, documentId: first, view: view(4) })).code === 'reviewNotLed')
  expect((await send(chair.socket, attendReview, { meetingId, documentId: first })).result?.view).toBeNull()
  await assembly.server.domains.meetings.close(meetingId, assembly.chair.caller, freshKey())
  expect(await review(meetingId)).toBeNull()
  expect(await lead(chair, first)).toBe('meetingClosed')
})

it('pointers of readers are told with whose they are, a few at a time, and go with their socket', async () => {
  const many = await Promise.all(Array.from({ length: MAX_POINTERS }, () => assembly.newMember()))
  const { meetingId, first } = await scene()
  const of = { meetingId, documentId: first }
  const [one, other] = [await seat(assembly.member), await seat(assembly.chair)]
  for (const { socket } of [one, other]) await send(socket, attendReview, of)
  const at = { page: 2, x: 0.4, y: 0.6 }
  await send(one.socket, showPointer, { ...of, at })
  await until(() => other.pointers.size === 1)
  expect([...other.pointers]).toEqual([[assembly.member.personId, at]])
  for (const actor of many) {
    const { socket } = await seat(actor)
    expect((await send(socket, attendReview, of)).code).toBe('ok')
    expect((await send(socket, showPointer, { ...of, at })).code).toBe('ok')
  }
  await until(() => other.pointers.size === MAX_POINTERS)
  expect(other.pointers.has(many.at(-1)?.personId ?? '')).toBe(false)
  one.socket.disconnect()
  await until(() => !other.pointers.has(assembly.member.personId))
  expect(other.pointers.size).toBe(MAX_POINTERS - 1)
})

it('who may not read the document learns nothing of it, and hears nothing once they may no longer', async () => {
  const { meetingId, items, first, second } = await scene('published')
  const { agenda, circulating } = assembly.server.domains
  const visitor = await assembly.newVisitor()
  await agenda.setGuests(meetingId, items[0], assembly.clerk.caller, { personIds: [visitor.personId], was: [] })
  const [clerk, outside, stranger] = [await seat(assembly.clerk), await seat(visitor), await seat(assembly.stranger)]
  expect((await send(stranger.socket, attendReview, { meetingId, documentId: first })).code).toBe('meetingNotFound')
  expect((await send(outside.socket, attendReview, { meetingId, documentId: second })).code).toBe('documentNotFound')
  const raw: string[] = []
  outside.socket.onAny((...args: unknown[]) => { raw.push(JSON.stringify(args)) })

  await send(clerk.socket, leadReview, { meetingId, documentId: second })
  for (const documentId of [first, second]) await send(clerk.socket, attendReview, { meetingId, documentId })
  expect((await send(outside.socket, attendReview, { meetingId, documentId: first })).code).toBe('ok')
  await send(clerk.socket, showView, { meetingId, documentId: second, view: view(9) })
  await send(clerk.socket, leadReview, { meetingId, documentId: first })
  await send(clerk.socket, showView, { meetingId, documentId: first, view: view(4) })
  await until(() => outside.views.length === 1)
  expect(outside.views[0]?.page).toBe(4)
  expect(raw.join()).not.toContain(second)

  await agenda.setGuests(meetingId, items[0], assembly.clerk.caller, { personIds: [], was: [visitor.personId] })
  await until(() => outside.closed.length === 1)
  await send(clerk.socket, showView, { meetingId, documentId: first, view: view(5) })
  const member = await seat(assembly.member)
  expect((await send(member.socket, attendReview, { meetingId, documentId: first })).result?.view?.page).toBe(5)
  await circulating.circulation.withdraw(meetingId, first, assembly.clerk.caller, 'Sai số liệu')
  await until(() => member.closed.includes(first))
  expect([outside.views.length, await review(meetingId)]).toEqual([1, null])
  expect((await send(clerk.socket, showView, { meetingId, documentId: first, view: view(6) })).code).toBe('documentNotFound')
})
