import { getSchema } from '@tiptap/core'
import { Slice, type Node as TextNode } from '@tiptap/pm/model'
import { EditorState, TextSelection } from '@tiptap/pm/state'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DraftMode } from '../../protocol/drafting.ts'
import { draftSchema } from './schema.ts'
import { settle, suggestionsIn } from './suggestions.ts'
import { suggesting } from './suggesting.ts'

const schema = getSchema(draftSchema)
const ME = 'a0000000-0000-4000-8000-000000000001'
const OTHER = 'a0000000-0000-4000-8000-000000000002'

/** A text of these blocks; in `words`, `+…+` is inserted and `-…-` deleted by another. */
function textOf(words: readonly string[]): TextNode {
  const mark = (name: string, id: number) => schema.marks[name]!.create({ id: `b0000000-0000-4000-8000-00000000000${id}`, author: OTHER, at: '2026-11-27T02:00:00.000Z' })
  return schema.node('doc', null, words.map((line) => schema.node('block', null, line.split(/(\+[^+]*\+|-[^-]*-)/).filter(Boolean).map((part) =>
    part.startsWith('+') ? schema.text(part.slice(1, -1), [mark('insertion', 1)]) : part.startsWith('-') ? schema.text(part.slice(1, -1), [mark('deletion', 2)]) : schema.text(part)))))
}
const open = (words: readonly string[], mode: DraftMode = 'suggest') => EditorState.create({ doc: textOf(words), plugins: [suggesting(() => mode, ME)] })
const lines = (doc: TextNode) => doc.content.content.map((block) => block.textContent)

function settleAll(state: EditorState, accepted: boolean, author = ME): EditorState {
  const next = suggestionsIn(state.doc).find((one) => one.author === author)
  const tr = next && settle(state, next.id, accepted)
  return tr ? settleAll(state.apply(tr), accepted, author) : state
}
/** Types over, or pastes lines over, what stands between two places. */
function replace(state: EditorState, from: number, to: number, words: readonly string[]): EditorState {
  const [only] = words
  const tr = words.length === 1 && only !== undefined
    ? only ? state.tr.insertText(only, from, to) : state.tr.delete(from, to)
    : state.tr.replace(from, to, new Slice(schema.node('doc', null, words.map((line) => schema.node('block', null, line ? [schema.text(line)] : []))).content, 1, 1))
  return state.applyTransaction(tr).state
}

describe('a suggestion', () => {
  it('keeps what is deleted and marks what is written, as one where it is in its place', () => {
    const state = replace(open(['Giao Văn phòng theo dõi.']), 6, 15, ['Ban Tổ chức'])
    expect(suggestionsIn(state.doc)).toMatchObject([{ author: ME, deleted: 'Văn phòng', inserted: 'Ban Tổ chức' }])
    expect(lines(settleAll(state, true).doc)).toEqual(['Giao Ban Tổ chức theo dõi.'])
    expect(lines(settleAll(state, false).doc)).toEqual(['Giao Văn phòng theo dõi.'])
  })

  it('goes on while one types, and is gone when all of it is deleted again', () => {
    let state = open(['Thông qua.'])
    for (const [index, letter] of ['r', 'ấ', 't'].entries()) state = replace(state, 1 + index, 1 + index, [letter])
    expect(suggestionsIn(state.doc)).toMatchObject([{ inserted: 'rất', deleted: '' }])
    for (const at of [3, 2, 1]) state = replace(state, at, at + 1, [''])
    expect(suggestionsIn(state.doc)).toEqual([])
    expect(lines(state.doc)).toEqual(['Thông qua.'])
  })

  it('leaves the caret where one goes on deleting, to either side', () => {
    const state = open(['abcdef'])
    const at = (position: number) => state.apply(state.tr.setSelection(TextSelection.create(state.doc, position)))
    const back = at(4).applyTransaction(at(4).tr.delete(3, 4)).state
    expect(back.selection.from).toBe(3)
    const on = at(3).applyTransaction(at(3).tr.delete(3, 4)).state
    expect(on.selection.from).toBe(4)
  })

  it('of several blocks leaves the blocks apart, and brings pasted ones as blocks of its own', () => {
    const state = replace(open(['Một hai', 'Ba bốn']), 5, 13, ['x', 'Năm', ''])
    expect(lines(settleAll(state, false).doc)).toEqual(['Một hai', 'Ba bốn'])
    expect(lines(settleAll(state, true).doc)).toEqual(['Một ', 'xbốn', 'Năm', ''])
  })

  it('in words of who writes the text is none, and is not written into another’s', () => {
    const state = replace(open(['Điều +mới+.'], 'edit'), 8, 8, ['XY'])
    expect(suggestionsIn(state.doc)).toMatchObject([{ author: OTHER, inserted: 'mới' }])
    expect(lines(settleAll(state, false, OTHER).doc)).toEqual(['Điều XY.'])
  })

  it('whatever one does, declined leaves the text as it was, with what others suggest; accepted within a block, it is what one did', () => {
    const words = fc.array(fc.constantFrom('abc', 'ab+cd+ef', 'x-yz-w', '', '+q+'), { minLength: 1, maxLength: 4 })
    const edit = fc.record({ from: fc.nat(40), size: fc.nat(8), words: fc.array(fc.constantFrom('', 'k', 'mn'), { minLength: 1, maxLength: 3 }) })
    fc.assert(fc.property(words, fc.array(edit, { minLength: 1, maxLength: 6 }), (text, edits) => {
      const before = open(text)
      let state = before
      for (const one of edits) {
        const end = state.doc.content.size - 1
        const from = 1 + one.from % Math.max(1, end)
        const to = Math.min(end, from + one.size)
        if (state.doc.resolve(from).depth !== 1 || state.doc.resolve(to).depth !== 1) continue
        state = replace(state, from, to, one.words)
        state.doc.check()
      }
      expect(settleAll(state, false).doc.toJSON()).toEqual(before.doc.toJSON())
      expect(suggestionsIn(state.doc).filter(({ author }) => author === OTHER)).toMatchObject(
        suggestionsIn(before.doc).map(({ id, inserted, deleted }) => ({ id, inserted, deleted })))
    }), { numRuns: 400 })
  })
})
