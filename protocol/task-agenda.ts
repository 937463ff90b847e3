import { z } from 'zod'
import { AddKey } from './agenda.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { TaskSummary } from './tasks.ts'
import { Line } from './text.ts'

/** The way of an overdue task back before the body. By the body's rule it comes onto the next agenda by itself; this is what the office does. */

export const listOverdueForAgenda = defineRoute({
  id: 'tasks.forAgenda', method: 'get', path: '/api/meetings/:meetingId/overdue-tasks', access: 'signedIn', errors: ['meetingNotFound', 'forbiddenInMeeting'],
  summary: 'For chair and clerk: overdue tasks of the body that stand on no agenda of a meeting to come, longest overdue first, at most 100.',
  params: z.object({ meetingId: Id }), response: z.object({ tasks: z.array(TaskSummary) }),
})

export const putTaskOnAgenda = defineRoute({
  id: 'tasks.putOnAgenda', method: 'post', path: '/api/meetings/:meetingId/overdue-tasks', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingAlreadyLive', 'meetingClosed', 'meetingCancelled', 'agendaFull', 'taskNotFound', 'taskStage', 'idempotencyKeyReused'],
  summary: 'Chair or clerk puts the report on an overdue task onto the agenda of a meeting of its body that was not opened, as an item on the matter that it came from.',
  params: z.object({ meetingId: Id }),
  body: z.strictObject({ taskId: Id, title: Line(500), minutes: z.int().min(1).max(600), key: AddKey }), response: z.object({ itemId: Id }),
})
