import { strToU8, zipSync } from 'fflate'
import QRCode from 'qrcode'
import writeXlsxFile from 'write-excel-file/node'
import { AlignmentType, Document, Packer, Paragraph } from 'docx'

/** Files of every kind that the tests make readable, and hostile ones. */

export async function docxOf(paragraphs: readonly string[]): Promise<Buffer> {
  return await Packer.toBuffer(new Document({
    sections: [{ children: paragraphs.map((text) => new Paragraph({ text, alignment: AlignmentType.JUSTIFIED })) }],
  }))
}

export async function xlsxOf(text: string): Promise<Buffer> {
  return await writeXlsxFile([[{ value: text }, { value: 42 }]]).toBuffer()
}

export const pngOf = (text: string): Promise<Buffer> => QRCode.toBuffer(text, { width: 600 })

const NAMESPACES = [
  'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"', 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"',
  'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"', 'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"',
  'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"', 'xmlns:xlink="http://www.w3.org/1999/xlink"',
  'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"', 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"',
].join(' ')

const XML = '<?xml version="1.0" encoding="UTF-8"?>'

/** An OpenDocument file with that body; `more`: further files in it, by name. */
function openDocument(type: string, body: string, { events = '', more = {} }: { events?: string, more?: Record<string, string> } = {}): Buffer {
  const entries = ['content.xml', ...Object.keys(more)]
  const manifest = [['/', type], ...entries.map((name) => [name, 'text/xml'])]
    .map(([name, of]) => `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="${of}"/>`).join('')
  return Buffer.from(zipSync({
    mimetype: [strToU8(type), { level: 0 }],
    'content.xml': strToU8(`${XML}<office:document-content ${NAMESPACES} office:version="1.2">${events}<office:body>${body}</office:body></office:document-content>`),
    'META-INF/manifest.xml': strToU8(`${XML}<manifest:manifest ${NAMESPACES} manifest:version="1.2">${manifest}</manifest:manifest>`),
    ...Object.fromEntries(Object.entries(more).map(([name, text]) => [name, strToU8(text)])),
  }))
}

const ODT = 'application/vnd.oasis.opendocument.text'

export const odtOf = (paragraphs: readonly string[]): Buffer =>
  openDocument(ODT, `<office:text>${paragraphs.map((text) => `<text:p>${text}</text:p>`).join('')}</office:text>`)

/** A text that asks for another file of the server to be shown in it. */
export const odtShowing = (url: string): Buffer => openDocument(ODT, `<office:text><text:p>Công văn thường</text:p>
  <text:section text:name="other"><text:section-source xlink:href="${url}"/><text:p>phần khác</text:p></text:section>
  <text:p><draw:frame draw:name="o" svg:width="10cm" svg:height="5cm" text:anchor-type="paragraph">
    <draw:object-ole xlink:href="${url}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p></office:text>`)

/** A text that asks for a picture of the server to be drawn in it. */
export const odtPicturing = (url: string): Buffer => openDocument(ODT, `<office:text><text:p>Công văn có hình</text:p>
  <text:p><draw:frame draw:name="i" svg:width="10cm" svg:height="10cm" text:anchor-type="as-char">
    <draw:image xlink:href="${url}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p></office:text>`)

/** A text whose macro, run when it is opened, writes `path`. */
export const odtWithMacro = (path: string): Buffer => openDocument(ODT, '<office:text><text:p>Văn bản có macro</text:p></office:text>', {
  events: `<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load"
    xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document" xlink:type="simple"/></office:event-listeners></office:scripts>`,
  more: {
    'Basic/script-lc.xml': `${XML}<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" library:link="false"/></library:libraries>`,
    'Basic/Standard/script-lb.xml': `${XML}<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"><library:element library:name="Module1"/></library:library>`,
    'Basic/Standard/Module1.xml': `${XML}<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">Sub Main
      Open &quot;${path}&quot; For Output As #1
      Print #1, &quot;ran&quot;
      Close #1
    End Sub</script:module>`,
  },
})

export const odpOf = (text: string): Buffer => openDocument('application/vnd.oasis.opendocument.presentation',
  `<office:presentation><draw:page draw:name="1"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>${text}</text:p></draw:text-box></draw:frame></draw:page></office:presentation>`)

/** A PDF of these objects, numbered from 1; the first is its catalogue. */
export function rawPdf(objects: readonly string[]): Buffer {
  let text = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n'
  const offsets = objects.map((object, index) => {
    const offset = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

const stream = (content: string) => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
const FONT = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'

/** One page, a script that runs when it is opened, and a file inside. The script's name is written so that only a parser reads it. */
export const pdfWithScript = (): Buffer => rawPdf([
  '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Java#53cript /JS (app.alert\\(1\\)) >> >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>',
  stream('BT /F 20 Tf 20 100 Td (Harmless words) Tj ET'),
  FONT,
])

/** Two pages without any text, the second lying on its side and turned upright. */
export const scan = (): Buffer => rawPdf([
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate 90 /Contents 5 0 R >>',
  stream('0.1 0.2 0.4 rg 50 50 400 700 re f'),
])

export const manyPages = (count: number): Buffer => rawPdf([
  '<< /Type /Catalog /Pages 2 0 R >>',
  `<< /Type /Pages /Kids [${Array.from({ length: count }, (_, index) => `${index + 3} 0 R`).join(' ')}] /Count ${count} >>`,
  ...Array.from({ length: count }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>'),
])
