import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const home = dirname(createRequire(import.meta.url).resolve('@shiguredo/virtual-background'))
const { version } = JSON.parse(readFileSync(join(home, '..', 'package.json'), 'utf8')) as { version: string }
const folder = `assets/blur-${version}`

/**
 * Puts model and program of the blurred background beside the application, under the names that the library asks for. They
 * are megabytes, so they lie where browsers keep things for good; another version lies in another folder.
 */
export function blurData(): Plugin {
  return {
    name: 'blur-data',
    config: () => ({ define: { __BLUR_DATA__: JSON.stringify(`/${folder}`) } }),
    generateBundle() {
      for (const name of readdirSync(home)) {
        if (!name.startsWith('selfie_segmentation')) continue
        this.emitFile({ type: 'asset', fileName: `${folder}/${name}`, source: readFileSync(join(home, name)) })
      }
    },
  }
}
