import type { Request } from 'express'
import type { Letterhead } from '../../protocol/bodies.ts'
import { localDay } from '../../protocol/calendar.ts'
import { checkProcedures, exportProcedures, importProcedures, PROCEDURES_MAX_BYTES, procedureTemplate } from '../../protocol/procedure-file.ts'
import {
  cancelInstance, finishStep, getInstance, handOn, listInstances, printControlSheet, printFilledForm, procedureDelays, returnStep, saveForm,
  startingPlaces, startInstance,
} from '../../protocol/procedure-instances.ts'
import { addProcedure, getProcedure, listProcedures, printForm, saveProcedure } from '../../protocol/procedures.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { readBody } from '../platform/read-body.ts'
import type { Catalogue } from './catalogue.ts'
import type { Instances } from './instances.ts'
import { formPaper, sheetPaper, type Names } from './papers.ts'
import type { Reading } from './reading.ts'
import { tableTemplate } from './table.ts'
import type { Transfer } from './transfer.ts'

export interface ProcedureDomain {
  catalogue: Catalogue
  transfer: Transfer
  instances: Instances
  reading: Reading
  letterhead(bodyId: string): Promise<Letterhead | undefined>
  now: () => Date
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const nobody: Names = { people: new Map(), units: new Map() }

export function mountProcedures(route: MountRoute, { catalogue, transfer, instances, reading, letterhead, now }: ProcedureDomain, press: Pick<Press, 'deliver'>): void {
  const file = (req: Request) => readBody(req, PROCEDURES_MAX_BYTES, () => new AppError('importUnreadable', { reason: 'tooLarge', limitBytes: PROCEDURES_MAX_BYTES }))
  async function headOf(bodyId: string): Promise<Letterhead> {
    const found = await letterhead(bodyId)
    if (!found) throw new AppError('bodyNotFound')
    return found
  }

  // Before `:procedureId`, which would take their names for ids.
  route(listProcedures, ({ caller }) => catalogue.list(caller))
  route(exportProcedures, async ({ res }) => {
    res.attachment(`quy-trinh-${localDay(now())}.json`)
    res.set({ 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-store' })
    res.end(await transfer.export())
  })
  route(procedureTemplate, async ({ query, res }) => {
    res.attachment('quy-trinh.xlsx')
    res.set({ 'Content-Type': XLSX, 'Cache-Control': 'no-store' })
    res.end(await tableTemplate(query.language))
  })
  route(checkProcedures, async ({ req }) => await transfer.check(await file(req)))
  route(importProcedures, async ({ req, query, caller }) => await transfer.apply(caller, await file(req), query.digest))
  route(getProcedure, ({ params, query, caller }) => catalogue.get(caller, params.procedureId, query.version))
  route(addProcedure, ({ body, caller }) => catalogue.add(caller, body))
  route(saveProcedure, ({ params, body, caller }) => catalogue.save(caller, params.procedureId, body))
  route(printForm, async ({ params, query, caller, res }) => {
    const { code, content, version } = await catalogue.get(caller, params.procedureId, query.version)
    const form = content.forms.find(({ id }) => id === params.formId)
    if (!form) throw new AppError('procedureNotFound')
    await press.deliver(res, formPaper(form, {
      letterhead: await headOf(query.bodyId), abstract: content.name, values: null, names: nobody, at: null, signer: null, foot: `${code} · phiên bản ${version}`,
    }), query.format)
  })

  route(startingPlaces, ({ caller }) => reading.starting(caller))
  route(procedureDelays, ({ query, caller }) => reading.delays(caller, query))
  route(listInstances, ({ query, caller }) => reading.list(caller, query))
  route(startInstance, ({ body, caller }) => instances.start(caller, body))
  route(getInstance, ({ params, caller }) => reading.get(params.instanceId, caller))
  route(saveForm, async ({ params, body, caller }) => ({ form: await instances.saveForm(params.instanceId, caller, params.formId, body) }))
  route(finishStep, ({ params, body, caller }) => instances.finish(params.instanceId, caller, body))
  route(handOn, ({ params, body, caller }) => instances.handOn(params.instanceId, caller, body))
  route(returnStep, ({ params, body, caller }) => instances.return(params.instanceId, caller, body))
  route(cancelInstance, ({ params, body, caller }) => instances.cancel(params.instanceId, caller, body))
  route(printFilledForm, async ({ params, query, caller, res }) => {
    const instance = await reading.get(params.instanceId, caller)
    const form = instance.content.forms.find(({ id }) => id === params.formId)
    const filled = instance.forms.find(({ formId }) => formId === params.formId)
    if (!form || !filled) throw new AppError('formNotFound')
    const names: Names = {
      people: new Map(instance.people.map(({ id, fullName }) => [id, fullName])), units: new Map(instance.units.map(({ id, name }) => [id, name])),
    }
    await press.deliver(res, formPaper(form, {
      letterhead: await headOf(instance.body.id), abstract: instance.title, values: filled.values, names, at: filled.savedAt,
      signer: names.people.get(filled.savedBy) ?? null, foot: `${instance.procedure.code} · phiên bản ${instance.procedure.version}`,
    }), query.format)
  })
  route(printControlSheet, async ({ params, query, caller, res }) => {
    const instance = await reading.get(params.instanceId, caller)
    await press.deliver(res, sheetPaper(instance, await headOf(instance.body.id), now().toISOString()), query.format)
  })
}
