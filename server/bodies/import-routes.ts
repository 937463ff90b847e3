import type { Request } from 'express'
import { applyImport, checkImport, IMPORT_MAX_BYTES, importTemplate } from '../../protocol/organisation-import.ts'
import type { MountRoute } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Import } from './import.ts'
import { templateOf } from './import-template.ts'
import { unreadable } from './table.ts'

const TYPES = { xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', csv: 'text/csv; charset=utf-8' }

/** The whole body; what is beyond the limit is read to its end and thrown away, so that the sender hears the refusal. */
async function readAll(req: Request): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of req as AsyncIterable<Buffer>) {
      size += part.length
      if (size <= IMPORT_MAX_BYTES) parts.push(part)
      else if (size > 20 * IMPORT_MAX_BYTES) break
    }
  } catch (cause) {
    throw new AppError('uploadIncomplete', {}, { cause })
  }
  if (size > IMPORT_MAX_BYTES) throw unreadable('tooLarge', { limitBytes: IMPORT_MAX_BYTES })
  return Buffer.concat(parts)
}

export function mountImport(route: MountRoute, organisation: Import): void {
  route(importTemplate, async ({ params, query, res }) => {
    const file = await templateOf(params.kind, query.format, query.language)
    res.set({ 'Content-Type': TYPES[query.format], 'Content-Disposition': `attachment; filename="${params.kind}.${query.format}"`, 'Cache-Control': 'no-store' })
    res.end(file)
  })
  route(checkImport, async ({ params, caller, req }) => await organisation.check(caller, params.kind, await readAll(req)))
  route(applyImport, async ({ params, query, caller, req }) => await organisation.apply(caller, params.kind, await readAll(req), query.digest))
}
