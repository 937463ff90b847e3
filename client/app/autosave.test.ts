import { beforeEach, expect, test, vi } from 'vitest'
import type { SaveState } from '../ui/save-state.ts'
import { ApiError } from './api-error.ts'
import { createAutosave } from './autosave.ts'

beforeEach(() => { vi.useFakeTimers() })

function begin(save: () => Promise<void>, isValid = () => true) {
  const states: SaveState[] = []
  const autosave = createAutosave({
    save, isValid, isConflict: (error) => error === 'conflict', onState: (state) => states.push(state), pauseMs: 100, retryMs: 500,
  })
  return { autosave, states }
}

test('saves once typing has paused, and says so only when the server has it', async () => {
  let done = () => {}
  const save = vi.fn(() => new Promise<void>((resolve) => { done = resolve }))
  const { autosave, states } = begin(save)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(60)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(60)
  expect(save).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(60)
  expect(states).toEqual(['waiting', 'waiting', 'saving'])
  done()
  await vi.advanceTimersByTimeAsync(0)
  expect(states.at(-1)).toBe('saved')
})

test('what is typed while saving is saved after it, never beside it', async () => {
  const ends: (() => void)[] = []
  const save = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
  const { autosave, states } = begin(save)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(100)
  autosave.touch()
  expect(save).toHaveBeenCalledTimes(1)
  ends[0]!()
  await vi.advanceTimersByTimeAsync(0)
  expect(save).toHaveBeenCalledTimes(2)
  expect(states).not.toContain('saved')
  ends[1]!()
  await vi.advanceTimersByTimeAsync(0)
  expect(states.at(-1)).toBe('saved')
})

test('a failure is retried', async () => {
  const save = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new ApiError('offline'))
  const { autosave, states } = begin(save)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(100)
  expect(states.at(-1)).toBe('failed')
  await vi.advanceTimersByTimeAsync(500)
  expect(states.at(-1)).toBe('saved')
})

test('a conflict stops saving, whatever is typed', async () => {
  const save = vi.fn(() => Promise.reject('conflict'))
  const { autosave, states } = begin(save)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(100)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(5000)
  expect(await autosave.flush()).toBe(false)
  expect(save).toHaveBeenCalledTimes(1)
  expect(states.at(-1)).toBe('conflict')
})

test('flush sends what is waiting at once', async () => {
  const save = vi.fn(() => Promise.resolve())
  const { autosave } = begin(save)
  expect(await autosave.flush()).toBe(true)
  expect(save).not.toHaveBeenCalled()
  autosave.touch()
  expect(await autosave.flush()).toBe(true)
  expect(save).toHaveBeenCalledTimes(1)
})

test('a refusal that stays is told, and sent again only once something changed', async () => {
  const save = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new ApiError('agendaItemDealtWith'))
  const { autosave, states } = begin(save)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(save).toHaveBeenCalledTimes(1)
  expect(states.at(-1)).toBe('refused')
  autosave.touch()
  await vi.advanceTimersByTimeAsync(100)
  expect(states.at(-1)).toBe('saved')
})

test('waits as long as the server asks', async () => {
  const save = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new ApiError('tooManyRequests', { retryAfterSeconds: 30 }))
  const { autosave } = begin(save)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(save).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(11_000)
  expect(save).toHaveBeenCalledTimes(2)
})

test('what is not valid is neither sent nor called saved', async () => {
  let valid = false
  const save = vi.fn(() => Promise.resolve())
  const { autosave, states } = begin(save, () => valid)
  autosave.touch()
  await vi.advanceTimersByTimeAsync(5000)
  expect(await autosave.flush()).toBe(false)
  expect(save).not.toHaveBeenCalled()
  expect(new Set(states)).toEqual(new Set(['invalid']))
  valid = true
  autosave.touch()
  expect(await autosave.flush()).toBe(true)
  expect(states.at(-1)).toBe('saved')
})

test('what becomes invalid while the text before it is saved is not called saved', async () => {
  let valid = true
  let done = () => {}
  const { autosave, states } = begin(() => new Promise<void>((resolve) => { done = resolve }), () => valid)
  autosave.touch()
  const flushed = autosave.flush()
  valid = false
  autosave.touch()
  done()
  expect(await flushed).toBe(false)
  expect(states.at(-1)).toBe('invalid')
})

test('stopped, it does not begin again by itself', async () => {
  const save = vi.fn(() => Promise.reject(new ApiError('offline')))
  const { autosave } = begin(save)
  autosave.touch()
  const flushed = autosave.flush()
  autosave.stop()
  expect(await flushed).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(save).toHaveBeenCalledTimes(1)
})
