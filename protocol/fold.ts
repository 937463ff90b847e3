/**
 * How Vietnamese text is compared. The database folds alike (`fold_text` and `tone_text` of the migration
 * `organisation`), and a test holds the two against each other: change both or none.
 */

/**
 * Text without diacritics and case: "Uỷ", "Ủy" and "uy" are found alike. Đ does not decompose by itself. Only the marks
 * U+0300 to U+036F go, which hold every mark of Vietnamese: PostgreSQL knows no wider class of marks.
 */
export function foldText(text: string): string {
  return text.replace(/[đĐ]/g, 'd').normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
}

/**
 * Text without case that keeps its diacritics, each tone moved to the end of its syllable: the two ways of placing a tone
 * ("uỷ" and "ủy", "hoà" and "hòa") are one, another tone or vowel is another text. Decomposed: to compare, not to show.
 */
export function toneText(text: string): string {
  return text.normalize('NFD').toLowerCase().replace(/([\u0300\u0301\u0303\u0309\u0323])([\u0302\u0306\u031ba-zđ]+)/g, '$2$1')
}

/** The words of a search, folded, none twice. */
export function foldedWords(search: string): string[] {
  return [...new Set(foldText(search).split(/\s+/).filter(Boolean))]
}

/** Whether every word searched for stands in one of the texts; an empty search finds everything. */
export function isFound(search: string, texts: readonly string[]): boolean {
  const folded = texts.map(foldText)
  return foldedWords(search).every((word) => folded.some((text) => text.includes(word)))
}
