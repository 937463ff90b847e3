/** Text without diacritics and case, so that "Thuỷ", "Thủy" and "thuy" are found alike. Đ does not decompose by itself. */
export function foldText(text: string): string {
  return text.replace(/đ/gi, 'd').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Whether every word searched for stands in one of the texts; an empty search finds everything. */
export function isFound(search: string, texts: readonly string[]): boolean {
  const folded = texts.map(foldText)
  return foldText(search).split(/\s+/).every((word) => folded.some((text) => text.includes(word)))
}

const collator = new Intl.Collator('vi')
const givenName = (fullName: string) => fullName.trim().split(/\s+/).at(-1) ?? ''

/** Orders full names as official lists do: by the given name, which is the last word, then by the whole. */
export function byGivenName(a: string, b: string): number {
  return collator.compare(givenName(a), givenName(b)) || collator.compare(a, b)
}
