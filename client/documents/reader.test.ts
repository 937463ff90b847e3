import { describe, expect, it } from 'vitest'
import type { Rect } from '../../protocol/annotations.ts'
import { linesOn, turned, unturned, type Turn } from './page-geometry.ts'
import { findFolded, findQuote } from './text-search.ts'

const cut = (text: string, query: string) => findFolded(text, query).map(({ index, length }) => text.slice(index, index + length))

describe('search inside a document', () => {
  const text = 'Uỷ ban nhân dân tỉnh;\nủy   ban xã. Ưu đãi đầu tư'

  it('finds words whatever their diacritics, case, tone placement and line breaks', () => {
    expect(cut(text, 'uy ban')).toEqual(['Uỷ ban', 'ủy   ban'])
    expect(cut(text, 'tinh uy')).toEqual([])
    expect(cut(text, 'dau tu')).toEqual(['đầu tư'])
    expect(cut(text.normalize('NFD'), 'dau tu').map((found) => found.normalize('NFC'))).toEqual(['đầu tư'])
  })

  it('finds words with diacritics with these alone, but either placement of a tone', () => {
    expect(cut(text, 'ủy ban')).toEqual(['Uỷ ban', 'ủy   ban'])
    expect(cut(text, 'úy ban')).toEqual([])
    expect(cut(text, 'dâu tư')).toEqual([])
    expect(cut(text, '   ')).toEqual([])
  })
})

describe('quoted words', () => {
  it('are found again where the file sets white space and composes letters otherwise', () => {
    const found = findQuote('Về việc xây  dựng\nnông thôn mới'.normalize('NFD'), { exact: 'xây dựng nông', before: '', after: '' })
    expect('Về việc xây  dựng\nnông thôn mới'.normalize('NFD').slice(found?.index, (found?.index ?? 0) + (found?.length ?? 0)).normalize('NFC')).toBe('xây  dựng\nnông')
  })

  it('of several places are those with the same words around, and none where they were reworded', () => {
    const text = 'Điều 1. Giao Sở Tài chính chủ trì. Điều 2. Giao Sở Nội vụ chủ trì.'
    expect(findQuote(text, { exact: 'chủ trì', before: 'Giao Sở Nội vụ ', after: '.' })?.index).toBe(text.lastIndexOf('chủ trì'))
    expect(findQuote(text, { exact: 'chủ trì', before: 'Tài chính ', after: '. Điều' })?.index).toBe(text.indexOf('chủ trì'))
    expect(findQuote(text, { exact: 'phối hợp', before: '', after: '' })).toBeNull()
    expect(findQuote(text, { exact: 'chu tri', before: '', after: '' })).toBeNull()
  })
})

describe('places on a page', () => {
  it('come back from every turn of the page, and a quarter turn clockwise brings the top to the right', () => {
    const rect: Rect = [0.1, 0.2, 0.5, 0.25]
    const digits = (shares: Rect) => shares.map((share) => share.toFixed(6))
    for (const turn of [0, 90, 180, 270] as Turn[]) expect(digits(unturned(turned(rect, turn), turn))).toEqual(digits(rect))
    expect(turned([0, 0, 1, 0.1], 90).map((share) => share.toFixed(3))).toEqual(['0.900', '0.000', '1.000', '1.000'])
  })

  it('are one rectangle a line, without what is outside the page', () => {
    const page = { left: 100, top: 100, right: 300, bottom: 500 }
    const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom })
    expect(linesOn(page, [box(120, 120, 150, 132), box(152, 121, 200, 133), box(120, 140, 160, 152), box(120, 600, 160, 612), box(10, 140, 10, 152)]))
      .toEqual([[0.1, 0.05, 0.5, 0.0825], [0.1, 0.1, 0.3, 0.13]])
  })
})
