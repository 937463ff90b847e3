import { describe, expect, it } from 'vitest'
import { nextPath } from './paths.ts'

describe('nextPath', () => {
  it.each(['/', '/meetings/1/room?tab=vote#item'])('goes on to our page %s', (path) => {
    expect(nextPath(path)).toBe(path)
  })

  it.each([
    '//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', undefined, null, ['/a', '/b'],
  ])(
    'goes home instead of to %s', (path) => {
      expect(nextPath(path)).toBe('/')
    })
})
