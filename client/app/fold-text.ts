/** Text without diacritics and case, so that "Thuỷ", "Thủy" and "thuy" are found alike. Đ does not decompose by itself. */
export function foldText(text: string): string {
  return text.replace(/đ/gi, 'd').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Whether every word searched for stands in one of the texts; an empty search finds everything. */
export function isFound(search: string, texts: readonly string[]): boolean {
  const folded = texts.map(foldText)
  return foldText(search).split(/\s+/).every((word) => folded.some((text) => text.includes(word)))
}
