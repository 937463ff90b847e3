import { expect, test } from 'vitest'
import { changesOf } from './changes.ts'

const blocks = (...texts: string[]) => texts.map((text) => ({ kind: 'paragraph' as const, text }))

test('a paragraph that was rewritten stands against the old one; others came or went', () => {
  expect(changesOf(blocks('Mở đầu', 'Có mặt: 11', 'Bỏ đi', 'Kết'), blocks('Mở đầu', 'Có mặt: 12', 'Kết', 'Thêm', ''))).toMatchObject([
    { kind: 'changed', before: 'Có mặt: 11', after: 'Có mặt: 12' }, { kind: 'removed', before: 'Bỏ đi' }, { kind: 'added', after: 'Thêm' },
  ])
  expect(changesOf(blocks('Một', 'Hai'), blocks('Một', 'Hai'))).toEqual([])
})
