import type { Request, Response } from 'express'
import { sendKept } from './send.ts'

/** How long a refused upload is still taken in. */
const LINGER_MS = 3000

/** The length that the sender of a stream announced. */
export function announcedBytes(req: Request): number | undefined {
  const length = req.headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/**
 * Answers an upload. A refused one is let finish, unread and for a while, before the refusal: a browser reads no answer while
 * it sends. Who goes on longer is cut off.
 */
export async function uploaded<T>(req: Request, upload: Promise<T>): Promise<T> {
  return await upload.catch(async (error: unknown) => {
    await takeIn(req)
    throw error
  })
}

async function takeIn(req: Request): Promise<void> {
  if (req.complete || req.destroyed) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS)
    req.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    req.resume()
  })
}

/** Sends a kept PDF, or the range of it that was asked for, shown in the page. */
export async function sendPdf(res: Response, { root, path, name }: { root: string, path: string, name: string }): Promise<void> {
  res.set({
    'Content-Type': 'application/pdf',
    'Content-Disposition': disposition(name),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  })
  await sendKept(res, root, path)
}

/** Shown in the page; saved, it has its own name whatever letters are in it (RFC 6266, RFC 8187). */
function disposition(name: string): string {
  const full = /\.pdf$/i.test(name) ? name : `${name || 'document'}.pdf`
  const encoded = encodeURIComponent(full.toWellFormed())
    .replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `inline; filename="document.pdf"; filename*=UTF-8''${encoded}`
}
