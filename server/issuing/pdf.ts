import pdfmake from 'pdfmake'
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import { tinos } from './fonts.ts'
import { GUTTER, isGrid, layoutPaper, points, type Grid, type Line, type PaperLayout } from './layout.ts'
import type { Paper } from './paper.ts'

/** What Tinos itself takes from line to line, in parts of its size. */
const NATURAL_LEADING = 1.149

/** What goes with the line after it, and what stands at the edges of every page: the typesetter counts that among the lines. */
const KEPT = 1
const FURNITURE = 2

// A paper holds nothing but text: the typesetter may open its four faces and no other file, and no address at all.
const faces = new Set(Object.values(tinos))
pdfmake.setFonts({ Tinos: tinos })
pdfmake.setLocalAccessPolicy((file) => faces.has(file))
pdfmake.setUrlAccessPolicy(() => false)

/** The paper as PDF, with its fonts embedded and its text selectable. */
export function renderPdf(paper: Paper): Promise<Buffer> {
  const layout = layoutPaper(paper)
  const { columns, template, foot } = layout
  const { top, bottom, left, right } = template.margins
  const half = (columns[0] + columns[1]) / 2
  const kept = layout.body.findLastIndex((line) => isGrid(line) || !line.keepWithNext) + 1
  const definition: TDocumentDefinitions = {
    pageSize: 'A4',
    pageMargins: [points(left), points(top), points(right), points(bottom)],
    language: 'vi-VN',
    displayTitle: true,
    info: {
      title: `${paper.type}: ${paper.abstract}`, author: paper.issuer,
      // The same paper gives the same bytes, whenever it is fetched.
      ...(paper.date === null ? {} : { creationDate: new Date(paper.date) }),
    },
    defaultStyle: { font: 'Tinos', fontSize: template.bodySize },
    header: (page) => page === 1 || !template.shows.pageNumbers ? null : {
      headlineLevel: FURNITURE, text: String(page), alignment: 'center', fontSize: template.pageNumberSize,
      margin: [points(left), points(top / 2), points(right), 0],
    },
    ...(foot ? { footer: () => ({ ...textNode(foot), headlineLevel: FURNITURE, margin: [points(left), points(bottom / 2), points(right), 0] }) } : {}),
    content: [
      table(layout.letterhead, columns, GUTTER),
      ...layout.body.slice(0, kept).map(bodyNode),
      {
        unbreakable: true,
        stack: [
          ...layout.body.slice(kept).map(loose).map(bodyNode),
          { ...table([[layout.signatures[0].map(loose), layout.signatures[1].map(loose)]], [half, half]), margin: [0, 12, 0, 0] },
          ...layout.recipients.map(loose).map(node),
        ],
      },
    ],
    pageBreakBefore: (current, nodes) =>
      current.headlineLevel === KEPT && nodes.getFollowingNodesOnPage().every(({ headlineLevel }) => headlineLevel === KEPT || headlineLevel === FURNITURE),
  }
  return pdfmake.createPdf(definition).getBuffer()
}

function table(rows: PaperLayout['letterhead'], widths: readonly [number, number], gutter = 0) {
  const none = () => 0
  return {
    layout: {
      hLineWidth: none, vLineWidth: none, paddingTop: none, paddingBottom: none, paddingLeft: none,
      paddingRight: (column: number) => column === 0 ? gutter : 0,
    },
    table: {
      widths: [widths[0] - gutter, widths[1]], dontBreakRows: true,
      body: rows.map((cells) => cells.map((lines) => ({ stack: lines.map(node) }))),
    },
  }
}

/** A line of a block that stays whole anyway: one that is moved to another page for what follows it would be lost to the block. */
const loose = <L extends Line | Grid>(line: L): L => isGrid(line) ? line : { ...line, keepWithNext: false }

const bodyNode = (line: Line | Grid): Content => isGrid(line) ? gridNode(line) : node(line)

/** Room between a rule and the text of a cell. */
const CELL = 4

function gridNode({ widths, rows }: Grid): Content {
  const ruled = () => 0.5
  return {
    margin: [0, 10, 0, 4],
    layout: {
      hLineWidth: ruled, vLineWidth: ruled, paddingTop: () => CELL / 2, paddingBottom: () => CELL / 2,
      paddingLeft: () => CELL, paddingRight: () => CELL,
    },
    table: {
      headerRows: 1, dontBreakRows: true,
      // Widths are those of the text: a cell's padding and rule stand beside it.
      widths: widths.map((width) => width - 2 * CELL - 0.5),
      body: rows.map((cells) => cells.map(textNode)),
    },
  }
}

function node(line: Line): Content {
  const { rule } = line
  const text = { ...textNode(line), ...(line.keepWithNext ? { headlineLevel: KEPT } : {}) }
  if (rule === undefined) return text
  const canvas = [{ type: 'line' as const, x1: 0, y1: 2, x2: rule, y2: 2, lineWidth: 0.75 }]
  return { stack: [text, { canvas, alignment: 'center' as const, margin: [0, 0, 0, 4] }] }
}

function textNode(line: Line) {
  const { text, size, bold = false, italics = false, align, before = 0, firstLineIndent = 0, leading = 0 } = line
  return {
    text, bold, italics, alignment: align, fontSize: size,
    margin: [0, before, 0, 0] as [number, number, number, number],
    leadingIndent: firstLineIndent,
    lineHeight: Math.max(1, leading / (size * NATURAL_LEADING)),
    ...(line.underline ? { decoration: 'underline' as const } : {}),
    ...(line.anchor ? { id: line.anchor } : {}),
  }
}
