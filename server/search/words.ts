import { foldText, toneText } from '../../protocol/fold.ts'
import { MAX_SEARCH_WORDS, SEARCHED_WORD } from '../../protocol/search.ts'

/** What is asked of the words of a text (`search_words` of the migration `search`), as `tsquery`. */
export interface WordQuery {
  /** For texts: every word. */
  whole: string
  /** For titles: the last word may be the beginning of one, as while somebody types. */
  beginning: string
  /** Some word. */
  any: string
}

export interface Wanted {
  /** Every word, whatever its diacritics. */
  folded: WordQuery
  /** Those that were typed with diacritics with these very ones, the others whatever theirs; undefined where none was. */
  exact: WordQuery | undefined
}

/** Words hold letters, marks and digits alone, which the quotes of a `tsquery` need not escape. */
function queryOf(words: readonly string[]): WordQuery {
  const whole = words.map((word) => `'${word}'`).join(' & ')
  return { whole, beginning: `${whole}:*`, any: whole.replaceAll(' & ', ' | ') }
}

/** What a search asks for; undefined where there is no word in it. */
export function wantedOf(search: string): Wanted | undefined {
  const toned = [...new Set(toneText(search).match(SEARCHED_WORD))].slice(0, MAX_SEARCH_WORDS)
  if (toned.length === 0) return undefined
  const folded = toned.map(foldText)
  return { folded: queryOf(folded), exact: folded.some((word, index) => word !== toned[index]) ? queryOf(toned) : undefined }
}

/** About so many characters are shown of a text. */
const EXCERPT = 240
/** So many of them before the first word that was hit. */
const LEAD = 60

/** The part of a text where the first of the words stands, cut between words. */
export function excerptOf(text: string, marks: readonly (readonly [number, number])[]): string {
  const plain = text.normalize('NFC')
  const [first = 0] = marks[0] ?? []
  const from = first <= LEAD ? 0 : plain.indexOf(' ', first - LEAD) + 1
  const rest = plain.slice(from <= first ? from : first)
  const cut = rest.length <= EXCERPT ? rest.length : rest.lastIndexOf(' ', EXCERPT)
  const shown = rest.slice(0, cut > 0 ? cut : EXCERPT).replace(/\s+/g, ' ').trim()
  return `${from > 0 ? '… ' : ''}${shown}${cut < rest.length ? ' …' : ''}`
}
