import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { ApiError } from '../app/api-error.ts'
import type { Autosave } from '../app/autosave.ts'
import type { SaveState } from '../ui/save-state.ts'
import { useItemEdits, type ItemFields, type SavedItem } from './use-item-edits.ts'

const fields: ItemFields = { title: 'Báo cáo', minutes: 15, presenterId: null, purpose: 'report' }
const other = '019ab000-0000-7000-8000-000000000001'
const at = (version: number, change: Partial<ItemFields> = {}, changedBy: string | null = null): SavedItem =>
  ({ fields: { ...fields, ...change }, version, changedBy })
const scope = effectScope()
beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

type Send = (draft: ItemFields, version: number) => Promise<{ version: number }>
const takes: Send = (_, version) => Promise.resolve({ version: version + 1 })

function begin(send: Send) {
  const saved = shallowRef(at(1))
  const seen: { autosave?: Autosave, state?: SaveState } = {}
  const edits = scope.run(() => useItemEdits(saved, send, (autosave, state) => Object.assign(seen, { autosave, state })))!
  return { saved, edits, seen }
}

test('what somebody else changed meanwhile in another field is not put back', async () => {
  const send = vi.fn(takes)
  const { saved, edits } = begin(send)
  edits.set({ title: 'Báo cáo tháng' })
  saved.value = at(2, { minutes: 45 }, other)
  expect(edits.fields.value).toEqual({ ...fields, title: 'Báo cáo tháng', minutes: 45 })
  expect(edits.conflict.value).toBeNull()
  await vi.advanceTimersByTimeAsync(2000)
  expect(send.mock.calls).toEqual([[{ ...fields, title: 'Báo cáo tháng', minutes: 45 }, 2]])
})

test('once saved, the field follows the journal again', async () => {
  const { saved, edits, seen } = begin(takes)
  edits.set({ minutes: 20 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(seen.state).toBe('saved')
  expect(edits.fields.value.minutes).toBe(20)
  saved.value = at(2, { minutes: 20 })
  saved.value = at(3, { minutes: 30 }, other)
  expect(edits.fields.value.minutes).toBe(30)
})

test('what is typed while it is being saved stays, and is saved after it, whichever of answer and journal comes first', async () => {
  for (const journalFirst of [false, true]) {
    const ends: (() => void)[] = []
    const send = vi.fn<Send>((_, version) => new Promise((resolve) => ends.push(() => resolve({ version: version + 1 }))))
    const { saved, edits } = begin(send)
    edits.set({ title: 'Một' })
    await vi.advanceTimersByTimeAsync(2000)
    edits.set({ title: 'Hai' })
    if (journalFirst) saved.value = at(2, { title: 'Một' })
    ends[0]!()
    await vi.advanceTimersByTimeAsync(0)
    if (!journalFirst) saved.value = at(2, { title: 'Một' })
    expect(edits.conflict.value).toBeNull()
    expect(edits.fields.value.title).toBe('Hai')
    expect(send.mock.lastCall).toEqual([{ ...fields, title: 'Hai' }, 2])
  }
})

test('an empty title is named, not sent and not called saved', async () => {
  const send = vi.fn(takes)
  const { edits, seen } = begin(send)
  edits.set({ title: '', minutes: 0 })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(edits.wrong.value).toEqual(new Set(['title', 'minutes']))
  expect(seen.state).toBe('invalid')
  expect(await seen.autosave?.flush()).toBe(false)
  expect(send).not.toHaveBeenCalled()
})

test('a refusal is told, and can be given up', async () => {
  const { edits, seen } = begin(() => Promise.reject(new ApiError('presenterNotParticipant')))
  edits.set({ presenterId: other })
  await vi.advanceTimersByTimeAsync(2000)
  expect(seen.state).toBe('refused')
  expect(edits.failure.value).toMatchObject({ code: 'presenterNotParticipant' })
  edits.discard()
  expect(edits.fields.value).toEqual(fields)
  expect(seen.state).toBe('saved')
  expect(await seen.autosave?.flush()).toBe(true)
})

describe('the same field changed by somebody else', () => {
  const changed = (title: string, version: number) => new ApiError('agendaItemChanged', { version, changedBy: other, present: { ...fields, title } })

  test('is shown beside one’s own, and nothing is sent until one was chosen', async () => {
    const send = vi.fn(takes)
    const { saved, edits, seen } = begin(send)
    edits.set({ title: 'Của tôi' })
    saved.value = at(2, { title: 'Của người kia' }, other)
    expect(edits.conflict.value).toMatchObject({ names: ['title'], theirs: { title: 'Của người kia' }, changedBy: other })
    expect(seen.state).toBe('conflict')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(send).not.toHaveBeenCalled()
    expect(edits.fields.value.title).toBe('Của tôi')
    edits.choose('mine')
    await vi.advanceTimersByTimeAsync(2000)
    expect(send.mock.calls).toEqual([[{ ...fields, title: 'Của tôi' }, 2]])
    expect(seen.state).toBe('saved')
  })

  test('and told by a refusal first, is the same; theirs is taken with nothing sent', async () => {
    const send = vi.fn<Send>(() => Promise.reject(changed('Của người kia', 2)))
    const { edits, seen } = begin(send)
    edits.set({ title: 'Của tôi' })
    await vi.advanceTimersByTimeAsync(2000)
    expect(edits.conflict.value).toMatchObject({ names: ['title'], version: 2 })
    expect(edits.failure.value).toBeNull()
    edits.choose('theirs')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(send).toHaveBeenCalledTimes(1)
    expect(edits.fields.value.title).toBe('Của người kia')
    expect(seen.state).toBe('saved')
  })

  test('in another field, told by a refusal, is sent again from there', async () => {
    const send = vi.fn<Send>((_, version) => version === 1
      ? Promise.reject(new ApiError('agendaItemChanged', { version: 2, changedBy: other, present: { ...fields, minutes: 40 } })) : takes(_, version))
    const { edits, seen } = begin(send)
    edits.set({ title: 'Của tôi' })
    await vi.advanceTimersByTimeAsync(2000)
    expect(send.mock.lastCall).toEqual([{ ...fields, title: 'Của tôi', minutes: 40 }, 2])
    expect(edits.conflict.value).toBeNull()
    expect(seen.state).toBe('saved')
  })
})
