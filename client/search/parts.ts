import { marksOf } from '../../protocol/search.ts'

/** A text in its order, what was hit of it and what was not. */
export function partsOf(text: string, search: string): { text: string, hit: boolean }[] {
  const shown = text.normalize('NFC')
  const parts: { text: string, hit: boolean }[] = []
  let from = 0
  for (const [start, end] of marksOf(shown, search)) {
    if (start > from) parts.push({ text: shown.slice(from, start), hit: false })
    parts.push({ text: shown.slice(start, end), hit: true })
    from = end
  }
  if (from < shown.length) parts.push({ text: shown.slice(from), hit: false })
  return parts
}
