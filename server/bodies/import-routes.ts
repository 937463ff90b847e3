import type { Request } from 'express'
import { applyImport, checkImport, IMPORT_MAX_BYTES, importTemplate } from '../../protocol/organisation-import.ts'
import type { MountRoute } from '../platform/contract.ts'
import { readBody } from '../platform/read-body.ts'
import type { Import } from './import.ts'
import { templateOf } from './import-template.ts'
import { unreadable } from './table.ts'

const TYPES = { xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', csv: 'text/csv; charset=utf-8' }

const readAll = (req: Request) => readBody(req, IMPORT_MAX_BYTES, () => unreadable('tooLarge', { limitBytes: IMPORT_MAX_BYTES }))

export function mountImport(route: MountRoute, organisation: Import): void {
  route(importTemplate, async ({ params, query, res }) => {
    const file = await templateOf(params.kind, query.format, query.language)
    res.set({ 'Content-Type': TYPES[query.format], 'Content-Disposition': `attachment; filename="${params.kind}.${query.format}"`, 'Cache-Control': 'no-store' })
    res.end(file)
  })
  route(checkImport, async ({ params, caller, req }) => await organisation.check(caller, params.kind, await readAll(req)))
  route(applyImport, async ({ params, query, caller, req }) => await organisation.apply(caller, params.kind, await readAll(req), query.digest))
}
