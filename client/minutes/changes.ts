import { diffArrays } from 'diff'
import type { MinutesBlock } from '../../protocol/minutes.ts'

/** A paragraph that is another than when the review was opened. */
export type ChangedBlock = { key: number } & ({ kind: 'added', after: string } | { kind: 'removed', before: string } | { kind: 'changed', before: string, after: string })

/** What of a text is another than before, paragraph by paragraph; one that was rewritten is shown against the old one. */
export function changesOf(before: readonly MinutesBlock[], after: readonly MinutesBlock[]): ChangedBlock[] {
  const texts = (blocks: readonly MinutesBlock[]) => blocks.map(({ text }) => text).filter(Boolean)
  const changes: ChangedBlock[] = []
  let removed: string[] = []
  const flush = () => {
    for (const text of removed) changes.push({ key: changes.length, kind: 'removed', before: text })
    removed = []
  }
  for (const part of diffArrays(texts(before), texts(after))) {
    if (part.removed) removed.push(...part.value)
    else if (part.added) {
      for (const text of part.value) {
        const old = removed.shift()
        changes.push(old === undefined ? { key: changes.length, kind: 'added', after: text } : { key: changes.length, kind: 'changed', before: old, after: text })
      }
    } else flush()
  }
  flush()
  return changes
}
