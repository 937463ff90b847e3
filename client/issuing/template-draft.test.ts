import { describe, expect, it } from 'vitest'
import { tidyLine } from './template-draft.ts'

describe('a line of a template', () => {
  it('keeps its words and details, without what was emptied', () => {
    expect(tidyLine(['Tại ', { put: 'meeting' }, '', ', ', { put: 'body' }, ' '])).toEqual(['Tại ', { put: 'meeting' }, ', ', { put: 'body' }])
    expect(tidyLine(['Căn cứ ', 'Điều lệ;'])).toEqual(['Căn cứ Điều lệ;'])
  })

  it('is none where nothing is left', () => {
    expect(tidyLine([' '])).toBeNull()
    expect(tidyLine(['', ''])).toBeNull()
  })
})
