import type { PaperFrame, PaperStyle } from '../../protocol/paper-templates.ts'

export type { PaperStyle }

/**
 * How papers look that come by no template of their own (lists, drafts of documents): the common frame of each layout, as
 * data with its basis. Where the rules give a range, or sources differ, the choice stands here and in the first versions of
 * the templates alone.
 */

/** Quy định 399-QĐ/TW (09/01/2026); Hướng dẫn 36-HD/VPTW (03/4/2018), Phụ lục 1 và 3. */
const party: PaperFrame = {
  margins: { top: 20, bottom: 20, left: 30, right: 20 },
  issuerShare: 0.45,
  heading: [{ text: 'ĐẢNG CỘNG SẢN VIỆT NAM', size: 15, ruled: true }],
  superiorSize: 14,
  issuerSize: 14,
  issuerRule: null,
  numberSize: 14,
  numberLabel: 'Số',
  numberSeparator: '-',
  dateSize: 14,
  typeSize: 16,
  abstractSize: 14,
  separator: '-----',
  bodySize: 14,
  leading: 18,
  paragraphSpace: 6,
  firstLineIndent: 28.35,
  basisItalics: false,
  basisDash: true,
  endMark: '.',
  signatureSize: 14,
  recipientsTitle: { size: 14, bold: false, italics: false, underline: true },
  recipientsSize: 12,
  pageNumberSize: 14,
  shows: { superior: true, recipients: true, pageNumbers: true, foot: true },
}

/** Nghị định 30/2020/NĐ-CP (05/3/2020), Phụ lục I và III. */
const state: PaperFrame = {
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
  numberLabel: 'Số:',
  numberSeparator: '/',
  dateSize: 14,
  typeSize: 14,
  abstractSize: 14,
  separator: 0.4,
  bodySize: 14,
  leading: 18,
  paragraphSpace: 6,
  firstLineIndent: 28.35,
  basisItalics: true,
  basisDash: false,
  endMark: './.',
  signatureSize: 14,
  recipientsTitle: { size: 12, bold: true, italics: true, underline: false },
  recipientsSize: 11,
  pageNumberSize: 14,
  shows: { superior: true, recipients: true, pageNumbers: true, foot: true },
}

export const paperFrames: Record<PaperStyle, PaperFrame> = { party, state }
