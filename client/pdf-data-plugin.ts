import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const folders = ['standard_fonts', 'cmaps', 'wasm']

/** Puts the data files of pdf.js beside the application, under the names that pdf.js asks for (see `documents/pdf.ts`). */
export function pdfData(): Plugin {
  const home = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'))
  return {
    name: 'pdf-data',
    apply: 'build',
    generateBundle() {
      for (const folder of folders) {
        for (const name of readdirSync(join(home, folder))) {
          // Without WebAssembly its binaries are never asked for.
          if (name.endsWith('.wasm') || name.startsWith('quickjs')) continue
          this.emitFile({ type: 'asset', fileName: `pdf/${folder}/${name}`, source: readFileSync(join(home, folder, name)) })
        }
      }
    },
  }
}
