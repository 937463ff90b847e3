import { randomUUID } from 'node:crypto'
import * as Y from 'yjs'
import { BlockId } from '../../protocol/minutes-entries.ts'
import { FactRef, MAX_MINUTES_BLOCKS, MAX_MINUTES_BYTES, MAX_MINUTES_TEXT, MINUTES_FIELD, type MinutesFact } from '../../protocol/minutes-text.ts'
import { MinutesBlock } from '../../protocol/minutes.ts'
import { UnsoundText } from '../texts/yjs.ts'
import type { OutlineBlock, Words } from './outline.ts'

/** A block of the text as it is written: words with facts among them, or blocks that the journal writes. */
type Written = { id: string } & OutlineBlock

/** The text of minutes. Throws `UnsoundText`. */
export function writtenIn(doc: Y.Doc): Written[] {
  if ([...doc.share.keys()].some((name) => name !== MINUTES_FIELD)) throw new UnsoundText('more than one text')
  const children = doc.getXmlFragment(MINUTES_FIELD).toArray()
  if (children.length > MAX_MINUTES_BLOCKS) throw new UnsoundText('too many blocks')
  let left = MAX_MINUTES_TEXT
  return children.map((child): Written => {
    if (!(child instanceof Y.XmlElement)) throw new UnsoundText('not a block')
    const { id, ...attributes } = attributesOf(child)
    const known = BlockId.safeParse(id)
    if (!known.success) throw new UnsoundText('a block without a name')
    if (child.nodeName === 'facts') {
      if (child.length) throw new UnsoundText('words where the journal writes')
      return { id: known.data, facts: refOf(attributes) }
    }
    if (child.nodeName !== 'block') throw new UnsoundText('not a block')
    const { kind, ...others } = attributes
    const found = MinutesBlock.shape.kind.safeParse(kind)
    if (!found.success || Object.keys(others).length) throw new UnsoundText('a kind of block that there is not')
    const runs = child.toArray().flatMap(runsOf)
    left -= runs.reduce((length, run) => length + (typeof run === 'string' ? run.length : run.ref.length), 0)
    if (left < 0) throw new UnsoundText('too long')
    return { id: known.data, kind: found.data, runs }
  })
}

/** Attributes that are set; TipTap writes those of no value too. */
const attributesOf = (element: Y.XmlElement): Record<string, unknown> =>
  Object.fromEntries(Object.entries(element.getAttributes() as Record<string, unknown>).filter(([, value]) => value !== null && value !== undefined))

function refOf({ ref, ...others }: Record<string, unknown>): string {
  const found = FactRef.safeParse(ref)
  if (!found.success || Object.keys(others).length) throw new UnsoundText('not a fact')
  return found.data
}

function runsOf(child: Y.XmlElement | Y.XmlText | Y.XmlHook): Words[] {
  if (child instanceof Y.XmlElement && child.nodeName === 'fact' && !child.length) return [{ ref: refOf(attributesOf(child)) }]
  if (!(child instanceof Y.XmlText)) throw new UnsoundText('not text')
  return (child.toDelta() as { insert: unknown, attributes?: object }[]).map(({ insert, attributes = {} }) => {
    if (typeof insert !== 'string' || Object.keys(attributes).length) throw new UnsoundText('not plain words')
    return insert
  })
}

/** Whether a text may stand: it fits, and is not larger than one may be. May throw `UnsoundText`. */
export const isSoundText = (doc: Y.Doc): boolean => writtenIn(doc).length >= 0 && Y.encodeStateAsUpdate(doc).byteLength <= MAX_MINUTES_BYTES

/** The text with what the facts say now. What the journal does not know (any more) is left empty. */
export function readBlocks(doc: Y.Doc, facts: readonly MinutesFact[]): MinutesBlock[] {
  const byRef = new Map(facts.map((fact) => [fact.ref, fact.blocks]))
  return writtenIn(doc).flatMap((block) => 'facts' in block
    ? (byRef.get(block.facts) ?? []).map((said) => ({ ...said, id: block.id }))
    : pieces(block.runs.map((run) => typeof run === 'string' ? run : byRef.get(run.ref)?.[0]?.text ?? '').join(''))
      .map((text) => ({ kind: block.kind, id: block.id, text })))
}

/** As the contract has texts of blocks; a longer one goes on in another. */
function pieces(text: string): string[] {
  const all: string[] = []
  for (let at = 0; at === 0 || at < text.length; at += 10_000) all.push(MinutesBlock.shape.text.parse(text.slice(at, at + 10_000)))
  return all
}

/** A new text of an outline. */
export function newText(outline: readonly OutlineBlock[]): Uint8Array {
  const doc = new Y.Doc()
  fill(doc, outline)
  const state = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return state
}

/** What makes another text of one: everything goes, and the outline stands in its place. */
export function replacing(doc: Y.Doc, outline: readonly OutlineBlock[]): Uint8Array {
  const before = Y.encodeStateVector(doc)
  fill(doc, outline)
  return Y.encodeStateAsUpdate(doc, before)
}

function fill(doc: Y.Doc, outline: readonly OutlineBlock[]): void {
  doc.transact(() => {
    const text = doc.getXmlFragment(MINUTES_FIELD)
    text.delete(0, text.length)
    for (const block of outline.length ? outline : [{ kind: 'paragraph' as const, runs: [] }]) {
      const element = new Y.XmlElement('facts' in block ? 'facts' : 'block')
      text.push([element])
      element.setAttribute('id', randomUUID())
      if ('facts' in block) element.setAttribute('ref', block.facts)
      else {
        element.setAttribute('kind', block.kind)
        element.push(block.runs.filter((run) => run !== '').map(inline))
      }
    }
  })
}

function inline(run: Words): Y.XmlText | Y.XmlElement {
  if (typeof run === 'string') return new Y.XmlText(run)
  const fact = new Y.XmlElement('fact')
  fact.setAttribute('ref', run.ref)
  return fact
}
