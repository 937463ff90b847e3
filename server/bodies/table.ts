import { parse as parseCsv } from 'csv-parse/sync'
import { readSheet } from 'read-excel-file/node'
import { IMPORT_MAX_ROWS } from '../../protocol/organisation-import.ts'
import { AppError } from '../platform/error.ts'

/** A table as it was written: the headings, then rows of trimmed texts in NFC, numbered as a spreadsheet does. */
export interface Table { headings: string[], rows: { number: number, cells: string[] }[] }

/** Why a file is no table that can be read, with what to do about it told by the interface. */
export type UnreadableReason = 'empty' | 'encoding' | 'oldExcel' | 'notATable' | 'tooLarge' | 'tooManyRows' | 'headings'

export function unreadable(reason: UnreadableReason, details: object = {}): AppError {
  return new AppError('importUnreadable', { reason, ...details })
}

/** An XLSX is a packed archive: what it may unpack to, so that a small file cannot fill the memory. */
const MAX_UNPACKED = 100_000_000

const begins = (bytes: Buffer, ...start: number[]) => start.every((byte, index) => bytes[index] === byte)

/**
 * Text of a CSV file: UTF-8 with or without a byte order mark, or UTF-16 as Excel's "Unicode text" has it. Every other encoding
 * (windows-1258, TCVN3, VNI) is refused rather than guessed: a wrong guess would put garbled names into the database.
 */
function decodeText(bytes: Buffer): string {
  try {
    if (begins(bytes, 0xff, 0xfe)) return new TextDecoder('utf-16le', { fatal: true }).decode(bytes)
    if (begins(bytes, 0xfe, 0xff)) return new TextDecoder('utf-16be', { fatal: true }).decode(bytes)
    const start = bytes.subarray(0, 4000)
    const zeros = [0, 1].map((half) => start.filter((byte, index) => byte === 0 && index % 2 === half).length)
    const few = (some = 0, many = 0) => some < many / 4
    // Without a mark, plain letters of UTF-16 show as zeros in every other byte.
    if ((zeros[1] ?? 0) > start.length / 8 && few(zeros[0], zeros[1])) return new TextDecoder('utf-16le', { fatal: true }).decode(bytes)
    if ((zeros[0] ?? 0) > start.length / 8 && few(zeros[1], zeros[0])) return new TextDecoder('utf-16be', { fatal: true }).decode(bytes)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (text.includes('\0')) throw unreadable('notATable')
    return text
  } catch (error) {
    throw error instanceof AppError ? error : unreadable('encoding')
  }
}

/** Vietnamese lower-case letters beyond a to z, and combining marks, which NFC leaves where it knows no letter. */
const VIETNAMESE = /^[a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]$/u

/**
 * Whether a text has the looks of Vietnamese in a foreign encoding: letters that Vietnamese has not (TCVN3 and VNI read as
 * Latin-1, UTF-8 read as windows-1252), signs instead of letters, capitals with marks inside a word ("NguyÔn"), letters lost
 * to a question mark, or a sign for what could not be read.
 */
export function isGarbled(text: string): boolean {
  if (/[\ufffd\u0080-\u009f]/.test(text) || /\p{L}\?\p{L}/u.test(text)) return true
  if (/[¡-¦¨-ª¬-®´-¶¸¹¼-¿×÷]/.test(text) || /\p{L}[°·»][^\s,.;:)!?]/u.test(text)) return true
  if (/\p{Ll}[^\P{Lu}A-Z]\p{Ll}/u.test(text)) return true
  return [...text.normalize('NFC').toLowerCase()].some((sign) => /\p{L}/u.test(sign) && !VIETNAMESE.test(sign))
}

/** The sign between cells that the first line has most of, outside quotes. */
function delimiterOf(text: string): string {
  const line = text.split(/\r?\n/, 1)[0]?.replace(/"[^"]*"/g, '') ?? ''
  const count = (sign: string) => line.split(sign).length
  return [';', '\t'].reduce((best, sign) => count(sign) > count(best) ? sign : best, ',')
}

function readCsv(bytes: Buffer): string[][] {
  const text = decodeText(bytes)
  try {
    return parseCsv(text, { bom: true, delimiter: delimiterOf(text), relax_column_count: true, skip_empty_lines: false })
  } catch (error) {
    const line = error instanceof Error && 'lines' in error && typeof error.lines === 'number' ? { line: error.lines } : {}
    throw unreadable('notATable', line)
  }
}

/** What an archive says that it unpacks to, by its central directory. */
function unpackedBytes(archive: Buffer): number {
  let sum = 0
  for (let at = archive.indexOf('PK\x01\x02'); at >= 0 && at + 28 <= archive.length; at = archive.indexOf('PK\x01\x02', at + 4)) {
    sum += archive.readUInt32LE(at + 24)
  }
  return sum
}

function cellText(value: unknown): string {
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  if (typeof value === 'boolean') return value ? 'x' : ''
  return value === null || value === undefined ? '' : String(value)
}

async function readXlsx(bytes: Buffer): Promise<string[][]> {
  if (unpackedBytes(bytes) > MAX_UNPACKED) throw unreadable('tooLarge')
  try {
    const rows = await readSheet(bytes, { parseNumber: (text) => text })
    return rows.map((row) => row.map(cellText))
  } catch {
    throw unreadable('notATable')
  }
}

/** Reads a CSV or XLSX file. Throws `importUnreadable`. */
export async function readTable(bytes: Buffer): Promise<Table> {
  if (bytes.length === 0) throw unreadable('empty')
  if (begins(bytes, 0xd0, 0xcf, 0x11, 0xe0)) throw unreadable('oldExcel')
  const written = begins(bytes, 0x50, 0x4b, 0x03, 0x04) ? await readXlsx(bytes) : readCsv(bytes)
  const clean = written.map((cells, index) => ({
    number: index + 1, cells: cells.map((cell) => cell.normalize('NFC').replace(/\p{Cc}+/gu, ' ').trim()),
  }))
  const [first, ...rows] = clean.filter(({ cells }) => cells.some(Boolean))
  if (!first || rows.length === 0) throw unreadable('empty')
  if (rows.length > IMPORT_MAX_ROWS) throw unreadable('tooManyRows', { limit: IMPORT_MAX_ROWS })
  if (first.cells.some(isGarbled)) throw unreadable('encoding')
  return { headings: first.cells, rows }
}
