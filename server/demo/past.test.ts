import { expect, it } from 'vitest'
import { createPast } from './past.ts'

it('ends nothing by the real clock while the past is being written, and everything after it, also where writing failed', async () => {
  const past = createPast()
  const seen: string[] = []
  const look = past.after(() => { seen.push('looked'); return Promise.resolve() })
  await look()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const writing = past.writing(() => promise)
  const looking = look().then(look)
  await new Promise(setImmediate)
  expect(seen).toEqual(['looked'])
  resolve(undefined)
  await Promise.all([writing, looking])
  expect(seen).toHaveLength(3)

  const failing = past.writing(() => Promise.reject(new Error('the disk is full')))
  await expect(failing).rejects.toThrow('the disk is full')
  await look()
  expect(seen).toHaveLength(4)
})
