import { describe, expect, it } from 'vitest'
import { BREATH_MS, nextHeard } from './heard.ts'

const now = Date.parse('2026-11-24T01:00:00.000Z')

describe('who is heard', () => {
  const nobody = new Set<string>()
  const first = nextHeard(null, new Set(['hang']), ['hang'], now)

  it('is heard from then on', () => {
    expect(first).toEqual({ personId: 'hang', since: now, heardAt: now })
    expect(nextHeard(first, new Set(['hang', 'an']), ['an', 'hang'], now + 60_000)).toMatchObject({ personId: 'hang', since: now })
  })

  it('goes on over a pause for breath, and not longer', () => {
    expect(nextHeard(first, nobody, ['hang'], now + BREATH_MS - 1)).toMatchObject({ personId: 'hang', since: now })
    expect(nextHeard(first, nobody, ['hang'], now + BREATH_MS)).toBeNull()
  })

  it('is the latest of those heard, once the one before is silent', () => {
    expect(nextHeard(first, new Set(['an', 'lan']), ['lan', 'hang', 'an'], now + 1000)).toMatchObject({ personId: 'lan', since: now + 1000 })
  })

  it('is nobody who is silent, however lately they spoke', () => {
    expect(nextHeard(null, nobody, ['hang'], now)).toBeNull()
  })
})
