import { pipeline } from 'node:stream/promises'
import { downloadCopy, getRendition, readPage } from '../../protocol/conversion.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Copies } from './copies.ts'

/** Not to be kept by anything between, nor taken for another kind of file. */
const PRIVATE = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-store' }

export function mountConversion(route: MountRoute, copies: Copies): void {
  route(getRendition, ({ params, query, caller }) =>
    copies.rendition(params.meetingId, params.documentId, query.version ?? null, caller))

  route(readPage, async ({ params, query, caller, res }) => {
    const image = await copies.page(params.meetingId, params.documentId, query.version ?? null, caller, { page: params.page, width: query.width })
    res.set({ ...PRIVATE, 'Content-Type': 'image/jpeg' })
    res.end(image)
  })

  route(downloadCopy, async ({ params, query, caller, res }) => {
    const { stream, bytes, name } = await copies.copy(params.meetingId, params.documentId, query.version ?? null, caller)
    if (query.to === 'save') res.attachment(`${name || 'document'}.pdf`)
    res.set({ ...PRIVATE, 'Content-Type': 'application/pdf', 'Content-Length': String(bytes) })
    // A reader who turns away is no failure; the copy goes with the stream.
    await pipeline(stream, res).catch(() => undefined)
  })
}
