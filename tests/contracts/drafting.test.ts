import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { DRAFT_CLOSED, DRAFT_FIELD, DRAFT_PATH, discardDraft, getDraft, issueDraft, openDraft } from '../../protocol/drafting.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { pdfOf } from '../support/pdf.ts'

/** Drafts that several write together, over the wire that browsers use: what a suggestion may change, and what becomes of a text. */

let assembly: Assembly
let pdf: Buffer
const ends: (() => void)[] = []

beforeAll(async () => {
  assembly = await startAssembly()
  pdf = await pdfOf(['Dự thảo nghị quyết'])
})
afterEach(() => { for (const end of ends.splice(0)) end() })
afterAll(() => assembly.close())

async function scene() {
  const { meetingId, items } = await assembly.newMeeting('live')
  const { documentId } = await assembly.server.domains.documents.attachMade(meetingId, items[0], assembly.clerk.caller,
    { pdf, name: 'Dự thảo.pdf', key: freshKey() })
  const params = { meetingId, documentId }
  const { body: { draftId } } = await assembly.clerk.client.call(openDraft, { params })
  return { meetingId, itemId: items[0], documentId, params, draftId }
}

/** A browser that writes a draft. */
function writer({ client }: Actor, draftId: string, origin = assembly.server.origin) {
  const closed: number[] = []
  const doc = new Y.Doc()
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  class Browser extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie, origin } })
      // One that is refused, or ended before it stands, is told by its closing.
      this.on('error', () => {})
    }
  }
  const socket = new HocuspocusProviderWebsocket({ url: assembly.server.origin.replace(/^http/, 'ws') + DRAFT_PATH, WebSocketPolyfill: Browser, delay: 100, minDelay: 50 })
  const provider = new HocuspocusProvider({ websocketProvider: socket, name: draftId, document: doc, token: 'session' })
  socket.on('close', ({ event }: { event: { code: number } }) => { closed.push(event.code) })
  let failed = false
  provider.on('authenticationFailed', () => { failed = true })
  provider.attach()
  const end = () => {
    provider.destroy()
    socket.destroy()
  }
  ends.push(end)
  const block = (index = 0) => doc.getXmlFragment(DRAFT_FIELD).get(index) as Y.XmlElement
  return {
    doc, closed, provider, end,
    get failed() { return failed },
    synced: () => until(() => provider.isSynced),
    /** Writes into the first block. */
    write(at: number, text: string, marks: object = {}) {
      doc.transact(() => {
        if (!block().length) block().push([new Y.XmlText()])
        ;(block().get(0) as Y.XmlText).insert(at, text, marks)
      })
    },
    format(at: number, length: number, marks: object) { (block().get(0) as Y.XmlText).format(at, length, marks) },
    /** A document whose text was not taken out of it yet begins without any. */
    erase(at: number, length: number) { if (block().length) (block().get(0) as Y.XmlText).delete(at, length) },
    addBlock(text: string, attributes: Record<string, unknown>) {
      const added = new Y.XmlElement('block')
      doc.transact(() => {
        doc.getXmlFragment(DRAFT_FIELD).push([added])
        for (const [name, value] of Object.entries({ kind: 'paragraph', ...attributes })) added.setAttribute(name, value as string)
        added.push([new Y.XmlText(text)])
      })
    },
    text: () => doc.getXmlFragment(DRAFT_FIELD).toArray().map((one) => (one as Y.XmlElement).toArray().map((text) =>
      ((text as Y.XmlText).toDelta() as { insert: string }[]).map(({ insert }) => insert).join('')).join('')),
  }
}

const ID = '3f0c7a50-6c0e-4a4e-9d52-0b8a6e5f1a01'
const by = ({ personId }: Actor, id = ID) => ({ id, author: personId, at: '2026-11-27T02:00:00.000Z' })
const kept = async (draftId: string) => await assembly.server.db('draft_text').where({ id: draftId }).first<{ state: Buffer | null, closed_at: Date | null }>()
const all = async (of: () => string[], expected: string[]) => await until(() => JSON.stringify(of()) === JSON.stringify(expected))

it('what one writes and another suggests stands on everybody’s screen; who may only suggest changes nothing else', async () => {
  const { draftId, params } = await scene()
  const [clerk, member, guest] = [writer(assembly.clerk, draftId), writer(assembly.member, draftId), writer(assembly.guest, draftId)]
  for (const one of [clerk, member, guest]) await one.synced()
  const people = [assembly.clerk, assembly.member, assembly.guest]
  const modes = await Promise.all(people.map(async ({ client }) => (await client.call(getDraft, { params })).body.mode))
  expect(modes).toEqual(['edit', 'suggest', 'read'])
  clerk.write(0, 'Thông qua chủ trương.')
  await all(member.text, ['Thông qua chủ trương.'])

  member.write(10, 'nguyên tắc ', { insertion: by(assembly.member) })
  member.format(0, 5, { deletion: by(assembly.member, '3f0c7a50-6c0e-4a4e-9d52-0b8a6e5f1a02') })
  member.addBlock('Giao Văn phòng theo dõi.', { suggestion: by(assembly.member, '3f0c7a50-6c0e-4a4e-9d52-0b8a6e5f1a03') })
  await all(guest.text, ['Thông qua nguyên tắc chủ trương.', 'Giao Văn phòng theo dõi.'])
  member.erase(10, 11)
  await all(clerk.text, ['Thông qua chủ trương.', 'Giao Văn phòng theo dõi.'])

  // Neither plain words, nor words in another’s name, nor words away, nor what is no text.
  const tricks: ((one: ReturnType<typeof writer>) => void)[] = [
    (one) => one.write(0, 'Không '),
    (one) => one.write(0, 'Không ', { insertion: by(assembly.chair) }),
    (one) => one.erase(0, 5),
    (one) => one.addBlock('Thêm', {}),
    (one) => one.addBlock('Thêm', { suggestion: by(assembly.member), onclick: 'x' }),
    (one) => one.doc.getXmlFragment(DRAFT_FIELD).push([new Y.XmlElement('script')]),
  ]
  for (const trick of tricks) {
    const one = writer(assembly.member, draftId)
    await one.synced()
    trick(one)
    await until(() => one.closed.includes(DRAFT_CLOSED.refused))
    one.end()
  }
  guest.write(0, 'Khách ')
  clerk.write(0, '1. ')
  await all(member.text, ['1. Thông qua chủ trương.', 'Giao Văn phòng theo dõi.'])
})

it('reaches nobody who may not read the document, nor anybody without a session of ours', async () => {
  const { draftId, params } = await scene()
  for (const actor of [assembly.stranger, assembly.administrator]) {
    const one = writer(actor, draftId)
    await until(() => one.failed)
    expect(one.doc.getXmlFragment(DRAFT_FIELD).length).toBe(0)
    expect((await actor.client.call(getDraft, { params })).error?.code).toBe('meetingNotFound')
  }
  const foreign = writer(assembly.clerk, draftId, 'https://evil.example')
  const none = writer({ ...assembly.clerk, client: { ...assembly.clerk.client, cookies: new Map() } }, draftId)
  await until(() => foreign.closed.length > 0 && none.closed.length > 0)
  expect([foreign.provider.isSynced, none.provider.isSynced]).toEqual([false, false])
  expect((await assembly.member.client.call(openDraft, { params })).error?.code).toBe('forbiddenInMeeting')
  expect((await assembly.clerk.client.call(openDraft, { params })).body.draftId).toBe(draftId)
})

it('is kept while it is written, and becomes the next version of its document once nothing in it is open', async () => {
  const { meetingId, draftId, params } = await scene()
  const [clerk, member] = [writer(assembly.clerk, draftId), writer(assembly.member, draftId)]
  await clerk.synced()
  await member.synced()
  const body = () => ({ key: freshKey(), type: 'Nghị quyết', symbol: 'NQ/TU', abstract: 'Về chuyển đổi số' })
  clerk.erase(0, clerk.text()[0]?.length ?? 0)
  // The server has it once another one sees it.
  await until(() => (member.text()[0] ?? '') === '')
  expect((await assembly.clerk.client.call(issueDraft, { params, body: body() })).error?.code).toBe('draftEmpty')
  clerk.write(0, 'Điều 1. Thông qua.')
  await all(member.text, ['Điều 1. Thông qua.'])
  member.write(18, ' Giao Văn phòng.', { insertion: by(assembly.member) })
  await all(clerk.text, ['Điều 1. Thông qua. Giao Văn phòng.'])
  await until(async () => (await kept(draftId))?.state?.includes('Giao') ?? false)
  expect((await assembly.clerk.client.call(issueDraft, { params, body: body() })).error).toMatchObject({ code: 'draftUnsettled', details: { open: 1 } })
  expect((await assembly.member.client.call(issueDraft, { params, body: body() })).error?.code).toBe('forbiddenInMeeting')
  clerk.format(18, 16, { insertion: null })
  await until(async () => (await assembly.clerk.client.call(issueDraft, { params, body: body() })).error === undefined)
  const { documents, drafts } = await assembly.server.journal.state(meetingId, meetingReducer)
  expect([documents.map(({ versions }) => versions), drafts]).toMatchObject([[[{ number: 1 }, { number: 2, state: 'circulation' }]], []])
  expect(await kept(draftId)).toMatchObject({ state: null, closed_at: expect.any(Date) as Date })
  // Whoever still has it open is told that it is gone.
  await until(() => member.failed || member.closed.length > 0)
  expect((await assembly.clerk.client.call(issueDraft, { params, body: body() })).error?.code).toBe('draftNotFound')
})

it('is read only once the meeting is over, and gone when it is discarded', async () => {
  const { meetingId, draftId, params } = await scene()
  const clerk = writer(assembly.clerk, draftId)
  await clerk.synced()
  const other = await scene()
  expect((await assembly.member.client.call(discardDraft, { params: other.params })).error?.code).toBe('forbiddenInMeeting')
  expect((await assembly.chair.client.call(discardDraft, { params: other.params })).error).toBeUndefined()
  expect((await assembly.chair.client.call(getDraft, { params: other.params })).error?.code).toBe('draftNotFound')
  await assembly.server.domains.meetings.close(meetingId, assembly.chair.caller, freshKey())
  await until(() => clerk.closed.includes(DRAFT_CLOSED.rightsChanged))
  expect((await assembly.clerk.client.call(getDraft, { params })).body.mode).toBe('read')
  expect((await assembly.clerk.client.call(discardDraft, { params })).error?.code).toBe('meetingClosed')
})
