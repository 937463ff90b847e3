import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import * as Y from 'yjs'
import { getMinutes } from '../../protocol/minutes.ts'
import { approveMinutes as approve, openMinutesReview, reopenMinutes, setMinutesHelper } from '../../protocol/minutes-review.ts'
import { beginMinutes } from '../../protocol/minutes.ts'
import { MAX_MINUTES_TEXT, MINUTES_CLOSED, MINUTES_FIELD } from '../../protocol/minutes-text.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { soon } from '../support/minutes-issued.ts'
import { blockOf, minutesWriter } from '../support/minutes-writer.ts'

/** Minutes that several write at once, over the wire that browsers use. */

let assembly: Assembly
const ends: (() => void)[] = []
beforeAll(async () => { assembly = await startAssembly() })
afterEach(() => { for (const end of ends.splice(0)) end() })
afterAll(() => assembly.close())

function writer({ client }: Pick<Actor, 'client'>, meetingId: string, page = assembly.server.origin) {
  const one = minutesWriter(client, meetingId, assembly.server.origin, page)
  ends.push(one.end)
  return one
}

async function scene(status: 'live' | 'closed' = 'closed') {
  const { meetingId, items } = await assembly.newMeeting(status)
  const params = { meetingId }
  if (status === 'live') await assembly.clerk.client.call(beginMinutes, { params })
  await assembly.clerk.client.call(setMinutesHelper, { params: { ...params, personId: assembly.member.personId }, body: { helps: true } })
  return { meetingId, items, params }
}

/** What the database has, of the words that somebody wrote. */
async function stored(meetingId: string, words: RegExp): Promise<string[]> {
  const { content } = await assembly.server.domains.minutes.get(meetingId, assembly.clerk.caller)
  return content.blocks.map(({ text }) => text).filter((text) => words.test(text))
}
const update = (change: (text: Y.XmlFragment, doc: Y.Doc) => void, of: Y.Doc) => {
  const before = Y.encodeStateVector(of)
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(of))
  doc.transact(() => change(doc.getXmlFragment(MINUTES_FIELD), doc))
  return Y.encodeStateAsUpdate(doc, before)
}

it('what two write while both are cut off merges when they are back; everything acknowledged is stored', async () => {
  const { meetingId } = await scene('live')
  const [clerk, helper] = [writer(assembly.clerk, meetingId), writer(assembly.member, meetingId)]
  await clerk.synced()
  await helper.synced()
  clerk.add('Trực tuyến: đồng chí A phát biểu.')
  await clerk.saved()
  expect(await stored(meetingId, /^Trực tuyến/)).toHaveLength(1)
  await until(() => helper.texts().some((text) => text.startsWith('Trực tuyến')))

  clerk.cut()
  helper.cut()
  for (let index = 0; index < 30; index += 1) {
    clerk.add(`Thư ký ghi ${index}`)
    helper.add(`Người giúp ghi ${index}`)
  }
  const first = clerk.fragment().toArray().findIndex((block) => (block as Y.XmlElement).toArray().some((one) => String(one).startsWith('Trực tuyến')))
  ;((clerk.fragment().get(first) as Y.XmlElement).get(0) as Y.XmlText).insert(0, '(sửa) ')
  ;((helper.fragment().get(first) as Y.XmlElement).get(0) as Y.XmlText).insert(((helper.fragment().get(first) as Y.XmlElement).get(0) as Y.XmlText).length, ' Đã ghi.')
  expect(await stored(meetingId, /ghi \d/)).toEqual([])
  expect(clerk.provider.hasUnsyncedChanges).toBe(true)
  await clerk.back()
  expect(await stored(meetingId, /^Thư ký ghi/)).toHaveLength(30)
  await helper.back()
  await until(() => JSON.stringify(clerk.texts()) === JSON.stringify(helper.texts()))
  expect(clerk.texts().filter((text) => /ghi \d/.test(text))).toHaveLength(60)
  expect(await stored(meetingId, /phát biểu/)).toEqual(['(sửa) Trực tuyến: đồng chí A phát biểu. Đã ghi.'])
  expect(await stored(meetingId, /ghi \d/)).toHaveLength(60)
  // And merged into one soon after, with nothing lost.
  await until(async () => (await assembly.server.db('minutes_update').where({ meeting_id: meetingId })).length === 0)
  expect(await stored(meetingId, /ghi \d/)).toHaveLength(60)
})

it('whose right is revoked is cut off at once, and what they write then reaches nobody', async () => {
  const { meetingId, params } = await scene()
  const [clerk, helper] = [writer(assembly.clerk, meetingId), writer(assembly.member, meetingId)]
  await clerk.synced()
  await helper.synced()
  const asked = Date.now()
  await assembly.clerk.client.call(setMinutesHelper, { params: { ...params, personId: assembly.member.personId }, body: { helps: false } })
  await until(() => helper.closed.includes(MINUTES_CLOSED.rightsChanged))
  expect(Date.now() - asked).toBeLessThan(2000)
  helper.add('Ghi sau khi bị thu quyền')
  await until(() => helper.failed)
  clerk.add('Thư ký vẫn ghi')
  await clerk.saved()
  expect(await stored(meetingId, /thu quyền/)).toEqual([])
  expect(clerk.closed).toEqual([])
})

it('after the approval nobody writes: connections end, and an update on its way is refused', async () => {
  const { meetingId, params } = await scene()
  const [clerk, helper] = [writer(assembly.clerk, meetingId), writer(assembly.member, meetingId)]
  await clerk.synced()
  await helper.synced()
  clerk.add('Kết luận đã đọc')
  await clerk.saved()
  await assembly.clerk.client.call(openMinutesReview, { params, body: { dueAt: soon(), key: freshKey() } })
  expect(clerk.closed).toEqual([])
  const { body: { sha256 } } = await assembly.chair.client.call(getMinutes, { params })
  helper.cut()
  helper.add('Ghi lúc mất mạng')
  expect((await assembly.chair.client.call(approve, { params, body: { sha256, key: freshKey() } })).body).toMatchObject({ status: 'published', number: expect.stringMatching(/^\d\d$/) as string })
  await until(() => clerk.closed.includes(MINUTES_CLOSED.rightsChanged))
  clerk.add('Ghi sau khi duyệt')
  void helper.back().catch(() => {})
  await until(() => clerk.failed && helper.failed)
  expect(await stored(meetingId, /^(Ghi|Kết luận đã)/)).toEqual(['Kết luận đã đọc'])
  await expect(assembly.server.domains.minutes.append(meetingId, new Uint8Array([0, 0]), assembly.clerk.caller)).rejects.toMatchObject({ code: 'minutesPublished' })
})

it('opened again once the paper was recalled, the same text is written on, by those who come anew', async () => {
  const { meetingId, params } = await scene()
  const before = writer(assembly.clerk, meetingId)
  await before.synced()
  before.add('Kết luận đã đọc')
  await before.saved()
  await assembly.clerk.client.call(openMinutesReview, { params, body: { dueAt: soon(), key: freshKey() } })
  const { body: { sha256 } } = await assembly.chair.client.call(getMinutes, { params })
  const { body: { paperId } } = await assembly.chair.client.call(approve, { params, body: { sha256, key: freshKey() } })
  await until(() => before.closed.includes(MINUTES_CLOSED.rightsChanged))
  await assembly.server.domains.publishing.papers.recall(paperId ?? '', assembly.clerk.caller, 'Sai số liệu')
  const reopen = (actor: Actor, reason: string) => actor.client.call(reopenMinutes, { params, body: { reason, key: freshKey() } })
  for (const reason of ['', '  \n ', 'x'.repeat(2_001)]) expect((await reopen(assembly.chair, reason)).error?.code).toBe('badRequest')
  for (const actor of [assembly.clerk, assembly.member]) expect((await reopen(actor, 'Lý do')).error?.code).toBe('forbiddenInMeeting')
  expect((await reopen(assembly.stranger, 'Lý do')).error?.code).toBe('meetingNotFound')
  expect((await reopen(assembly.chair, 'Sai số liệu')).error).toBeUndefined()

  const [clerk, helper] = [writer(assembly.clerk, meetingId), writer(assembly.member, meetingId)]
  await clerk.synced()
  await helper.synced()
  expect(clerk.texts()).toEqual(before.texts())
  expect(clerk.fragment().toString()).toContain('<facts')
  helper.add('Ghi sau khi mở lại')
  await helper.saved()
  await until(() => clerk.texts().includes('Ghi sau khi mở lại'))
  expect(await stored(meetingId, /^(Ghi|Kết luận đã)/)).toEqual(['Kết luận đã đọc', 'Ghi sau khi mở lại'])
})

it('what is no text of minutes ends the connection that it came over and is stored nowhere', async () => {
  const { meetingId } = await scene()
  const count = async () => (await stored(meetingId, /./)).length
  const honest = writer(assembly.clerk, meetingId)
  await honest.synced()
  const before = await count()
  const rows = async () => await assembly.server.db('minutes_update').where({ meeting_id: meetingId })
  const fact = (ref: string) => { const one = new Y.XmlElement('fact'); one.setAttribute('ref', ref); return one }
  const tricks: [string, (text: Y.XmlFragment, doc: Y.Doc) => void][] = [
    ['an element that there is not', (text) => { text.push([new Y.XmlElement('script')]) }],
    ['bare words', (text) => { text.push([new Y.XmlText('x')]) }],
    ['a kind of block that there is not', (text) => { text.push([blockOf('x', { kind: 'h1' })]) }],
    ['a block without a name', (text) => { text.push([blockOf('x', { id: '' })]) }],
    ['an attribute too many', (text) => { text.push([blockOf('x', { onclick: 'alert(1)' })]) }],
    ['words with marks', (text) => { const block = blockOf('x'); text.push([block]); (block.get(0) as Y.XmlText).format(0, 1, { link: 'javascript:1' }) }],
    ['a fact of no name', (text) => { const block = blockOf(''); block.insert(0, [fact('<b>')]); text.push([block]) }],
    ['words in what the journal writes', (text) => {
      const facts = new Y.XmlElement('facts')
      facts.setAttribute('id', randomUUID())
      facts.setAttribute('ref', 'official.present')
      facts.insert(0, [new Y.XmlText('Có mặt: 99/99')])
      text.push([facts])
    }],
    ['another text beside it', (_, doc) => { doc.getMap('kho').set('x', 'y'.repeat(1000)) }],
    ['too long a text', (text) => { for (let index = 0; index < 6; index += 1) text.push([blockOf('dài '.repeat(MAX_MINUTES_TEXT / 20))]) }],
  ]
  for (const [name, trick] of tricks) {
    const one = writer(assembly.member, meetingId)
    await one.synced()
    Y.applyUpdate(one.doc, update(trick, one.doc))
    await until(() => one.closed.includes(MINUTES_CLOSED.refused)).catch(() => { throw new Error(name) })
    one.end()
    expect(await rows(), name).toEqual([])
  }
  // A change that leaves a gap would be carried out with somebody else’s words.
  const gap = writer(assembly.member, meetingId)
  await gap.synced()
  const ahead = new Y.Doc()
  Y.applyUpdate(ahead, Y.encodeStateAsUpdate(gap.doc))
  ahead.getXmlFragment(MINUTES_FIELD).push([blockOf('một')])
  const between = Y.encodeStateVector(ahead)
  ahead.getXmlFragment(MINUTES_FIELD).push([blockOf('hai')])
  gap.provider.documentUpdateHandler(Y.encodeStateAsUpdate(ahead, between), 'test')
  await until(() => gap.closed.includes(MINUTES_CLOSED.refused))
  gap.end()
  const large = writer(assembly.member, meetingId)
  await large.synced()
  large.provider.documentUpdateHandler(new Uint8Array(3 * 1024 * 1024), 'test')
  await until(() => large.closed.includes(1009))
  large.end()
  expect(await count()).toBe(before)
  honest.add('Vẫn ghi được')
  await honest.saved()
  expect(await count()).toBe(before + 1)
})

it('reaches nobody else: a member, a guest of one item, the clerk of another meeting, no session, a foreign page', async () => {
  const { meetingId, items, params } = await scene('live')
  await assembly.clerk.client.call(setMinutesHelper, { params: { ...params, personId: assembly.member.personId }, body: { helps: false } })
  const visitor = await assembly.newVisitor()
  await assembly.server.domains.agenda.setGuests(meetingId, items[0], assembly.clerk.caller, { personIds: [visitor.personId], was: [] })
  for (const actor of [assembly.member, assembly.guest, visitor, assembly.stranger, assembly.administrator]) {
    const one = writer(actor, meetingId)
    await until(() => one.failed)
    expect(one.fragment().length).toBe(0)
  }
  const foreign = writer(assembly.clerk, meetingId, 'https://evil.example')
  await until(() => foreign.closed.length > 0)
  expect(foreign.provider.isSynced).toBe(false)
  for (const name of [randomUUID(), 'khong-phai-id', `${meetingId} `]) {
    const one = writer(assembly.clerk, name)
    await until(() => one.failed)
  }
  const none = writer({ client: { ...assembly.clerk.client, cookies: new Map() } }, meetingId)
  await until(() => none.closed.length > 0)
  expect(none.provider.isSynced).toBe(false)
  expect((await visitor.client.call(getMinutes, { params })).error?.code).toBe('minutesNotFound')
  expect((await assembly.stranger.client.call(getMinutes, { params })).error?.code).toBe('meetingNotFound')
})
