import { describe, expect, it } from 'vitest'
import { foldText, isFound } from './fold-text.ts'

describe('foldText', () => {
  it('takes either way of writing a tone mark, either form of Unicode, and đ, for the same', () => {
    expect(foldText('Tỉnh uỷ Đồng Tháp')).toBe('tinh uy dong thap')
    expect(foldText('Tỉnh ủy ĐỒNG THÁP'.normalize('NFD'))).toBe('tinh uy dong thap')
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
