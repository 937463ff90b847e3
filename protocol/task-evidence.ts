import { z } from 'zod'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Evidence, TaskParams } from './tasks.ts'

/** Evidence of progress on a task and of its product: files, which come in by `uploads.ts`. */

export const attachEvidence = defineRoute({
  id: 'tasks.attachEvidence', method: 'post', path: '/api/tasks/:taskId/evidence', access: 'signedIn',
  errors: ['taskNotFound', 'forbiddenForTask', 'taskStage', 'documentsFull', 'uploadNotFound'],
  summary: 'The lead, or a unit that takes part, attaches a file that was sent for this task (`uploads.finish`), readable by all who may see the task. Its secrecy is asked before. The same upload gives the document that it became.',
  params: TaskParams, body: z.strictObject({ secrecy: z.literal('none'), uploadId: Id }), response: Evidence,
})

const EvidenceParams = TaskParams.extend({ documentId: Id })

export const removeEvidence = defineRoute({
  id: 'tasks.removeEvidence', method: 'delete', path: '/api/tasks/:taskId/evidence/:documentId', access: 'signedIn',
  errors: ['taskNotFound', 'forbiddenForTask', 'taskStage', 'documentNotFound'],
  summary: 'Who attached a file takes it away while the task is with its lead; the history keeps that there was one.', params: EvidenceParams, response: z.object({}),
})

export const readEvidence = defineRoute({
  id: 'tasks.readEvidence', method: 'get', path: '/api/tasks/:taskId/evidence/:documentId/file', access: 'signedIn',
  errors: ['taskNotFound', 'documentNotFound', 'documentNotReady'],
  summary: 'The file as PDF, for all who may see the task. Answers range requests.', params: EvidenceParams, response: { stream: 'application/pdf' },
})

export const readEvidenceOriginal = defineRoute({
  id: 'tasks.readEvidenceOriginal', method: 'get', path: '/api/tasks/:taskId/evidence/:documentId/original', access: 'signedIn',
  errors: ['taskNotFound', 'documentNotFound'],
  summary: 'The file as it was attached, to be saved; for the same people.', params: EvidenceParams, response: { stream: 'application/octet-stream' },
})
