import {
  AlignmentType, BorderStyle, Document, Footer, Header, LineRuleType, Packer, PageNumber, Paragraph, Table, TableCell,
  TableLayoutType, TableRow, TextRun, UnderlineType, VerticalAlignTable, WidthType,
} from 'docx'
import { A4, GUTTER, isGrid, layoutPaper, points, type Grid, type Line, type PaperLayout } from './layout.ts'
import type { Paper } from './paper.ts'

/** Every machine that opens a DOCX has it or a face of the same widths; the rules name it. */
const FONT = 'Times New Roman'

const twips = (pt: number) => Math.round(pt * 20)
const halfPoints = (pt: number) => Math.round(pt * 2)
const align = { left: AlignmentType.LEFT, center: AlignmentType.CENTER, right: AlignmentType.RIGHT, justify: AlignmentType.BOTH }
const noBorder = { style: BorderStyle.NONE, size: 0, color: 'auto' }
const noBorders = {
  top: noBorder, bottom: noBorder, left: noBorder, right: noBorder, insideHorizontal: noBorder, insideVertical: noBorder,
}
const noMargins = { top: 0, bottom: 0, left: 0, right: 0 }

/** The paper as an Office Open XML document that stays editable. */
export function renderDocx(paper: Paper): Promise<Buffer> {
  const layout = layoutPaper(paper)
  const { columns, template } = layout
  const width = columns[0] + columns[1]
  const { top, bottom, left, right } = template.margins
  const foot = new Footer({ children: layout.foot ? paragraphs(layout.foot, width) : [] })
  const pageNumber = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new TextRun({ children: [PageNumber.CURRENT], font: FONT, size: halfPoints(template.pageNumberSize) })],
  })
  const document = new Document({
    title: `${paper.type}: ${paper.abstract}`,
    creator: paper.issuer,
    styles: { default: { document: { run: { font: FONT, size: halfPoints(template.bodySize), language: { value: 'vi-VN' } } } } },
    sections: [{
      properties: {
        // Another, empty header on the first page: it shows no number.
        titlePage: true,
        page: {
          size: { width: twips(A4.width), height: twips(A4.height) },
          margin: {
            top: twips(points(top)), bottom: twips(points(bottom)), left: twips(points(left)), right: twips(points(right)),
            header: twips(points(top / 2)), footer: twips(points(bottom / 2)),
          },
        },
      },
      headers: { first: new Header({ children: [] }), default: new Header({ children: template.shows.pageNumbers ? [pageNumber] : [] }) },
      footers: { first: foot, default: foot },
      children: [
        table(layout.letterhead, columns, GUTTER),
        ...layout.body.flatMap((line): (Paragraph | Table)[] => isGrid(line) ? [gridTable(line)] : paragraphs(line, width)),
        new Paragraph({ keepNext: true, spacing: { before: 0, after: 0, line: twips(12), lineRule: LineRuleType.EXACT } }),
        table([layout.signatures], [width / 2, width / 2]),
        ...layout.recipients.flatMap((line) => paragraphs(line, width)),
      ],
    }],
  })
  return Packer.toBuffer(document)
}

function table(rows: PaperLayout['letterhead'], widths: readonly [number, number], gutter = 0): Table {
  return new Table({
    layout: TableLayoutType.FIXED,
    borders: noBorders,
    margins: noMargins,
    width: { size: twips(widths[0] + widths[1]), type: WidthType.DXA },
    columnWidths: widths.map(twips),
    rows: rows.map((cells) => new TableRow({
      cantSplit: true,
      children: cells.map((lines, column) => new TableCell({
        width: { size: twips(widths[column] ?? 0), type: WidthType.DXA },
        verticalAlign: VerticalAlignTable.TOP,
        margins: column === 0 ? { ...noMargins, right: twips(gutter) } : noMargins,
        children: lines.flatMap((line) => paragraphs(line, (widths[column] ?? 0) - (column === 0 ? gutter : 0))),
      })),
    })),
  })
}

/** Room between a rule and the text of a cell. */
const CELL = { top: twips(2), bottom: twips(2), left: twips(4), right: twips(4) }

function gridTable({ widths, rows }: Grid): Table {
  return new Table({
    layout: TableLayoutType.FIXED,
    width: { size: twips(widths.reduce((sum, width) => sum + width, 0)), type: WidthType.DXA },
    columnWidths: widths.map(twips),
    rows: rows.map((cells, row) => new TableRow({
      cantSplit: true, tableHeader: row === 0,
      children: cells.map((line, column) => new TableCell({
        width: { size: twips(widths[column] ?? 0), type: WidthType.DXA }, margins: CELL, children: paragraphs(line, widths[column] ?? 0),
      })),
    })),
  })
}

/** A line, and the rule beneath it as the upper border of a low empty paragraph, indented to the rule's length. */
function paragraphs(line: Line, width: number): Paragraph[] {
  const { leading, before = 0, firstLineIndent = 0, rule, keepWithNext = false } = line
  const text = new Paragraph({
    alignment: align[line.align],
    keepNext: keepWithNext || rule !== undefined,
    indent: { firstLine: twips(firstLineIndent) },
    spacing: { before: twips(before), after: 0, ...(leading ? { line: twips(leading), lineRule: LineRuleType.AT_LEAST } : {}) },
    children: [new TextRun({
      text: line.text, font: FONT, size: halfPoints(line.size), bold: line.bold ?? false, italics: line.italics ?? false,
      ...(line.underline ? { underline: { type: UnderlineType.SINGLE } } : {}),
    })],
  })
  if (rule === undefined) return [text]
  const side = twips(Math.max(0, (width - rule) / 2))
  return [text, new Paragraph({
    keepNext: keepWithNext,
    indent: { left: side, right: side },
    border: { top: { style: BorderStyle.SINGLE, size: 6, color: '000000', space: 1 } },
    spacing: { before: twips(2), after: 0, line: twips(6), lineRule: LineRuleType.EXACT },
  })]
}
