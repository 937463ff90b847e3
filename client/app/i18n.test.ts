import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { i18n, showLanguage, wantMessages } from './i18n.ts'

beforeAll(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: '' } })
})
afterAll(() => { vi.unstubAllGlobals() })

it('what a page wants while another language is being loaded is there in that language', async () => {
  await Promise.all([showLanguage('en'), wantMessages('papers')])
  expect(i18n.global.locale.value).toBe('en')
  expect(i18n.global.te('voting.kind.named', 'en')).toBe(true)
})
