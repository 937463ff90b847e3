import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

it('works run as many at once as there are lanes, wait in turn, and are refused beyond that; one that fails gives its place on', async () => {
  const inTurn = createTurns(2, 2)
  const begun: number[] = []
  const ends: (() => void)[] = []
  const work = (number: number, fails = false) => inTurn(async () => {
    begun.push(number)
    await new Promise<void>((resolve) => ends.push(resolve))
    if (fails) throw new Error('failed')
    return number
  })
  const all = [work(1, true), work(2), work(3), work(4)]
  await expect(work(5)).rejects.toMatchObject({ code: 'tooManyRequests', details: { retryAfterSeconds: 2 } })
  expect(begun).toEqual([1, 2])
  ends[0]?.()
  await expect(all[0]).rejects.toThrow('failed')
  expect(begun).toEqual([1, 2, 3])
  ends[1]?.()
  expect(await all[1]).toBe(2)
  expect(begun).toEqual([1, 2, 3, 4])
  for (const end of ends) end()
  expect(await Promise.all([all[2], all[3]])).toEqual([3, 4])
  const [next] = [work(6)]
  ends.at(-1)?.()
  expect(await next).toBe(6)
})
