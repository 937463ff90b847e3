import { open, stat } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { MediaType } from '../../protocol/media-type.ts'
import { requirePdf } from '../documents/pdf.ts'
import { archiveType, RefusedFile } from './archive.ts'

/** Where readers look for the beginning of a PDF, and for the end of a ZIP with the longest comment. */
const HEAD_BYTES = 1024
const TAIL_BYTES = 22 + 65_535
const ZIP_HEAD = Buffer.from('PK\x03\x04', 'latin1')
const ZIP_END = Buffer.from('PK\x05\x06', 'latin1')
/** The container of old office formats, and of new ones with a password. */
const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const ENCRYPTED_PACKAGE = Buffer.from('EncryptedPackage', 'utf16le')

/**
 * What a file is, by its content alone. Pages, passwords and scripts of a PDF are seen to when it is made readable
 * (server/conversion): such a file is drawn anew before anybody reads it. Throws `RefusedFile`.
 */
export async function typeOfContent(file: string): Promise<MediaType> {
  const { size } = await stat(file)
  const { head, tail } = await edges(file, size)
  if (head.subarray(0, 4).equals(ZIP_HEAD)) {
    if (head.includes('%PDF-')) throw new RefusedFile('polyglot')
    return await archiveType(file, size)
  }
  if (endsAsArchive(tail)) throw new RefusedFile('polyglot')
  if (head.subarray(0, 8).equals(COMPOUND)) throw new RefusedFile(await includes(file, ENCRYPTED_PACKAGE) ? 'encrypted' : 'type')
  const type = MediaType.safeParse((await fileTypeFromFile(file))?.mime).data
  if (!type) throw new RefusedFile('type')
  if (type === 'application/pdf') {
    await requirePdf(file).catch((error: unknown) => { throw new RefusedFile('broken', error) })
  } else if (head.includes('%PDF-')) throw new RefusedFile('polyglot')
  return type
}

async function edges(file: string, size: number): Promise<{ head: Buffer, tail: Buffer }> {
  const handle = await open(file, 'r')
  const read = async (length: number, position: number) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }
  try {
    const tail = Math.min(size, TAIL_BYTES)
    return { head: await read(Math.min(size, HEAD_BYTES), 0), tail: await read(tail, size - tail) }
  } finally {
    await handle.close()
  }
}

/** Whether the last bytes are the end of a ZIP, as its readers find it: its comment reaches to the end of the file. */
function endsAsArchive(tail: Buffer): boolean {
  for (let at = tail.lastIndexOf(ZIP_END); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(ZIP_END, at - 1)) {
    if (at + 22 <= tail.length && at + 22 + tail.readUInt16LE(at + 20) <= tail.length) return true
  }
  return false
}

async function includes(file: string, wanted: Buffer): Promise<boolean> {
  const handle = await open(file, 'r')
  let rest = Buffer.alloc(0)
  for await (const chunk of handle.createReadStream()) {
    const piece = Buffer.concat([rest, chunk as Buffer])
    if (piece.includes(wanted)) return true
    rest = piece.subarray(-wanted.length)
  }
  return false
}
