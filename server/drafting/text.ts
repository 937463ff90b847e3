import { isDeepStrictEqual } from 'node:util'
import * as Y from 'yjs'
import { DRAFT_FIELD, DraftBlockKind, MAX_DRAFT_BLOCKS, MAX_DRAFT_TEXT, SuggestionMark } from '../../protocol/drafting.ts'
import type { TextBlock } from '../issuing/paper.ts'
import { UnsoundText } from '../texts/yjs.ts'

/** Words of one kind: as they stand, suggested to be inserted, to be deleted, or both. */
interface Run { text: string, insertion?: SuggestionMark, deletion?: SuggestionMark }
/** `suggestion`: the whole block is suggested. */
interface Block { kind: DraftBlockKind, suggestion?: SuggestionMark, runs: Run[] }

/** The text of a draft. Throws `UnsoundText`. */
export function blocksOf(doc: Y.Doc): Block[] {
  const children = doc.getXmlFragment(DRAFT_FIELD).toArray()
  if (children.length > MAX_DRAFT_BLOCKS) throw new UnsoundText('too many blocks')
  let left = MAX_DRAFT_TEXT
  return children.map((child) => {
    if (!(child instanceof Y.XmlElement) || child.nodeName !== 'block') throw new UnsoundText('not a block')
    const { kind, suggestion, ...others } = child.getAttributes() as Record<string, unknown>
    if (Object.values(others).some((value) => value !== null && value !== undefined)) throw new UnsoundText('an attribute that blocks do not have')
    const runs = child.toArray().flatMap((text) => {
      if (!(text instanceof Y.XmlText)) throw new UnsoundText('not text')
      return (text.toDelta() as { insert: unknown, attributes?: Record<string, unknown> }[]).map(runOf)
    })
    left -= runs.reduce((length, { text }) => length + text.length, 0)
    if (left < 0) throw new UnsoundText('too long')
    const found = DraftBlockKind.safeParse(kind)
    if (!found.success) throw new UnsoundText('a kind of block that there is not')
    return { kind: found.data, runs: merged(runs), ...suggestion ? { suggestion: markOf(suggestion) } : {} }
  })
}

function runOf({ insert, attributes = {} }: { insert: unknown, attributes?: Record<string, unknown> }): Run {
  const { insertion, deletion, ...others } = attributes
  if (typeof insert !== 'string' || Object.keys(others).length) throw new UnsoundText('not plain words')
  return { text: insert, ...insertion ? { insertion: markOf(insertion) } : {}, ...deletion ? { deletion: markOf(deletion) } : {} }
}

function markOf(value: unknown): SuggestionMark {
  const found = SuggestionMark.safeParse(value)
  if (!found.success) throw new UnsoundText('not a suggestion')
  return found.data
}

/** Neighbours that are alike are one, however they came about. */
function merged(runs: readonly Run[]): Run[] {
  const result: Run[] = []
  for (const run of runs) {
    const last = result.at(-1)
    const { text, ...marks } = run
    const { text: before = '', ...alike } = last ?? { text: '' }
    if (last && isDeepStrictEqual(marks, alike)) last.text = before + text
    else if (text) result.push({ ...run })
  }
  return result
}

/** The text without what this person suggests: whoever may only suggest leaves it as it is. */
function without(blocks: readonly Block[], personId: string): Block[] {
  return blocks.filter(({ suggestion }) => suggestion?.author !== personId).map((block) => ({
    ...block,
    runs: merged(block.runs.filter(({ insertion }) => insertion?.author !== personId)
      .map(({ deletion, ...run }) => deletion && deletion.author !== personId ? { ...run, deletion } : run)),
  }))
}

/** Whether between the two this person changed nothing but suggestions of their own. Throws `UnsoundText`. */
export const onlySuggests = (before: Y.Doc, after: Y.Doc, personId: string): boolean =>
  isDeepStrictEqual(without(blocksOf(before), personId), without(blocksOf(after), personId))

/** How many suggestions are neither accepted nor declined. */
export function openSuggestions(doc: Y.Doc): number {
  const marks = blocksOf(doc).flatMap(({ suggestion, runs }) => [suggestion, ...runs.flatMap(({ insertion, deletion }) => [insertion, deletion])])
  return new Set(marks.flatMap((mark) => mark ? [mark.id] : [])).size
}

/** The text as it stands on paper, once nothing in it is open. Empty blocks are left out. */
export function paperBlocks(doc: Y.Doc): TextBlock[] {
  return blocksOf(doc).map(({ kind, runs }) => ({ kind, text: runs.map(({ text }) => text).join('').trim() })).filter(({ text }) => text)
}

/** Lines that begin anew in an official text: an article, a number, a dash, or words in capitals. */
const BEGINS = /^(Điều\s+\d|Chương\s|Mục\s|[IVX]+[.)]\s|\d+([.]\d+)*[.)]\s|[a-zđ]\)\s|[-–+•*]\s|\p{Lu}[\p{Lu}\s,]{5,}$)/u

/**
 * The text of a file’s pages as blocks: lines that were broken by the page’s width are one paragraph again. What a page is set
 * in is not known any more, so whoever writes on sees to headings.
 */
export function blocksFromPages(pages: readonly string[]): string[] {
  const blocks: string[] = []
  let open = false
  for (const line of pages.join('\n').split('\n').map((one) => one.replace(/\s+/g, ' ').trim())) {
    if (!line) { open = false; continue }
    const last = blocks.at(-1)
    if (open && last !== undefined && !BEGINS.test(line)) blocks[blocks.length - 1] = `${last} ${line}`
    else blocks.push(line)
    // A sentence that ended may still go on in its paragraph, but not after its last, short line.
    open = line.length > 40
  }
  return blocks.slice(0, MAX_DRAFT_BLOCKS)
}

/** A new text of these paragraphs; of one empty block where there are none. */
export function newText(paragraphs: readonly string[]): Uint8Array {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const text of paragraphs.length ? paragraphs : ['']) {
      const block = new Y.XmlElement('block')
      doc.getXmlFragment(DRAFT_FIELD).push([block])
      block.setAttribute('kind', 'paragraph')
      if (text) block.push([new Y.XmlText(text)])
    }
  })
  const state = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return state
}
