import type { PaperFrame } from '../../protocol/paper-templates.ts'
import type { PaperStyle } from './template.ts'

export interface TextBlock {
  /** `basis`: what the paper is based upon (căn cứ ban hành). */
  kind: 'heading' | 'subheading' | 'paragraph' | 'listItem' | 'basis'
  text: string
}

/** What people write themselves: without what a paper is based upon, which its template has. */
export interface OwnBlock {
  kind: Exclude<TextBlock['kind'], 'basis'>
  text: string
}

/** Rows beneath a head that stands on every page. */
export interface TableBlock {
  kind: 'table'
  /** `share` of the width, in parts of their sum. */
  columns: readonly { title: string, share: number, align: 'left' | 'center' | 'right' }[]
  rows: readonly (readonly string[])[]
}

export type PaperBlock = TextBlock | TableBlock

/** The title may have several lines: in whose name, and the signer's office beneath. */
export interface Signature {
  title: string
  name: string | null
  /** As whom it is signed; left out: the clerk at the left, the chair at the right. */
  who?: 'chair' | 'clerk'
}

/** An official paper, whatever file it becomes: what is said, not how it looks. */
export interface Paper {
  style: PaperStyle
  /** How it looks; left out: the common frame of its style. */
  frame?: PaperFrame
  superior: string
  issuer: string
  /** As registered; null leaves the place blank. */
  number: number | null
  /** No register has it: a list, an annex. Then no number stands on it. */
  unnumbered?: true
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
  /** Left and right. Null at the left: one signs, and nơi nhận stand beside the signature instead of beneath. */
  signatures: readonly [Signature | null, Signature]
  /** Nơi nhận, without dashes and closing marks. */
  recipients: readonly string[]
  /** A line at the foot of every page, or null. */
  foot: string | null
  /** Marks the paper `DỰ THẢO` and shows empty paragraphs as dotted lines still to be filled in. */
  draft: boolean
  /** Of a paper that a template set: its text without the formulas around it, and what else it was filled in with. Not printed. */
  own?: OwnBlock[]
  facts?: { chairOffice: string, meeting: { title: string, startsAt: string } | null, foot: string | null }
}

/** A number as registries write it: below 10 with a leading zero. */
export function registeredNumber(number: number): string {
  return String(number).padStart(2, '0')
}

/** Composed (NFC), so that fonts and searches find the letters, and without what XML or a page cannot hold. */
export function printable(text: string): string {
  return text.normalize('NFC').replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
}

/** What the file is called: `Biên bản số 12-BB-TU`, `Dự thảo biên bản <abstract>`, `Danh sách <abstract>`. Without extension. */
export function paperName(paper: Paper): string {
  const name = paper.unnumbered ? `${paper.type} ${paper.abstract}` : paper.number === null || paper.draft
    ? `Dự thảo ${paper.type.toLocaleLowerCase('vi')} ${paper.abstract}`
    : `${paper.type} số ${registeredNumber(paper.number)}-${paper.symbol}`
  return Array.from(printable(name).replace(/[\\/:*?"<>|]/g, '-').replace(/\s+/g, ' ')).slice(0, 100).join('').trim()
}
