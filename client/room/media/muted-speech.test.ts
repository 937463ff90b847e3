import { expect, test } from 'vitest'
import { createSpeechJudge } from './muted-speech.ts'

/** Judges one loudness after the other, 100 ms apart; answers when speech was told, in ms. */
function judged(loudnesses: number[]): number[] {
  const judge = createSpeechJudge()
  return loudnesses.flatMap((loudness, n) => (judge.hear(loudness, n * 100, 100) ? [n * 100] : []))
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

test('speech is told after 0.6 s, and for a while after its last word', () => {
  const told = judged([...times(12, -30), ...times(40, -80)])
  expect(told[0]).toBe(500)
  expect(told.at(-1)).toBeGreaterThan(2_000)
  expect(told.at(-1)).toBeLessThan(4_000)
})

test('syllables with short gaps are speech', () => {
  expect(judged(times(10, [-30, -30, -70]).flat())).not.toEqual([])
})

test('a cough, a quiet room and single knocks are none', () => {
  expect(judged([...times(4, -10), ...times(30, -70)])).toEqual([])
  expect(judged(times(100, -55))).toEqual([])
  expect(judged(times(20, [-20, -70, -70, -70]).flat())).toEqual([])
})
