import { afterEach, expect, it, vi } from 'vitest'
import { missingReadingTools, offerReadingTools } from './reading-tools.mjs'

afterEach(() => { vi.unstubAllEnvs() })

it('names the packages whose programs are not there', () => {
  expect(missingReadingTools(() => true)).toEqual([])
  expect(missingReadingTools((place: string) => !place.includes('qpdf') && !place.includes('libsc'))).toEqual(['qpdf', 'libreoffice-calc-nogui'])
})

it('stops no start where they cannot be installed, and says what to do', async () => {
  vi.stubEnv('PATH', '/nowhere')
  let said = ''
  await offerReadingTools({ write: (text: string) => { said += text } }, () => false)
  expect(said).toContain('apt-get is missing on this system')
  expect(said).toContain('apt-get install --no-install-recommends poppler-utils qpdf libreoffice-writer-nogui')
})
