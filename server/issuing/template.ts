/**
 * How the papers of each style look, as data with its basis. Sizes, spaces and indents are in points, margins in
 * millimetres. Where the rules give a range, or sources differ, the choice stands here and nowhere else.
 */
export interface PaperTemplate {
  basis: string
  margins: { top: number, bottom: number, left: number, right: number }
  /** The issuer's share of the letterhead's width; the rest is the national or party title's. */
  issuerShare: number
  /** The title at the top right, line by line. `ruled`: a rule of equal length beneath. */
  heading: readonly { text: string, size: number, ruled: boolean }[]
  superiorSize: number
  issuerSize: number
  /** Part of the issuer's length that the rule beneath has; null where a star stands instead. */
  issuerRule: number | null
  numberSize: number
  /** The number's line, given the number as written (or a blank) and the symbol. */
  numberLine(number: string, symbol: string): string
  dateSize: number
  typeSize: number
  abstractSize: number
  /** Between abstract and text: five hyphens, or a rule of this part of the abstract's length. */
  separator: '-----' | number
  bodySize: number
  /** Least distance from line to line, least distance between paragraphs, and indent of a paragraph's first line. */
  leading: number
  paragraphSpace: number
  firstLineIndent: number
  signatureSize: number
  recipientsTitle: { size: number, bold: boolean, italics: boolean, underline: boolean }
  recipientsSize: number
  pageNumberSize: number
}

const party: PaperTemplate = {
  basis: 'Quy định 399-QĐ/TW (09/01/2026); Hướng dẫn 36-HD/VPTW (03/4/2018), Phụ lục 1 và 3',
  margins: { top: 20, bottom: 20, left: 30, right: 20 },
  issuerShare: 0.45,
  heading: [{ text: 'ĐẢNG CỘNG SẢN VIỆT NAM', size: 15, ruled: true }],
  superiorSize: 14,
  issuerSize: 14,
  issuerRule: null,
  numberSize: 14,
  numberLine: (number, symbol) => `Số ${number}-${symbol}`,
  dateSize: 14,
  typeSize: 16,
  abstractSize: 14,
  separator: '-----',
  bodySize: 14,
  leading: 18,
  paragraphSpace: 6,
  firstLineIndent: 28.35,
  signatureSize: 14,
  recipientsTitle: { size: 14, bold: false, italics: false, underline: true },
  recipientsSize: 12,
  pageNumberSize: 14,
}

const state: PaperTemplate = {
  basis: 'Nghị định 30/2020/NĐ-CP (05/3/2020), Phụ lục I và III',
  margins: { top: 20, bottom: 20, left: 30, right: 15 },
  issuerShare: 0.4,
  heading: [
    { text: 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', size: 13, ruled: false },
    { text: 'Độc lập - Tự do - Hạnh phúc', size: 14, ruled: true },
  ],
  superiorSize: 13,
  issuerSize: 13,
  issuerRule: 0.4,
  numberSize: 13,
  numberLine: (number, symbol) => `Số: ${number}/${symbol}`,
  dateSize: 14,
  typeSize: 14,
  abstractSize: 14,
  separator: 0.4,
  bodySize: 14,
  leading: 18,
  paragraphSpace: 6,
  firstLineIndent: 28.35,
  signatureSize: 14,
  recipientsTitle: { size: 12, bold: true, italics: true, underline: false },
  recipientsSize: 11,
  pageNumberSize: 14,
}

export const paperTemplates = { party, state }
export type PaperStyle = keyof typeof paperTemplates
