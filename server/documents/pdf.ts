import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'
import { AppError } from '../platform/error.ts'

/** Readers look for the end of a PDF in its last part; scanners and mail programs append a little. */
const TAIL_BYTES = 8192

/**
 * Holds a file to be a whole PDF by its content: the signature at its beginning, and at its end the pointer to the
 * cross-references, which a text with another name or a file cut in two does not have. Throws `documentNotPdf`.
 */
export async function requirePdf(path: string): Promise<void> {
  const type = await fileTypeFromFile(path)
  if (type?.mime !== 'application/pdf') throw new AppError('documentNotPdf')
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    const pointer = buffer.lastIndexOf('startxref')
    if (pointer < 0 || buffer.indexOf('%%EOF', pointer) < 0) throw new AppError('documentNotPdf')
  } finally {
    await file.close()
  }
}
