import { createHash } from 'node:crypto'
import type { Response } from 'express'
import { LRUCache } from 'lru-cache'
import { Piscina } from 'piscina'
import type { CodeSheet } from './code-sheet.ts'
import { paperName, type Paper } from './paper.ts'
import type { PreparedPdf, ShownSignature } from './pdf-signature.ts'
import type { PrintJob, SignatureJob } from './press-worker.ts'
import type { Sheet } from './workbook.ts'

const types: Record<PrintJob['format'], string> = {
  codes: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

type PaperFormat = Exclude<PrintJob['format'], 'xlsx' | 'codes'>

const KEPT_BYTES = 64 * 1024 * 1024

/**
 * Prints papers in a thread of its own: setting a hundred pages takes seconds, in which meetings must go on. The files
 * printed last are kept in memory, since what was just published is fetched by everybody at once. One a process.
 */
export function createPress() {
  const threads = new Piscina<PrintJob | SignatureJob, Uint8Array | PreparedPdf>({
    filename: new URL('./press-worker.ts', import.meta.url).href, minThreads: 0, maxThreads: 1, idleTimeout: 60_000,
  })
  const files = new LRUCache<string, Uint8Array, PrintJob>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (file) => file.byteLength,
    fetchMethod: (_key, _stale, { context }) => printed(context),
  })

  const printed = async (job: PrintJob) => await threads.run(job) as Uint8Array

  /** The paper as a file of this format. */
  async function print(paper: Paper, format: PaperFormat): Promise<Uint8Array> {
    const key = createHash('sha256').update(JSON.stringify([format, paper])).digest('hex')
    return await files.forceFetch(key, { context: { paper, format } })
  }

  return {
    print,

    /** Answers with the paper as a file to save, under its Vietnamese name (`filename*`, RFC 6266), not to be kept or sniffed. */
    async deliver(res: Response, paper: Paper, format: PaperFormat): Promise<void> {
      send(res, await print(paper, format), paperName(paper), format)
    },

    /** Answers with a file of a paper that was made before, alike. */
    deliverFile(res: Response, file: Uint8Array, paper: Paper, format: PaperFormat): void {
      send(res, file, paperName(paper), format)
    },

    /** Answers with tables as a workbook, alike; `name` without extension. It is made anew each time. */
    async deliverWorkbook(res: Response, sheets: readonly Sheet[], name: string): Promise<void> {
      send(res, await printed({ sheets, format: 'xlsx' }), name, 'xlsx')
    },

    /** Answers with a sheet of codes as PDF, alike; `name` without extension. It is made anew each time. */
    async deliverCodes(res: Response, codes: CodeSheet, name: string): Promise<void> {
      send(res, await printed({ codes, format: 'codes' }), name, 'codes')
    },

    /** The PDF with an empty place for a signature appended. */
    prepareSignature: async (pdf: Uint8Array, shown: ShownSignature) => await threads.run({ pdf, shown, format: 'signature' }) as PreparedPdf,

    /** Ends the thread; what is still being printed fails. */
    close: () => threads.destroy(),
  }
}

export type Press = ReturnType<typeof createPress>

function send(res: Response, file: Uint8Array, name: string, format: PrintJob['format']): void {
  res.attachment(`${name}.${format === 'codes' ? 'pdf' : format}`)
  res.set({ 'Content-Type': types[format], 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-store' })
  res.end(file)
}
