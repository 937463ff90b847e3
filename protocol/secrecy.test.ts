import { describe, expect, it } from 'vitest'
import { SecretMatter, stampIn } from './secrecy.ts'

describe('a stamp of secrecy', () => {
  it.each([
    ['MẬT', 'MẬT'], ['  TỐI MẬT  ', 'TỐI MẬT'], ['TUYỆT MẬT', 'TUYỆT MẬT'], ['Độ mật: MẬT', 'MẬT'], ['ĐỘ MẬT: TỐI  MẬT', 'TỐI MẬT'],
    ['[ MẬT ]', 'MẬT'], ['★ TUYỆT MẬT ★', 'TUYỆT MẬT'], ['Tờ trình\nMẬT\nVề việc', 'MẬT'], ['MẬT'.normalize('NFD'), 'MẬT'],
  ])('is seen in %j', (text, stamp) => { expect(stampIn(text)).toBe(stamp) })

  it.each([
    'Nội dung mật được xử lý riêng', 'Phát triển nghề nuôi ong lấy mật', 'BẢO MẬT', 'MẬT ĐỘ DÂN SỐ', 'Kỷ luật theo Luật Bảo vệ BÍ MẬT nhà nước', '',
    'Sở Mật mã', 'Mật',
  ])('is not seen in %j', (text) => { expect(stampIn(text)).toBeNull() })
})

describe('what is said of a secret matter', () => {
  it('is its degree and nothing else', () => {
    expect(SecretMatter.safeParse({ secrecy: 'secret' }).success).toBe(true)
    expect(SecretMatter.safeParse({ secrecy: 'none' }).success).toBe(false)
    expect(SecretMatter.safeParse({ secrecy: 'secret', title: 'A' }).success).toBe(false)
  })
})
