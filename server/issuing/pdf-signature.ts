import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  beginText, endText, PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFNumber, PDFString, setFillingRgbColor,
  setFontAndSize, setTextMatrix, showText, type PDFPage,
} from '@cantoo/pdf-lib'
import * as fontkit from 'fontkit'
import { tinos } from './fonts.ts'
import { signatureAnchor } from './layout.ts'

/** What of a signature is seen on the page. */
export interface ShownSignature {
  side: 'left' | 'right'
  /** How long the name beneath is, in points: what is shown stands centred above it. */
  nameWidth: number
  /** A line each. */
  lines: readonly string[]
  at: Date
  /** Who signs, for programs that list signatures. */
  signer: string
}

/** Bytes that a CMS may have: a chain of some certificates and a long key. */
export const CMS_ROOM = 12_288

const TEXT_SIZE = 9
const LEADING = 11
/** Above the name, and how high what is shown may be. */
const GAP = 6
const BLUE = [0, 0, 0.55] as const
/** As wide as any offset: it is written over once the offsets are known. */
const PLACE = '**********'

/** The file that waits for its signature: what is signed are the bytes of `range`. */
export interface PreparedPdf { file: Uint8Array, range: readonly [number, number, number, number] }

/**
 * Appends a signature field with an empty place for the CMS (ISO 32000-1, 12.8; ETSI EN 319 142-1) to a PDF of our press,
 * leaving what is there as it is: signatures that it bears still hold.
 */
export async function preparePdf(pdf: Uint8Array, shown: ShownSignature): Promise<PreparedPdf> {
  const document = await PDFDocument.load(pdf, { forIncrementalUpdate: true, updateMetadata: false })
  const { context, catalog } = document
  const place = anchorOf(document, signatureAnchor(shown.side))
  const page = place?.page ?? document.getPage(document.getPageCount() - 1)
  const form = formOf(document)
  const fields = form.lookup(PDFName.of('Fields'), PDFArray)

  const signature = context.register(context.obj({
    Type: 'Sig', Filter: 'Adobe.PPKLite', SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, PDFName.of(PLACE), PDFName.of(PLACE), PDFName.of(PLACE)], Contents: PDFHexString.of('0'.repeat(CMS_ROOM * 2)),
    M: PDFString.of(pdfDate(shown.at)), Name: PDFHexString.fromText(shown.signer),
  }))
  const widget = context.obj({
    Type: 'Annot', Subtype: 'Widget', FT: 'Sig', T: PDFString.of(`Signature${fields.size() + 1}`), F: 132, P: page.ref, V: signature,
    Rect: [0, 0, 0, 0],
  })
  if (place) await show(document, widget, place, shown)
  const reference = context.register(widget)
  fields.push(reference)
  const annotations = page.node.lookupMaybe(PDFName.of('Annots'), PDFArray)
  if (annotations) annotations.push(reference)
  else page.node.set(PDFName.of('Annots'), context.obj([reference]))
  catalog.set(PDFName.of('AcroForm'), context.getObjectRef(form) ?? context.register(form))
  return withRange(await document.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false }), pdf.byteLength)
}

function formOf({ context, catalog }: PDFDocument): PDFDict {
  const known = catalog.lookupMaybe(PDFName.of('AcroForm'), PDFDict)
  return known ?? context.obj({ Fields: [], SigFlags: 3 })
}

interface Place { page: PDFPage, x: number, y: number }

/** Where a named place of the layout came to stand: its left end and upper edge. */
function anchorOf(document: PDFDocument, name: string): Place | null {
  const names = document.catalog.lookupMaybe(PDFName.of('Names'), PDFDict)?.lookupMaybe(PDFName.of('Dests'), PDFDict)?.lookupMaybe(PDFName.of('Names'), PDFArray)
  for (let index = 0; names && index + 1 < names.size(); index += 2) {
    const key = names.lookup(index)
    if (!(key instanceof PDFString || key instanceof PDFHexString) || key.decodeText() !== name) continue
    const target = names.lookup(index + 1, PDFArray)
    const page = document.getPages().find(({ ref }) => ref === target.get(0))
    const [x, y] = [target.lookup(2), target.lookup(3)]
    if (page && x instanceof PDFNumber && y instanceof PDFNumber) return { page, x: x.asNumber(), y: y.asNumber() }
  }
  return null
}

/** Draws the lines centred above the name. */
async function show(document: PDFDocument, widget: PDFDict, { x, y }: Place, { nameWidth, lines }: ShownSignature): Promise<void> {
  const { context } = document
  document.registerFontkit(fontkit)
  const font = await document.embedFont(await readFile(tinos.normal), { subset: true })
  const widths = lines.map((line) => font.widthOfTextAtSize(line, TEXT_SIZE))
  const width = Math.max(...widths) + 4
  const height = lines.length * LEADING + 4
  const left = x + nameWidth / 2 - width / 2
  const operators = lines.flatMap((line, index) => [
    setTextMatrix(1, 0, 0, 1, (width - (widths[index] ?? 0)) / 2, height - 2 - LEADING * index - TEXT_SIZE), showText(font.encodeText(line)),
  ])
  const look = context.formXObject([beginText(), setFillingRgbColor(...BLUE), setFontAndSize('Tinos', TEXT_SIZE), ...operators, endText()], {
    BBox: [0, 0, width, height], Resources: { Font: { Tinos: font.ref } },
  })
  widget.set(PDFName.of('Rect'), context.obj([left, y + GAP, left + width, y + GAP + height]))
  widget.set(PDFName.of('AP'), context.obj({ N: context.register(look) }))
}

/** Writes the offsets over their places; `from`: where what was appended begins. */
function withRange(saved: Uint8Array, from: number): PreparedPdf {
  const file = Buffer.from(saved)
  const contents = file.indexOf(`<${'0'.repeat(CMS_ROOM * 2)}>`, from, 'latin1')
  const places = file.indexOf(`[ 0 /${PLACE}`, from, 'latin1')
  if (contents < 0 || places < 0) throw new Error('the place of a signature is not in the file')
  const end = contents + CMS_ROOM * 2 + 2
  const range = [0, contents, end, file.byteLength - end] as const
  const closing = file.indexOf(']', places, 'latin1')
  const written = `[ ${range.join(' ')}`.padEnd(closing - places, ' ')
  file.write(written, places, 'latin1')
  return { file, range }
}

/** The bytes that are signed. */
export function signedBytes({ file, range: [from, until, then, rest] }: PreparedPdf): Buffer {
  return Buffer.concat([file.subarray(from, until), file.subarray(then, then + rest)])
}

export const digestOf = (prepared: PreparedPdf, hash = 'sha256'): Buffer => createHash(hash).update(signedBytes(prepared)).digest()

/** The range of the last signature of a prepared file that was kept. */
export function rangeOf(file: Uint8Array): PreparedPdf['range'] {
  const text = Buffer.from(file).toString('latin1')
  const found = [...text.matchAll(/\/ByteRange \[ 0 (\d+) (\d+) (\d+) *\]/g)].at(-1)
  if (!found) throw new Error('a prepared file without a range')
  return [0, Number(found[1]), Number(found[2]), Number(found[3])]
}

/** The file with its signature in place. Throws a RangeError for a CMS that is too long. */
export function embedCms({ file, range }: PreparedPdf, cms: Uint8Array): Buffer {
  if (cms.byteLength > CMS_ROOM) throw new RangeError('the CMS is longer than its place')
  const signed = Buffer.from(file)
  signed.write(Buffer.from(cms).toString('hex'), range[1] + 1, 'latin1')
  return signed
}

/** As PDF writes an instant, on the clock of Vietnam. */
function pdfDate(at: Date): string {
  const local = new Date(at.getTime() + 7 * 3600_000).toISOString().replace(/\D/g, '').slice(0, 14)
  return `D:${local}+07'00'`
}
