import type { Request } from 'express'
import { attachDocument, readDocument, removeDocument } from '../../protocol/documents.ts'
import type { MountRoute } from '../platform/contract.ts'
import { sendKept } from '../platform/send.ts'
import type { Documents } from './documents.ts'

/** How long a refused upload is still taken in. */
const LINGER_MS = 3000

export function mountDocuments(route: MountRoute, documents: Documents): void {
  route(attachDocument, async ({ params, query, caller, req }) => {
    const length = req.headers['content-length']
    const upload = { source: req, announcedBytes: length === undefined ? undefined : Number(length), ...query }
    return await documents.attach(params.meetingId, params.itemId, caller, upload).catch(async (error: unknown) => {
      await takeIn(req)
      throw error
    })
  })

  route(removeDocument, async ({ params, caller }) => {
    await documents.remove(params.meetingId, params.documentId, caller)
    return {}
  })

  route(readDocument, async ({ params, caller, res }) => {
    const { root, path, name } = await documents.read(params.meetingId, params.documentId, caller)
    res.set({
      'Content-Type': 'application/pdf',
      'Content-Disposition': disposition(name),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-store',
    })
    await sendKept(res, root, path)
  })
}

/**
 * Lets the sender finish, unread and for a while, before the refusal is answered: a browser reads no answer while it sends.
 * Who goes on longer is cut off.
 */
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

/** Shown in the page; saved, it has its own name whatever letters are in it (RFC 6266, RFC 8187). */
function disposition(name: string): string {
  const full = /\.pdf$/i.test(name) ? name : `${name || 'document'}.pdf`
  const encoded = encodeURIComponent(full.toWellFormed())
    .replace(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `inline; filename="document.pdf"; filename*=UTF-8''${encoded}`
}
