import { beforeEach, expect, test, vi } from 'vitest'
import { createAutosave, type SaveState } from './autosave.ts'

beforeEach(() => { vi.useFakeTimers() })

function begin(save: () => Promise<void>) {
  const states: SaveState[] = []
  const autosave = createAutosave({ save, isConflict: (error) => error === 'conflict', onState: (state) => states.push(state), pauseMs: 100, retryMs: 500 })
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
  const save = vi.fn(() => Promise.resolve()).mockRejectedValueOnce('offline')
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
