import type { MediaType } from '../../protocol/media-type.ts'
import type { FileProblem } from '../../protocol/uploads.ts'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

/** What an archive of an office document may come to, unpacked; a large workbook is a tenth of that. */
const MAX_ENTRIES = 10_000
const MAX_UNPACKED_BYTES = 1024 ** 3
/** Text of a workbook shrinks to a fiftieth; this counts once it is more than a few megabytes. */
const MAX_RATIO = 200
const RATIO_FROM_BYTES = 32 * 1024 ** 2
/** Of the parts that say what the archive is. */
const MAX_PART_BYTES = 4 * 1024 ** 2

const OOXML: readonly [part: string, type: MediaType][] = [
  ['wordprocessingml.document.main+xml', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['spreadsheetml.sheet.main+xml', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['presentationml.presentation.main+xml', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
]
const ODF: readonly MediaType[] = [
  'application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.spreadsheet', 'application/vnd.oasis.opendocument.presentation',
]

const PROGRAM = /(?:^|\/)(?:vbaProject\.bin|vbaData\.xml)$|(?:^|\/)activeX\/|^(?:Basic|Scripts)\/.+/i
const NESTED = /\.(?:zip|7z|rar|gz|tgz|bz2|xz|jar|iso|exe|dll|msi|com|scr|bat|cmd|ps1|vbs|js|jse|wsf|hta|lnk)$/i

/** Why an archive is refused. */
export class RefusedFile extends Error {
  readonly problem: FileProblem

  constructor(problem: FileProblem, cause?: unknown) {
    super(`the file is refused: ${problem}`, { cause })
    this.problem = problem
  }
}

/**
 * The type of a ZIP as its own parts say it. Every entry is unpacked, into nothing, so that no directory lies about lengths.
 * Throws `RefusedFile`, `broken` for names that lead out of the archive too.
 */
export async function archiveType(file: string, fileBytes: number): Promise<MediaType> {
  const zip = await openPromise(file, { autoClose: false, lazyEntries: true, strictFileNames: true }).catch((error: unknown) => { throw new RefusedFile('broken', error) })
  try {
    return await readArchive(zip, fileBytes)
  } catch (error) {
    throw error instanceof RefusedFile ? error : new RefusedFile('broken', error)
  } finally {
    zip.close()
  }
}

async function readArchive(zip: ZipFile, fileBytes: number): Promise<MediaType> {
  const names = new Set<string>()
  const parts = new Map<string, string>()
  let packed = 0
  let unpacked = 0
  if (zip.entryCount > MAX_ENTRIES) throw new RefusedFile('bomb')
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName
    if (entry.isEncrypted()) throw new RefusedFile('encrypted')
    if (names.has(name)) throw new RefusedFile('broken')
    names.add(name)
    if (PROGRAM.test(name)) throw new RefusedFile('macros')
    if (NESTED.test(name)) throw new RefusedFile('nested')
    packed += entry.compressedSize
    unpacked += entry.uncompressedSize
    // Entries that lie over each other come to more than the file has.
    if (packed > fileBytes || unpacked > MAX_UNPACKED_BYTES || (unpacked > RATIO_FROM_BYTES && unpacked > MAX_RATIO * fileBytes)) {
      throw new RefusedFile('bomb')
    }
    const told = ['mimetype', '[Content_Types].xml', 'META-INF/manifest.xml'].includes(name)
    if (told && entry.uncompressedSize > MAX_PART_BYTES) throw new RefusedFile('bomb')
    const text = await unpack(zip, entry, told)
    if (told) parts.set(name, text)
  }
  return typeOf(parts)
}

/** Reads an entry to its end, which holds its length to what was announced; gives its text where that is asked for. */
async function unpack(zip: ZipFile, entry: Entry, keep: boolean): Promise<string> {
  const kept: Buffer[] = []
  for await (const chunk of await zip.openReadStreamPromise(entry)) if (keep) kept.push(chunk as Buffer)
  return Buffer.concat(kept).toString('utf8')
}

function typeOf(parts: ReadonlyMap<string, string>): MediaType {
  const manifest = parts.get('META-INF/manifest.xml') ?? ''
  if (/encryption-data/.test(manifest)) throw new RefusedFile('encrypted')
  const said = parts.get('mimetype')?.trim()
  const odf = ODF.find((type) => type === said)
  const content = parts.get('[Content_Types].xml') ?? ''
  if (/macroEnabled|ms-office\.vbaProject/i.test(content)) throw new RefusedFile('macros')
  const ooxml = OOXML.filter(([part]) => content.includes(part))
  if (odf && ooxml.length) throw new RefusedFile('polyglot')
  const type = odf ?? ooxml[0]?.[1]
  if (!type) throw new RefusedFile('type')
  return type
}
