import { listOverdueForAgenda, putTaskOnAgenda } from '../../protocol/task-agenda.ts'
import { attachEvidence, readEvidence, readEvidenceOriginal, removeEvidence } from '../../protocol/task-evidence.ts'
import {
  acceptTask, askExtension, assignTask, cancelTask, changeTask, decideExtension, exportTasks, getTask, handBackTask, listTasks, reportDone, reportProgress,
  setTaskDigest, taskBoard, taskForm, verifyTask,
} from '../../protocol/tasks.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Press } from '../issuing/press.ts'
import { sendFile, sendPdf } from '../platform/send-file.ts'
import type { TaskDomain } from './domain.ts'

export function mountTasks(route: MountRoute, { assigning, tasks, evidence, reading, agenda, digest }: TaskDomain, press: Pick<Press, 'deliverWorkbook'>): void {
  // Before `:taskId`, which would take their names for ids.
  route(taskForm, ({ caller }) => reading.form(caller))
  route(taskBoard, ({ query, caller }) => reading.board(caller, query))
  route(exportTasks, async ({ query, caller, res }) => {
    await press.deliverWorkbook(res, [await reading.sheet(caller, query)], 'nhiem-vu')
  })
  route(setTaskDigest, ({ body, caller }) => digest.setWants(caller, body.digest))
  route(listTasks, ({ query, caller }) => reading.list(caller, query))
  route(getTask, ({ params, caller }) => reading.get(params.taskId, caller))

  route(assignTask, ({ params, body, caller }) => assigning.assign(params.meetingId, params.itemId, caller, body))
  route(changeTask, ({ params, body, caller }) => tasks.change(params.taskId, caller, body))
  route(acceptTask, ({ params, body, caller }) => tasks.accept(params.taskId, caller, body))
  route(handBackTask, ({ params, body, caller }) => tasks.handBack(params.taskId, caller, body))
  route(reportProgress, ({ params, body, caller }) => tasks.progress(params.taskId, caller, body))
  route(askExtension, ({ params, body, caller }) => tasks.askExtension(params.taskId, caller, body))
  route(decideExtension, ({ params, body, caller }) => tasks.decideExtension(params.taskId, caller, body))
  route(reportDone, ({ params, body, caller }) => tasks.report(params.taskId, caller, body))
  route(verifyTask, ({ params, body, caller }) => tasks.verify(params.taskId, caller, body))
  route(cancelTask, ({ params, body, caller }) => tasks.cancel(params.taskId, caller, body))

  route(attachEvidence, ({ params, body, caller }) => evidence.attach(params.taskId, caller, body.uploadId))
  route(removeEvidence, async ({ params, caller }) => {
    await evidence.remove(params.taskId, caller, params.documentId)
    return {}
  })
  route(readEvidence, async ({ params, caller, res }) => {
    await sendPdf(res, await evidence.read(params.taskId, caller, params.documentId))
  })
  route(readEvidenceOriginal, async ({ params, caller, res }) => {
    await sendFile(res, await evidence.readOriginal(params.taskId, caller, params.documentId))
  })

  route(listOverdueForAgenda, ({ params, caller }) => agenda.overdue(params.meetingId, caller))
  route(putTaskOnAgenda, ({ params, body, caller }) => agenda.put(params.meetingId, caller, body))
}
