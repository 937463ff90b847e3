import { foldText, toneText } from '../../protocol/fold.ts'

/** A stretch of a text, in UTF-16 code units. */
export interface Stretch { index: number, length: number }

/** A text in the form that is compared, with where each of its signs stands in the text as it is. */
interface Compared { signs: string, places: number[] }

const MARK = /[\u0300-\u036f]/

/** Folded, with runs of white space as one space. */
function folded(text: string): Compared {
  const places: number[] = []
  let signs = ''
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? ''
    if (/\s/.test(sign)) {
      if (signs.endsWith(' ')) continue
      signs += ' '
      places.push(index)
      continue
    }
    for (const one of foldText(sign)) {
      signs += one
      places.push(index)
    }
  }
  return { signs, places }
}

/**
 * Where the words stand in a text, whatever their diacritics and case. Words that were written with diacritics are found
 * with these alone, wherever their tones are placed.
 */
export function findFolded(text: string, query: string): Stretch[] {
  const wanted = folded(query.trim()).signs
  if (!wanted) return []
  const hasMarks = foldText(query) !== query.normalize('NFD').toLowerCase()
  const tones = toneText(query.trim().replace(/\s+/g, ' '))
  const { signs, places } = folded(text)
  const found: Stretch[] = []
  for (let at = signs.indexOf(wanted); at >= 0; at = signs.indexOf(wanted, at + wanted.length)) {
    const index = places[at] ?? 0
    let end = (places[at + wanted.length - 1] ?? 0) + 1
    while (MARK.test(text[end] ?? '')) end += 1
    const stretch = text.slice(index, end).replace(/\s+/g, ' ')
    if (!hasMarks || toneText(stretch) === tones) found.push({ index, length: end - index })
  }
  return found
}

/** Decomposed and without white space, which files set as they like. */
function bare(text: string): Compared {
  const places: number[] = []
  let signs = ''
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? ''
    if (/\s/.test(sign)) continue
    for (const one of sign.normalize('NFD')) {
      signs += one
      places.push(index)
    }
  }
  return { signs, places }
}

/** How many signs of two texts are alike from one side. */
function alike(a: string, b: string, fromEnd: boolean): number {
  const most = Math.min(a.length, b.length)
  let count = 0
  while (count < most && (fromEnd ? a.at(-1 - count) === b.at(-1 - count) : a[count] === b[count])) count += 1
  return count
}

/**
 * Where quoted words stand in a text: of several places the one with the most alike around it. Null: they are not there.
 */
export function findQuote(text: string, quote: { exact: string, before: string, after: string }): (Stretch & { likeness: number }) | null {
  const wanted = bare(quote.exact).signs
  if (!wanted) return null
  const { signs, places } = bare(text)
  const [before, after] = [bare(quote.before).signs, bare(quote.after).signs]
  let best: (Stretch & { likeness: number }) | null = null
  for (let at = signs.indexOf(wanted); at >= 0; at = signs.indexOf(wanted, at + 1)) {
    const end = at + wanted.length
    const likeness = alike(signs.slice(0, at), before, true) + alike(signs.slice(end), after, false)
    if (best && best.likeness >= likeness) continue
    const index = places[at] ?? 0
    best = { index, length: (places[end - 1] ?? 0) + 1 - index, likeness }
  }
  return best
}
