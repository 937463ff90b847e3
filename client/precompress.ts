import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const COMPRESSIBLE = /\.(?:js|mjs|css|svg|ttf|wasm)$/
/** Below this, in bytes, a packet is saved by nobody. */
const SMALLEST = 1_000

const packs = [
  { ending: 'gz', pack: (content: Buffer) => promisify(gzip)(content, { level: 9 }) },
  {
    ending: 'br',
    pack: (content: Buffer) => promisify(brotliCompress)(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
  },
]

/** Lays a compressed twin beside each built file, so that the server sends it as it is. */
export function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir }) {
      if (!dir) return
      const entries = await readdir(dir, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name))
      await Promise.all(files.map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name)
        const content = await readFile(file)
        if (content.length < SMALLEST) return
        await Promise.all(packs.map(async ({ ending, pack }) => writeFile(`${file}.${ending}`, await pack(content))))
      }))
    },
  }
}
