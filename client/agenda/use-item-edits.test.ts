import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { AgendaItemDraft } from '../../protocol/agenda.ts'
import { ApiError } from '../app/api-error.ts'
import type { Autosave } from '../app/autosave.ts'
import type { SaveState } from '../ui/save-state.ts'
import { useItemEdits } from './use-item-edits.ts'

const item: AgendaItemDraft = { title: 'Báo cáo', minutes: 15, presenterId: null, purpose: 'report' }
const scope = effectScope()
beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

function begin(send: (draft: AgendaItemDraft) => Promise<unknown>) {
  const saved = shallowRef(item)
  const seen: { autosave?: Autosave, state?: SaveState } = {}
  const edits = scope.run(() => useItemEdits(saved, send, (autosave, state) => Object.assign(seen, { autosave, state })))!
  return { saved, edits, seen }
}

test('what somebody else changed meanwhile in another field is not put back', async () => {
  const send = vi.fn(() => Promise.resolve())
  const { saved, edits } = begin(send)
  edits.set({ title: 'Báo cáo tháng' })
  saved.value = { ...item, minutes: 45 }
  expect(edits.fields.value).toEqual({ ...item, title: 'Báo cáo tháng', minutes: 45 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(send.mock.calls).toEqual([[{ ...item, title: 'Báo cáo tháng', minutes: 45 }]])
})

test('once saved, the field follows the journal again', async () => {
  const { saved, edits, seen } = begin(() => Promise.resolve())
  edits.set({ minutes: 20 })
  await vi.advanceTimersByTimeAsync(2000)
  expect(seen.state).toBe('saved')
  expect(edits.fields.value.minutes).toBe(20)
  saved.value = { ...item, minutes: 20 }
  saved.value = { ...item, minutes: 30 }
  expect(edits.fields.value.minutes).toBe(30)
})

test('what is typed while it is being saved stays, and is saved after it', async () => {
  const ends: (() => void)[] = []
  const send = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
  const { edits } = begin(send)
  edits.set({ title: 'Một' })
  await vi.advanceTimersByTimeAsync(2000)
  edits.set({ title: 'Hai' })
  ends[0]!()
  await vi.advanceTimersByTimeAsync(0)
  expect(edits.fields.value.title).toBe('Hai')
  expect(send.mock.lastCall).toEqual([{ ...item, title: 'Hai' }])
})

test('an empty title is named, not sent and not called saved', async () => {
  const send = vi.fn(() => Promise.resolve())
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
  edits.set({ presenterId: '019ab000-0000-7000-8000-000000000001' })
  await vi.advanceTimersByTimeAsync(2000)
  expect(seen.state).toBe('refused')
  expect(edits.failure.value).toMatchObject({ code: 'presenterNotParticipant' })
  edits.discard()
  expect(edits.fields.value).toEqual(item)
  expect(seen.state).toBe('saved')
  expect(await seen.autosave?.flush()).toBe(true)
})
