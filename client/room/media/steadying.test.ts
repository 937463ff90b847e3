import { expect, test } from 'vitest'
import { createSteadying, type Heard } from './steadying.ts'

/** What a network says look by look: of 1,000 packets more each time, so many are lost. */
function looks(...lost: number[]): Heard[] {
  let heard: Heard = { lost: 0, received: 0, roundTripMs: 100 }
  return lost.map((more) => heard = { ...heard, lost: heard.lost + more, received: heard.received + 1_000 - more })
}

const judged = (heard: Heard[]) => {
  const judge = createSteadying()
  return heard.map(judge)
}

test('nobody waits on a good network', () => {
  expect(judged(looks(0, 2, 0, 1, 0, 2, 0)).every((wait) => wait === null)).toBe(true)
})

test('a picture waits for two repairs once one packet in a hundred is lost, at most 300 ms', () => {
  expect(judged(looks(0, 30, 30)).at(-1)).toBe(250)
  expect(judged(looks(0, 30, 30).map((one) => ({ ...one, roundTripMs: 400 }))).at(-1)).toBe(300)
})

test('a little less loss changes nothing; a network that has mended does', () => {
  const waits = judged(looks(0, ...Array<number>(8).fill(30), ...Array<number>(10).fill(5), ...Array<number>(10).fill(0)))
  expect(waits[17]).toBe(250)
  expect(waits.at(-1)).toBeNull()
})

test('the way there and back counts when it is clearly another', () => {
  const judge = createSteadying()
  const [first, second, third] = looks(0, 30, 30) as [Heard, Heard, Heard]
  judge(first)
  expect(judge({ ...second, roundTripMs: 60 })).toBe(150)
  expect(judge({ ...third, roundTripMs: 70 })).toBe(150)
  expect(judge({ ...third, roundTripMs: 110 })).toBe(275)
})

test('another connection counts from the beginning', () => {
  const judge = createSteadying()
  for (const heard of looks(0, 30, 30)) judge(heard)
  expect(judge({ lost: 0, received: 10, roundTripMs: 100 })).toBe(250)
  expect(judge({ lost: 0, received: 1_000, roundTripMs: 100 })).toBeNull()
})
