import { gzipSync } from 'node:zlib'
import type { Page, Response } from 'playwright-core'

export interface ScriptWeight {
  files: number
  /** Compressed by gzip, bytes. */
  gzip: number
  /** As sent by the server, bytes. */
  sent: number
  heaviest: { file: string, gzip: number }[]
}

/** Weighs every script that a page loads from now on, until `stop`. */
export function weighScripts(page: Page): { stop(): Promise<ScriptWeight> } {
  const weighed: Promise<{ file: string, gzip: number, sent: number }>[] = []
  const weigh = async (response: Response) => ({
    file: new URL(response.url()).pathname, gzip: gzipSync(await response.body()).length,
    sent: (await response.request().sizes()).responseBodySize,
  })
  const onResponse = (response: Response) => {
    if (response.request().resourceType() === 'script' && response.ok()) weighed.push(weigh(response))
  }
  page.on('response', onResponse)
  return {
    async stop() {
      page.off('response', onResponse)
      const scripts = await Promise.all(weighed)
      const sum = (field: 'gzip' | 'sent') => scripts.reduce((total, script) => total + script[field], 0)
      const heaviest = scripts.toSorted((a, b) => b.gzip - a.gzip).slice(0, 10).map(({ file, gzip }) => ({ file, gzip }))
      return { files: scripts.length, gzip: sum('gzip'), sent: sum('sent'), heaviest }
    },
  }
}
