import type { PaperStyle } from './template.ts'

export interface PaperBlock {
  kind: 'heading' | 'subheading' | 'paragraph' | 'listItem'
  text: string
}

export interface Signature { title: string, name: string | null }

/** An official paper, whatever file it becomes: what is said, not how it looks. */
export interface Paper {
  style: PaperStyle
  superior: string
  issuer: string
  /** As registered; null leaves the place blank. */
  number: number | null
  /** Written after the number: `BB/TU` (party) or `BB-UBND` (state). */
  symbol: string
  place: string
  /** ISO instant of issue; null leaves the date blank. */
  date: string | null
  /** Loại văn bản, as `Biên bản`; set in capitals. */
  type: string
  /** Trích yếu. */
  abstract: string
  body: readonly PaperBlock[]
  /** Left and right. */
  signatures: readonly [Signature, Signature]
  /** Nơi nhận, without dashes and closing marks. */
  recipients: readonly string[]
  /** A line at the foot of every page, or null. */
  foot: string | null
  /** Marks the paper `DỰ THẢO` and shows empty paragraphs as dotted lines still to be filled in. */
  draft: boolean
}

/** A number as registries write it: below 10 with a leading zero. */
export function registeredNumber(number: number): string {
  return String(number).padStart(2, '0')
}

/** Composed (NFC), so that fonts and searches find the letters, and without what XML or a page cannot hold. */
export function printable(text: string): string {
  return text.normalize('NFC').replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
}

/** What the file is called: `Biên bản số 12-BB-TU`, or `Dự thảo biên bản <abstract>`. Without extension. */
export function paperName(paper: Paper): string {
  const name = paper.number === null || paper.draft
    ? `Dự thảo ${paper.type.toLocaleLowerCase('vi')} ${paper.abstract}`
    : `${paper.type} số ${registeredNumber(paper.number)}-${paper.symbol}`
  return Array.from(printable(name).replace(/[\\/:*?"<>|]/g, '-').replace(/\s+/g, ' ')).slice(0, 100).join('').trim()
}
