import type { PaperFrame } from '../../protocol/paper-templates.ts'
import { officialDate } from './dates.ts'
import { textWidth, type Face } from './fonts.ts'
import { printable, registeredNumber, type Paper, type Signature, type TableBlock, type TextBlock } from './paper.ts'
import { paperFrames } from './template.ts'

/** One paragraph with its looks; sizes and lengths in points. */
export interface Line extends Face {
  text: string
  align: 'left' | 'center' | 'right' | 'justify'
  underline?: boolean
  /** Space above. */
  before?: number
  firstLineIndent?: number
  /** Least distance from line to line; the font's own when absent. */
  leading?: number
  /** Length of a rule beneath, centred. */
  rule?: number
  keepWithNext?: boolean
  /** A place in the PDF that is found again by this name: where a signature is shown. */
  anchor?: string
}

/** Rows of cells between rules, each cell one line; the first row is the head. */
export interface Grid { widths: readonly number[], rows: readonly (readonly Line[])[] }

/** A paper set in lines: what the DOCX and the PDF both draw, so that they cannot differ. */
export interface PaperLayout {
  template: PaperFrame
  /** Widths of the letterhead's columns; the first ends with the gutter. */
  columns: readonly [number, number]
  /** Rows of the letterhead: issuer's side, title's side. */
  letterhead: readonly (readonly [readonly Line[], readonly Line[]])[]
  body: readonly (Line | Grid)[]
  signatures: readonly [readonly Line[], readonly Line[]]
  recipients: readonly Line[]
  foot: Line | null
}

export const A4 = { width: 595.28, height: 841.89 }
export const points = (millimetres: number) => (millimetres * 72) / 25.4

const BLANK = '…'
/** Between the two sides of a letterhead. */
export const GUTTER = 8
/** Between title and text. */
const TITLE_SPACE = 14
/** Room for a signature, written by hand or shown of a digital one. */
export const SIGNATURE_SPACE = 64

export const signatureAnchor = (side: 'left' | 'right') => `signature-${side}`

/** Sets a paper by the template of its style. */
export function layoutPaper(paper: Paper): PaperLayout {
  const template = paper.frame ?? paperFrames[paper.style]
  const width = A4.width - points(template.margins.left) - points(template.margins.right)
  const [left, right] = paper.signatures
  const issuerWidth = width * template.issuerShare
  const body = paper.body.flatMap((block): (Line | Grid)[] => block.kind === 'table' ? [grid(block, template, width)] : blockLines(block, paper.draft, template, width))
  const [firstLine] = body
  if (firstLine && !isGrid(firstLine)) firstLine.before = TITLE_SPACE
  // The signatures never stand alone on a page: the last lines of the text go with them.
  const lastLine = body.at(-1)
  if (lastLine && !isGrid(lastLine)) lastLine.keepWithNext = true
  return {
    template,
    columns: [issuerWidth, width - issuerWidth],
    letterhead: letterhead(paper, template, issuerWidth - GUTTER),
    body: [...title(paper, template, width), ...body],
    signatures: [left ? signature(left, template, true, 'left') : recipients(paper, template, 0), signature(right, template, left !== null, 'right')],
    recipients: left ? recipients(paper, template, 14) : [],
    foot: paper.foot === null || !template.shows.foot ? null : { text: printable(paper.foot), size: 8, align: 'center' },
  }
}

export const isGrid = (line: Line | Grid): line is Grid => 'rows' in line

const capitals = (text: string) => printable(text).toLocaleUpperCase('vi')

function letterhead(paper: Paper, template: PaperFrame, issuerWidth: number): PaperLayout['letterhead'] {
  const issuer: Line = { text: capitals(paper.issuer), size: template.issuerSize, bold: true, align: 'center' }
  if (template.issuerRule !== null) issuer.rule = Math.min(textWidth(issuer.text, issuer), issuerWidth) * template.issuerRule
  const issuerSide: Line[] = [issuer]
  if (paper.superior && template.shows.superior) issuerSide.unshift({ text: capitals(paper.superior), size: template.superiorSize, align: 'center' })
  if (template.issuerRule === null) issuerSide.push({ text: '*', size: template.issuerSize, align: 'center' })

  const titleSide = template.heading.map(({ text, size, ruled }): Line => {
    const line: Line = { text, size, bold: true, align: 'center' }
    return ruled ? { ...line, rule: textWidth(text, line) } : line
  })

  const registered = paper.number === null ? BLANK : registeredNumber(paper.number)
  const number = `${template.numberLabel} ${registered}${template.numberSeparator}${printable(paper.symbol)}`
  const numberSide: Line[] = paper.unnumbered ? [] : [{ text: number, size: template.numberSize, align: 'center', before: 2 }]
  if (paper.draft) numberSide.push({ text: 'DỰ THẢO', size: template.numberSize, bold: true, align: 'center', before: 4 })
  const date = paper.date === null ? `ngày ${BLANK} tháng ${BLANK} năm ${BLANK}` : officialDate(paper.date)
  const dateSide: Line[] = [
    { text: `${printable(paper.place)}, ${date}`, size: template.dateSize, italics: true, align: 'center', before: 2 },
  ]
  return [[issuerSide, titleSide], [numberSide, dateSide]]
}

function title(paper: Paper, template: PaperFrame, width: number): Line[] {
  const type: Line = {
    text: capitals(paper.type), size: template.typeSize, bold: true, align: 'center', before: 20, keepWithNext: true,
  }
  const abstract: Line = {
    text: printable(paper.abstract), size: template.abstractSize, bold: true, align: 'center', before: 2, keepWithNext: true,
  }
  if (template.separator === null) return [type, abstract]
  if (template.separator === '-----') {
    return [type, abstract, { text: template.separator, size: template.abstractSize, align: 'center', keepWithNext: true }]
  }
  return [type, { ...abstract, rule: Math.min(textWidth(abstract.text, abstract), width) * template.separator }]
}

/** A block's paragraphs; a line break in its text begins another one. */
function blockLines(block: TextBlock, draft: boolean, template: PaperFrame, width: number): Line[] {
  const { bodySize: size, firstLineIndent, leading, paragraphSpace: before } = template
  const basis = block.kind === 'basis'
  const strong = block.kind === 'heading' || block.kind === 'subheading'
  return block.text.split('\n').flatMap((text, index): Line[] => {
    const shown = printable(text).trim() || (draft ? dots(width - firstLineIndent, size) : '')
    if (!shown) return []
    const dashed = (block.kind === 'listItem' || (basis && template.basisDash)) && index === 0 ? `- ${shown}` : shown
    return [{
      text: dashed, size, align: 'justify', before, firstLineIndent, leading, bold: strong, italics: basis && template.basisItalics, keepWithNext: strong,
    }]
  })
}

/** A table's text is two points smaller, so that names and offices keep to their lines. */
function grid({ columns, rows }: TableBlock, { bodySize }: PaperFrame, width: number): Grid {
  const parts = columns.reduce((sum, { share }) => sum + share, 0)
  const size = bodySize - 2
  return {
    widths: columns.map(({ share }) => (width * share) / parts),
    rows: [
      columns.map(({ title }): Line => ({ text: printable(title), size, bold: true, align: 'center' })),
      ...rows.map((row) => row.map((text, column): Line => ({ text: printable(text), size, align: columns[column]?.align ?? 'left' }))),
    ],
  }
}

function dots(width: number, size: number): string {
  return BLANK.repeat(Math.floor(width / textWidth(BLANK, { size })))
}

/** `followed`: the recipients stand beneath, on the same page. What keeps with nothing would be moved to a page of its own. */
function signature({ title, name }: Signature, template: PaperFrame, followed: boolean, side: 'left' | 'right'): Line[] {
  const line: Line = { text: '', size: template.signatureSize, bold: true, align: 'center', keepWithNext: true }
  const titles = title.split('\n').map((text): Line => ({ ...line, text: capitals(text) }))
  return [...titles, { ...line, text: name === null ? '' : printable(name), before: SIGNATURE_SPACE, keepWithNext: followed, anchor: signatureAnchor(side) }]
}

function recipients(paper: Paper, template: PaperFrame, before: number): Line[] {
  // A cell is never without a line.
  if (!paper.recipients.length || !template.shows.recipients) return before ? [] : [{ text: '', size: template.recipientsSize, align: 'left' }]
  const last = paper.recipients.length - 1
  return [
    { text: 'Nơi nhận:', ...template.recipientsTitle, align: 'left', before, keepWithNext: true },
    ...paper.recipients.map((text, index): Line => ({
      text: `- ${printable(text)}${index === last ? '.' : ';'}`, size: template.recipientsSize, align: 'left',
      keepWithNext: index !== last,
    })),
  ]
}
