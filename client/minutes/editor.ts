import { Editor, Extension } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import type { Node as PMNode } from '@tiptap/pm/model'
import { NodeSelection, TextSelection } from '@tiptap/pm/state'
import { yCursorPlugin } from '@tiptap/y-tiptap'
import { MINUTES_FIELD, type MinutesFact } from '../../protocol/minutes-text.ts'
import type { MinutesBlock } from '../../protocol/minutes.ts'
import { newKey } from '../app/http.ts'
import { blockIds } from './block-ids.ts'
import type { FactViews } from './fact-views.ts'
import { placeOf, refsOf } from './place.ts'
import { minutesSchema } from './schema.ts'
import type { HeldMinutes } from './use-minutes-text.ts'

/** What a fact is dragged as. */
export const FACT_DRAGGED = 'application/x-nghi-su-fact'

export interface MinutesEditorOptions {
  element: HTMLElement
  held: HeldMinutes
  views: FactViews
  label: string
  facts(): readonly MinutesFact[]
  /** The text or the caret is another. */
  onChange(editor: Editor): void
}

/** The name of who writes there, beside their caret. */
function caret({ name }: { name: string }) {
  const mark = document.createElement('span')
  mark.className = 'minutes-caret'
  mark.dataset['name'] = name
  return mark
}

/** The editor of a text that several write; facts are dropped into it. */
export function createMinutesEditor({ element, held, views, label, facts, onChange }: MinutesEditorOptions): Editor {
  const Together = Extension.create({
    name: 'together',
    addKeyboardShortcuts: () => Object.fromEntries((['heading', 'subheading', 'paragraph', 'listItem'] as const)
      .map((kind, index) => [`Alt-${index + 1}`, ({ editor: of }: { editor: Editor }) => setKind(of, kind)])),
    addProseMirrorPlugins: () => [...held.provider.awareness ? [yCursorPlugin(held.provider.awareness, { cursorBuilder: caret })] : [], blockIds()],
  })
  const editor: Editor = new Editor({
    element,
    extensions: [...minutesSchema(views), Collaboration.configure({ document: held.doc, field: MINUTES_FIELD }), Together],
    editorProps: {
      attributes: { 'class': 'minutes-text', 'role': 'textbox', 'aria-multiline': 'true', 'aria-label': label, 'lang': 'vi', 'spellcheck': 'false', 'data-testid': 'minutes-text' },
      handleDrop(view, event) {
        const ref = event.dataTransfer?.getData(FACT_DRAGGED)
        if (!ref) return false
        const at = view.posAtCoords({ left: event.clientX, top: event.clientY })
        insertFact(editor, ref, facts(), at?.pos)
        return true
      },
    },
    onTransaction: ({ editor: of }) => onChange(of),
  })
  return editor
}

export function setKind(editor: Editor, kind: MinutesBlock['kind']): boolean {
  return editor.chain().focus().updateAttributes('block', { kind }).run()
}

/** The block that the caret is in. */
export function blockAtCaret(editor: Editor): PMNode | null {
  const { selection } = editor.state
  return selection instanceof NodeSelection && selection.$from.depth === 0 ? selection.node : selection.$from.depth ? selection.$from.node(1) : null
}

export const refsIn = (editor: Editor): Set<string> => new Set(refsOf(editor.state.doc))

/** The block as it is drawn for a fact: paragraphs of the journal, or a paragraph of its own with the fact in it. */
function blockOf({ schema }: Editor, { ref, form, within }: MinutesFact): PMNode | undefined {
  const { nodes } = schema
  if (form === 'blocks') return nodes['facts']?.create({ ref, id: newKey() })
  const words = (text: string) => text ? [schema.text(text)] : []
  const { kind = 'paragraph', before = '', after = '' } = within ?? {}
  const fact = nodes['fact']?.create({ ref })
  return fact && nodes['block']?.create({ kind, id: newKey() }, [...words(before), fact, ...words(after)])
}

/**
 * Puts a fact into the text: where it belongs, or at `at`. Words that a whole draft has in no paragraph of their own go where
 * the caret is.
 */
export function insertFact(editor: Editor, ref: string, facts: readonly MinutesFact[], at?: number): void {
  const fact = facts.find((one) => one.ref === ref)
  if (!fact) return
  const { state, view } = editor
  if (fact.form === 'words' && !fact.within) {
    const node = state.schema.nodes['fact']?.create({ ref })
    const place = at ?? state.selection.from
    if (node && state.doc.resolve(place).parent.type.name === 'block') view.dispatch(state.tr.insert(place, node).scrollIntoView())
    return
  }
  const node = blockOf(editor, fact)
  if (!node) return
  const place = at === undefined ? placeOf(state.doc, ref, facts) : boundary(state.doc, at)
  const tr = state.tr.insert(place, node)
  // Who writes on does so behind it.
  if (node.type.name === 'block') tr.setSelection(TextSelection.create(tr.doc, place + node.nodeSize - 1))
  else tr.setSelection(NodeSelection.create(tr.doc, place))
  view.dispatch(tr.scrollIntoView())
  view.focus()
}

/** The end of the block at a position. */
function boundary(doc: PMNode, at: number): number {
  const place = doc.resolve(at)
  return place.depth ? place.after(1) : at
}

/** Shows a block of this name. */
export function showBlock(editor: Editor, blockId: string): boolean {
  let found = -1
  editor.state.doc.forEach((block, offset) => { if (block.attrs['id'] === blockId) found = offset })
  if (found < 0) return false
  const dom = editor.view.nodeDOM(found)
  if (dom instanceof HTMLElement) {
    dom.scrollIntoView({ block: 'center' })
    dom.classList.add('minutes-block-shown')
    setTimeout(() => dom.classList.remove('minutes-block-shown'), 2500)
  }
  return true
}

/** Puts the caret behind a fact that stands in the text. */
export function showFact(editor: Editor, ref: string): void {
  let found = -1
  editor.state.doc.descendants((node, pos) => { if (found < 0 && node.attrs['ref'] === ref) found = pos })
  if (found >= 0) editor.chain().setNodeSelection(found).scrollIntoView().focus().run()
}
