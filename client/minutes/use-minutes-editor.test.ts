import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import type { Minutes, MinutesContent } from '../../protocol/minutes.ts'
import { keptDrafts } from './kept-draft.ts'
import { useMinutesEditor } from './use-minutes-editor.ts'

const meetingId = '019ab000-0000-7000-8000-000000000001'
const content: MinutesContent = { abstract: 'Hội nghị tháng 3', blocks: [{ kind: 'paragraph', text: 'Mở đầu' }] }
const opened: Minutes = {
  status: 'draft', version: 1, content, number: null, savedAt: '2026-03-02T03:00:00.000Z', publishedAt: null, journalHead: null,
}

/** The server's copy, kept as the server keeps it: a save on any version but its own is refused. */
let stored: { version: number, content: MinutesContent }
/** What becomes of the next requests; carried out and answered when empty. `lost`: carried out, the answer does not come. */
let fates: ('lost' | 'down')[]
let saves: number
let scope: EffectScope
let storage: Storage

function answer(method: string, body: { version: number, content: MinutesContent } | null): Response {
  const json = (status: number, value: unknown) => new Response(JSON.stringify(value), { status })
  if (method === 'GET') return json(200, { ...opened, ...stored })
  saves += 1
  if (body?.version !== stored.version) return json(409, { error: { code: 'minutesChanged', message: '', details: {} } })
  stored = { version: stored.version + 1, content: body.content }
  return json(200, { version: stored.version, savedAt: opened.savedAt })
}

beforeEach(() => {
  vi.useFakeTimers()
  stored = { version: 1, content }
  fates = []
  saves = 0
  scope = effectScope()
  const items = new Map<string, string>()
  storage = {
    length: 0, clear: () => items.clear(), key: () => null, getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => { items.set(key, value) }, removeItem: (key) => { items.delete(key) },
  }
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('removeEventListener', () => {})
  vi.stubGlobal('fetch', (_: string, { method, body }: { method: string, body: string | null }) => {
    const fate = fates.shift()
    if (fate === 'down') return Promise.reject(new TypeError('failed to fetch'))
    const response = answer(method, body ? JSON.parse(body) as { version: number, content: MinutesContent } : null)
    return fate === 'lost' ? Promise.reject(new TypeError('failed to fetch')) : Promise.resolve(response)
  })
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const drafts = () => keptDrafts(storage, 'person', meetingId)
const open = (minutes: Minutes = opened) => scope.run(() => useMinutesEditor(meetingId, minutes, drafts(), () => {}))!

test('text that cannot be saved is not called saved, and publishing does not go on', async () => {
  const editor = open()
  editor.setAbstract(' ')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(editor.saveState.value).toBe('invalid')
  expect(editor.wrong.value.abstract).toBe(true)
  expect(await editor.flush()).toBe(false)
  expect(saves).toBe(0)
  editor.setAbstract('Hội nghị tháng 4')
  expect(await editor.flush()).toBe(true)
  expect(stored.content.abstract).toBe('Hội nghị tháng 4')
})

test('a save whose answer was lost is no conflict, also when more was typed since', async () => {
  const editor = open()
  fates = ['lost']
  editor.setAbstract('Một')
  expect(await editor.flush()).toBe(false)
  expect(editor.saveState.value).toBe('failed')
  editor.setAbstract('Hai')
  expect(await editor.flush()).toBe(true)
  expect(editor.saveState.value).toBe('saved')
  expect(stored).toMatchObject({ version: 3, content: { abstract: 'Hai' } })
})

test('somebody else’s save is a conflict, and is not written over', async () => {
  const editor = open()
  stored = { version: 2, content: { ...content, abstract: 'Của người khác' } }
  editor.setAbstract('Của tôi')
  expect(await editor.flush()).toBe(false)
  expect(editor.saveState.value).toBe('conflict')
  expect(stored.content.abstract).toBe('Của người khác')
})

test('what was not saved when the editor went is offered to the same person, and saved when taken', async () => {
  const editor = open()
  fates = ['down', 'down']
  editor.setAbstract('Chưa lưu')
  await editor.flush()
  scope.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(stored.content).toEqual(content)
  expect(keptDrafts(storage, 'another', meetingId).get()).toBeNull()

  scope = effectScope()
  const again = open()
  expect(again.offered.value).toEqual({ newer: false })
  again.restore()
  expect(await again.flush()).toBe(true)
  expect(stored.content.abstract).toBe('Chưa lưu')
  expect(drafts().get()).toBeNull()
})

test('what still could be saved when the editor went is not offered', async () => {
  open().setAbstract('Kịp lưu')
  scope.stop()
  await vi.advanceTimersByTimeAsync(0)
  expect(stored.content.abstract).toBe('Kịp lưu')
  scope = effectScope()
  expect(open({ ...opened, ...stored }).offered.value).toBeNull()
  expect(drafts().get()).toBeNull()
})
