import writeXlsx, { type SheetData } from 'write-excel-file/node'
import { describe, expect, it } from 'vitest'
import { isGarbled, readTable } from './table.ts'

const TEXT = 'Tên đăng nhập,Họ và tên\r\nan,"Nguyễn Văn Ẩn, Đức"\r\n'
const ROWS = { headings: ['Tên đăng nhập', 'Họ và tên'], rows: [{ number: 2, cells: ['an', 'Nguyễn Văn Ẩn, Đức'] }] }
const swap = (bytes: Buffer) => Buffer.from(bytes).swap16()
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const reason = async (bytes: Buffer) => readTable(bytes).then(() => 'read', (error: { details: { reason: string } }) => error.details.reason)

/** "Nguyễn Văn Ẩn" as other encodings write it. */
const bytesOf = {
  windows1258: Buffer.concat([Buffer.from('Ten,Ho\r\nan,Nguy'), Buffer.from([0xea, 0xde]), Buffer.from('n V'), Buffer.from([0xe3]), Buffer.from('n')]),
  tcvn3: Buffer.concat([Buffer.from('Ten,Ho\r\nan,Nguy'), Buffer.from([0xd4]), Buffer.from('n V'), Buffer.from([0xa8]), Buffer.from('n')]),
}

describe('a table', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT)], ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
    ['decomposed UTF-8', Buffer.from(TEXT.normalize('NFD'))],
    ['UTF-16 with a mark', utf16(`\ufeff${TEXT}`)], ['UTF-16 without', utf16(TEXT)], ['big-endian UTF-16', swap(utf16(`\ufeff${TEXT}`))],
    ['big-endian UTF-16 without a mark', swap(utf16(TEXT))],
    ['semicolons', Buffer.from(TEXT.replace('nhập,', 'nhập;').replace('an,', 'an;'))],
    ['tabs, as Excel writes "Unicode text"', utf16(`\ufeff${TEXT.replace('nhập,', 'nhập\t').replace('an,', 'an\t')}`)],
  ])('is read from CSV in %s', async (_, bytes) => {
    expect(await readTable(bytes)).toEqual(ROWS)
  })

  it('is read from XLSX, dates as days and numbers as written', async () => {
    const sheet: SheetData = [
      ['Tên', 'Từ ngày', 'Thứ tự'].map((value) => ({ value, type: String })), [],
      [{ value: 'Ẩn', type: String }, { value: new Date('2026-07-01T00:00:00Z'), type: Date, format: 'dd/mm/yyyy' }, { value: 12, type: Number }],
    ]
    const file = await writeXlsx(sheet).toBuffer()
    expect(await readTable(file)).toEqual({ headings: ['Tên', 'Từ ngày', 'Thứ tự'], rows: [{ number: 3, cells: ['Ẩn', '2026-07-01', '12'] }] })
  })

  it.each([
    ['windows-1258', bytesOf.windows1258, 'encoding'], ['TCVN3', bytesOf.tcvn3, 'encoding'],
    ['headings in TCVN3 that were saved as UTF-8', Buffer.from('Tªn ®¨ng nhËp,Hä vµ tªn\r\nan,x\r\n'), 'encoding'],
    ['nothing', Buffer.alloc(0), 'empty'], ['headings alone', Buffer.from('Tên,Họ\r\n\r\n'), 'empty'],
    ['an old Excel file', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), 'oldExcel'],
    ['an archive that is no XLSX', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200)]), 'notATable'],
    ['an open quote', Buffer.from('a,b\r\n"x,y\r\n'), 'notATable'], ['bytes of anything', Buffer.from('a,b\r\n\0\0,c'), 'notATable'],
    ['too many rows', Buffer.from(`a\n${'x\n'.repeat(10_001)}`), 'tooManyRows'],
  ])('is refused with its reason: %s', async (_, bytes, expected) => {
    expect(await reason(bytes)).toBe(expected)
  })

  it('whose archive would unpack to too much is not unpacked', async () => {
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02')
    entry.writeUInt32LE(2_000_000_000, 24)
    expect(await reason(Buffer.concat([Buffer.from('PK\x03\x04'), entry]))).toBe('tooLarge')
  })
})

describe('garbled text', () => {
  it.each([
    'NguyÔn V¨n An', 'Ph¹m ThÞ §µo', 'Nguyá»…n VÄƒn An', 'NguyeÃn Vaên An', 'Nguy?n V?n An', 'Nguy\ufffdn', 'Traàn Vaên Ñöùc', 'Uû ban',
  ])('is told: %s', (text) => {
    expect(isGarbled(text)).toBe(true)
  })

  it.each([
    'Nguyễn Văn Ân', 'Uỷ ban Kiểm tra Tỉnh uỷ', 'Ủy ban nhân dân', 'Quy định 24-QĐ/TW', 'BB-HĐNT', 'Phòng Cơ yếu – Công nghệ thông tin', 'Đỗ Ỷ Lan',
    'VNeID, iCabinet', 'Có phải không?', 'Điều 5 § 2', 'Hà Nội “mới”', 'Kỳ họp thứ 3 (mở rộng)', 'Ÿ'.normalize('NFD').replace('\u0308', ''),
    'Nguyễn Văn Ân'.normalize('NFD').normalize('NFC'),
  ])('is not: %s', (text) => {
    expect(isGarbled(text)).toBe(false)
  })
})
