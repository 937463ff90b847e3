import { describe, expect, test } from 'vitest'
import { joinBackwards, sameBlocks, splitAt, toBlocks, toEdited } from './blocks.ts'

const text = () => toEdited([{ kind: 'heading', text: '2. Diễn biến' }, { kind: 'listItem', text: 'Đồng chí A báo cáo' }, { kind: 'paragraph', text: '' }])

describe('Enter', () => {
  test('splits at the cursor, and a list goes on as a list', () => {
    const blocks = text()
    const edit = splitAt(blocks, blocks[1]!.key, 11)!
    expect(toBlocks(edit.blocks).slice(1, 3)).toEqual([{ kind: 'listItem', text: 'Đồng chí A ' }, { kind: 'listItem', text: 'báo cáo' }])
    expect(edit.caret).toEqual({ key: edit.blocks[2]!.key, offset: 0 })
  })
  test('after a heading comes a paragraph', () => {
    const blocks = text()
    expect(splitAt(blocks, blocks[0]!.key, 12)!.blocks[1]).toMatchObject({ kind: 'paragraph', text: '' })
  })
  test('keeps the keys of the other blocks', () => {
    const blocks = text()
    expect(splitAt(blocks, blocks[1]!.key, 0)!.blocks.map((block) => block.key)).toEqual(expect.arrayContaining(blocks.map((block) => block.key)))
  })
})

describe('Backspace at the start', () => {
  test('removes an empty block and goes to the end of the one before', () => {
    const blocks = text()
    const edit = joinBackwards(blocks, blocks[2]!.key)!
    expect(toBlocks(edit.blocks)).toEqual(toBlocks(blocks).slice(0, 2))
    expect(edit.caret).toEqual({ key: blocks[1]!.key, offset: 18 })
  })
  test('loses no text', () => {
    const blocks = text()
    expect(joinBackwards(blocks, blocks[1]!.key)!.blocks[0]!.text).toBe('2. Diễn biếnĐồng chí A báo cáo')
  })
  test('does nothing in the first block', () => {
    const blocks = text()
    expect(joinBackwards(blocks, blocks[0]!.key)).toBeNull()
  })
})

test('compares what would be saved', () => {
  expect(sameBlocks(toBlocks(text()), toBlocks(text()))).toBe(true)
  expect(sameBlocks(toBlocks(text()), toBlocks(text()).slice(1))).toBe(false)
  expect(sameBlocks([{ kind: 'heading', text: 'a' }], [{ kind: 'paragraph', text: 'a' }])).toBe(false)
})
