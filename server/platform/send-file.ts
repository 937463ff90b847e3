import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { Files } from './files.ts'

/** A kept file on its way to a reader, under a name for saving it. */
export interface FileToSend { files: Pick<Files, 'open' | 'bytesOf'>, sha256: string, name: string }

/** Not to be kept by anything between, nor taken for another kind of file. */
const PRIVATE = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-store', 'Accept-Ranges': 'bytes' }

/** Sends a kept PDF, or the range of it that was asked for, shown in the page. */
export async function sendPdf(res: Response, file: FileToSend): Promise<void> {
  // A text that was made a PDF of is saved as one.
  const name = `${file.name.replace(/\.[a-z]{3,4}$/i, '') || 'document'}.pdf`
  res.set({ ...PRIVATE, 'Content-Type': 'application/pdf', 'Content-Disposition': disposition('inline', 'document.pdf', name) })
  await send(res, file)
}

/** Sends a kept file of any kind to be saved: never shown, so that nothing in it acts on our pages. */
export async function sendFile(res: Response, file: FileToSend): Promise<void> {
  res.set({ ...PRIVATE, 'Content-Type': 'application/octet-stream', 'Content-Disposition': disposition('attachment', 'document', file.name || 'document') })
  await send(res, file)
}

/** The whole, or one range; of several ranges the whole, which is as good an answer (RFC 9110, 14.2). */
async function send(res: Response, { files, sha256 }: FileToSend): Promise<void> {
  const etag = `"${sha256.slice(0, 32)}"`
  res.set('ETag', etag)
  // A reader that has begun with other bytes gets no part of these.
  const { 'if-match': wanted } = res.req.headers
  if (wanted !== undefined && wanted !== '*' && !wanted.split(/\s*,\s*/).includes(etag)) return void res.status(412).end()
  const bytes = await files.bytesOf(sha256)
  const asked = [undefined, etag].includes(res.req.headers['if-range'] as string | undefined) ? res.req.range(bytes) : undefined
  if (asked === -1) return void res.status(416).set('Content-Range', `bytes */${bytes}`).end()
  const range = Array.isArray(asked) && asked.type === 'bytes' && asked.length === 1 ? asked[0] : undefined
  const { start, end } = range ?? { start: 0, end: bytes - 1 }
  res.status(range ? 206 : 200).set('Content-Length', String(end - start + 1))
  if (range) res.set('Content-Range', `bytes ${start}-${end}/${bytes}`)
  if (res.req.method === 'HEAD') return void res.end()
  const { stream } = await files.open(sha256, range && { start, end })
  // A reader who turns away is no failure.
  await pipeline(stream, res).catch((error: unknown) => { if (!res.destroyed) throw error })
}

/** Saved, it has its own name whatever letters are in it (RFC 6266, RFC 8187). */
function disposition(kind: 'inline' | 'attachment', plain: string, name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed())
    .replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
