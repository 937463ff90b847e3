import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { compareTexts } from './compare.ts'

const told = (before: string[], after: string[]) => compareTexts(before, after).passages.map(({ kind, before: one, after: other }) => [kind, one, other])

describe('two versions of a text', () => {
  it('show what changed, came and went, with the pages that it stands on', () => {
    const before = ['Điều 1. Phạm vi điều chỉnh.\nĐiều 2. Thời hạn là 5 ngày\nlàm việc.\n\n1', 'Điều 3. Hiệu lực.\nĐiều 4. Bãi bỏ.\n\n2']
    const after = ['Điều 1. Phạm vi điều chỉnh.\nĐiều 2. Thời hạn là 7 ngày làm việc.\nĐiều 3. Hiệu lực.\nĐiều 5. Tổ chức thực hiện.']
    const [one, two, three] = ['Điều 1. Phạm vi điều chỉnh.', 'Điều 2. Thời hạn là 5 ngày làm việc.', 'Điều 3. Hiệu lực.']
    expect(compareTexts(before, after)).toEqual({
      complete: true, skippedAtEnd: 0,
      passages: [
        { kind: 'same', before: one, after: one, beforePage: 1, afterPage: 1, skipped: 0 },
        { kind: 'changed', before: two, after: 'Điều 2. Thời hạn là 7 ngày làm việc.', beforePage: 1, afterPage: 1, skipped: 0 },
        { kind: 'same', before: three, after: three, beforePage: 2, afterPage: 1, skipped: 0 },
        { kind: 'changed', before: 'Điều 4. Bãi bỏ.', after: 'Điều 5. Tổ chức thực hiện.', beforePage: 2, afterPage: 1, skipped: 0 },
      ],
    })
    expect(told(['a.'], ['a. Thêm vào.'])).toEqual([['same', 'a.', 'a.'], ['added', null, 'Thêm vào.']])
    expect(told(['Kinh phí\n\n800'], ['Kinh phí\n\n900']), 'a number that is none of the page').toEqual([['same', 'Kinh phí', 'Kinh phí'], ['changed', '800', '900']])
  })

  it('are the same however lines and pages break, and whatever the pages are numbered', () => {
    const text = 'Ban Thường vụ thống nhất chủ trương giao Văn phòng chuẩn bị nội dung. Các cơ quan báo cáo trước ngày 15.'
    const words = text.split(' ')
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: words.length, maxLength: words.length }), (breaks) => {
      let [page, pages] = ['', [] as string[]]
      for (const [index, word] of words.entries()) {
        page += `${word}${breaks[index] === 0 ? ' ' : '\n'}`
        // Only within a sentence: after its end the passage is closed either way.
        if (breaks[index] === 2) {
          pages = [...pages, `${page}\n\n- ${pages.length + 1} -\n`]
          page = ''
        }
      }
      expect(compareTexts([text], [...pages, page])).toEqual({ passages: [], skippedAtEnd: 2, complete: true })
    }))
  })

  it('can be read back from the comparison, whichever side', () => {
    const sentence = fc.stringMatching(/^[a-zđăâ]{1,8}( [a-zđăâ]{1,8}){0,3}\.$/)
    const text = fc.array(sentence, { maxLength: 12 })
    fc.assert(fc.property(text, text, (one, other) => {
      const { passages, skippedAtEnd } = compareTexts([one.join('\n')], [other.join('\n')])
      const changed = passages.filter(({ kind }) => kind !== 'same')
      const rest = (side: 'before' | 'after', all: string[]) => {
        const left = [...all]
        for (const passage of changed) if (passage[side] !== null) left.splice(left.indexOf(passage[side]), 1)
        return left
      }
      expect(rest('before', one).toSorted()).toEqual(rest('after', other).toSorted())
      const same = passages.filter(({ kind }) => kind === 'same').length + passages.reduce((sum, { skipped }) => sum + skipped, 0) + skippedAtEnd
      expect(same).toBe(rest('before', one).length)
    }))
  })

  it('leave out what is the same far from any change, and say how much', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `Câu số ${index}.`)
    const changed = lines.with(20, 'Câu đã sửa.')
    const { passages, skippedAtEnd } = compareTexts([lines.join('\n')], [changed.join('\n')])
    expect(passages.map(({ kind, skipped }) => [kind, skipped])).toEqual([['same', 18], ['same', 0], ['changed', 0], ['same', 0], ['same', 0]])
    expect(skippedAtEnd).toBe(17)
  })

  it('that have nothing in common are not compared to the end', () => {
    const text = (word: string) => [Array.from({ length: 9_000 }, (_, index) => `${word} ${index}.`).join('\n')]
    const from = Date.now()
    expect(compareTexts(text('một'), text('hai')).complete).toBe(false)
    expect(Date.now() - from).toBeLessThan(5_000)
  })
})
