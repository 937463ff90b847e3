import { describe, expect, it } from 'vitest'
import { foldText, isFound, toneText } from './fold.ts'

describe('foldText', () => {
  it('takes either way of writing a tone mark, either form of Unicode, and đ, for the same', () => {
    expect(foldText('Tỉnh uỷ Đồng Tháp')).toBe('tinh uy dong thap')
    expect(foldText('Tỉnh ủy ĐỒNG THÁP'.normalize('NFD'))).toBe('tinh uy dong thap')
  })
})

describe('toneText', () => {
  it.each([['uỷ', 'ủy'], ['hoà', 'hòa'], ['Thuỳ', 'thùy'], ['khoẻ', 'khỏe'], ['THUÝ', 'thúy'], ['xoè', 'xòe']])(
    'takes "%s" and "%s" for one', (one, other) => {
      expect(toneText(one)).toBe(toneText(other))
      expect(toneText(one.normalize('NFD'))).toBe(toneText(other.normalize('NFC')))
    })

  it.each([['uỷ', 'uy'], ['uỷ', 'uý'], ['Thuỷ', 'Thuỵ'], ['đa', 'da'], ['ân', 'an'], ['mơ', 'mo'], ['quý', 'quỳ']])(
    'keeps "%s" and "%s" apart', (one, other) => {
      expect(toneText(one)).not.toBe(toneText(other))
    })
})

describe('isFound', () => {
  it.each([
    ['thuy', true], ['Thủy', true], ['duong thuy', true], ['', true], ['  ', true], ['văn phòng', true],
    ['thuyd', false], ['thuy xx', false],
  ])(
    'finds "%s": %s', (search, found) => {
      expect(isFound(search, ['Nguyễn Thị Thuỳ Dương', 'Phó Chánh Văn phòng'])).toBe(found)
    })
})
