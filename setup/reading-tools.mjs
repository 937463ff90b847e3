import { existsSync } from 'node:fs'
import { ensureSystemPackages } from './system-packages.mjs'

/** What makes documents readable, and where it is once it is installed. LibreOffice without any window. */
const PARTS = [
  ['poppler-utils', '/usr/bin/pdftotext'],
  ['qpdf', '/usr/bin/qpdf'],
  ['libreoffice-writer-nogui', '/usr/lib/libreoffice/program/libswlo.so'],
  ['libreoffice-calc-nogui', '/usr/lib/libreoffice/program/libsclo.so'],
  ['libreoffice-impress-nogui', '/usr/lib/libreoffice/program/libsdlo.so'],
  // The older package of the same faces lacks letters of Vietnamese.
  ['fonts-liberation2', '/usr/share/fonts/truetype/liberation2'],
]

/**
 * Packages of Debian that documents are made readable with and that are not there.
 *
 * @param {(place: string) => boolean} exists
 */
export function missingReadingTools(exists = existsSync) {
  return PARTS.filter(([, place]) => !exists(place)).map(([name]) => name)
}

/**
 * Installs them where that can be done. The server runs without, and says of each document what it lacks: no reason to stop a start.
 *
 * @param {{ write(text: string): unknown }} out
 * @param {(place: string) => boolean} exists
 */
export async function offerReadingTools(out = process.stdout, exists = existsSync) {
  const missing = missingReadingTools(exists)
  if (missing.length === 0) return
  try {
    await ensureSystemPackages(missing, 'documents that are read in the page')
  } catch (error) {
    out.write(`  ${error.message}\n  Documents of some kinds cannot be read in the page until then; everything else runs. To mend it at any time:\n`)
    out.write(`  apt-get install --no-install-recommends ${missing.join(' ')}\n`)
  }
}
