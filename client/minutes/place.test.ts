import { getSchema } from '@tiptap/core'
import type { Node as PMNode } from '@tiptap/pm/model'
import { EditorState } from '@tiptap/pm/state'
import { expect, test } from 'vitest'
import type { MinutesFact } from '../../protocol/minutes-text.ts'
import { blockIds } from './block-ids.ts'
import { createFactViews } from './fact-views.ts'
import { placeOf, refsOf } from './place.ts'
import { minutesSchema } from './schema.ts'

const schema = getSchema(minutesSchema(createFactViews({ nameOf: (ref) => ref, origin: '' })))
const order = ['opening', 'roll', 'item.one', 'turn.one', 'vote.one', 'item.two', 'closing'].map((ref): MinutesFact =>
  ({ ref, form: 'blocks', blocks: [], at: null, itemId: null, expected: true, within: null }))

const facts = (ref: string) => schema.node('facts', { ref, id: `id-${ref}` })
const block = (words: string, { ref, kind = 'paragraph' }: { ref?: string, kind?: string } = {}) =>
  schema.node('block', { kind, id: `id-${words}` }, [...ref ? [schema.node('fact', { ref })] : [], ...words ? [schema.text(words)] : []])
const doc = (...blocks: PMNode[]) => schema.node('doc', null, blocks)

/** The text as it reads once a fact was put where it belongs. */
function placed(text: PMNode, ref: string): string[] {
  const at = placeOf(text, ref, order)
  const state = EditorState.create({ doc: text })
  const names: string[] = []
  state.apply(state.tr.insert(at, facts(ref))).doc.forEach((one) => { names.push(refsOf(one)[0] ?? one.textContent) })
  return names
}

test('a fact goes behind what comes before it, and behind the clerk’s own words there', () => {
  const text = doc(block('Bắt đầu', { ref: 'opening' }), block('1. Thành phần', { kind: 'heading' }), facts('roll'), block('2. Diễn biến', { kind: 'heading' }),
    facts('item.one'), block('Thư ký ghi thêm.'), facts('item.two'), block('Kết thúc', { ref: 'closing' }))
  expect(placed(text, 'vote.one')).toEqual(['opening', '1. Thành phần', 'roll', '2. Diễn biến', 'item.one', 'Thư ký ghi thêm.', 'vote.one', 'item.two', 'closing'])
  expect(placed(text, 'turn.one').indexOf('turn.one')).toBe(6)
  // Behind a heading that follows stands what is under it.
  expect(placed(doc(block('Bắt đầu', { ref: 'opening' }), block('2. Diễn biến', { kind: 'heading' }), facts('item.one')), 'roll')).toEqual(['opening', 'roll', '2. Diễn biến', 'item.one'])
  expect(placed(doc(facts('closing')), 'opening')).toEqual(['opening', 'closing'])
  expect(placed(doc(block('Chỉ có lời')), 'vote.one')[0]).toBe('vote.one')
})

test('a block that is divided, pasted or typed anew has a name of its own; the others keep theirs', () => {
  const state = EditorState.create({ doc: doc(block('Một hai'), facts('roll')), plugins: [blockIds()] })
  const split = state.apply(state.tr.split(4))
  const ids: (string | null)[] = []
  split.doc.forEach((one) => { ids.push(one.attrs['id'] as string | null) })
  expect(ids[0]).toBe('id-Một hai')
  expect(ids[2]).toBe('id-roll')
  expect(ids[1]).toMatch(/^[0-9a-f-]{36}$/)
  const pasted = split.apply(split.tr.insert(split.doc.content.size, schema.node('block', { kind: 'paragraph', id: null }, [schema.text('dán')])))
  expect(pasted.doc.lastChild?.attrs['id']).toMatch(/^[0-9a-f-]{36}$/)
})
