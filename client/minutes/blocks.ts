import type { MinutesBlock } from '../../protocol/minutes.ts'

/** A block while it is edited: `key` stays with it, so that focus and cursor do too. */
export interface EditedBlock extends MinutesBlock { key: number }

/** Where the cursor goes after an edit. */
export interface Caret { key: number, offset: number }

export interface Edit { blocks: EditedBlock[], caret: Caret }

let lastKey = 0

export function toEdited(blocks: readonly MinutesBlock[]): EditedBlock[] {
  return blocks.map((block) => ({ ...block, key: ++lastKey }))
}

export function toBlocks(blocks: readonly EditedBlock[]): MinutesBlock[] {
  return blocks.map(({ kind, text }) => ({ kind, text }))
}

/** Enter: what follows the cursor becomes a block of its own. A heading is followed by a paragraph. */
export function splitAt(blocks: readonly EditedBlock[], key: number, offset: number): Edit | null {
  const index = blocks.findIndex((block) => block.key === key)
  const block = blocks[index]
  if (!block) return null
  const follows = block.kind === 'listItem' ? 'listItem' : 'paragraph'
  const added: EditedBlock = { kind: follows, text: block.text.slice(offset), key: ++lastKey }
  return {
    blocks: blocks.toSpliced(index, 1, { ...block, text: block.text.slice(0, offset) }, added),
    caret: { key: added.key, offset: 0 },
  }
}

/** Backspace at the start: an empty block goes, another is joined to the one before. Nothing for the first block. */
export function joinBackwards(blocks: readonly EditedBlock[], key: number): Edit | null {
  const index = blocks.findIndex((block) => block.key === key)
  const block = blocks[index]
  const before = blocks[index - 1]
  if (!block || !before) return null
  return {
    blocks: blocks.toSpliced(index - 1, 2, { ...before, text: before.text + block.text }),
    caret: { key: before.key, offset: before.text.length },
  }
}

/** Whether anything that would be saved differs. */
export function sameBlocks(a: readonly MinutesBlock[], b: readonly MinutesBlock[]): boolean {
  return a.length === b.length && a.every((block, index) => block.kind === b[index]?.kind && block.text === b[index].text)
}
