import { addAnnotation, changeAnnotation, listAnnotations, removeAnnotation } from '../../protocol/annotations.ts'
import { listThreads, openThread, replyToThread, settleThread, takeBackMessage } from '../../protocol/comments.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Annotations } from './annotations.ts'
import type { Comments } from './comments.ts'

export function mountAnnotations(route: MountRoute, { annotations, comments }: { annotations: Annotations, comments: Comments }): void {
  route(listAnnotations, async ({ params: { meetingId, documentId }, caller }) => ({ annotations: await annotations.list(meetingId, documentId, caller) }))
  route(addAnnotation, ({ params: { meetingId, documentId }, body, caller }) => annotations.add(meetingId, documentId, caller, body))
  route(changeAnnotation, ({ params: { meetingId, documentId, annotationId }, body, caller }) =>
    annotations.change(meetingId, documentId, annotationId, caller, body))
  route(removeAnnotation, async ({ params: { meetingId, documentId, annotationId }, caller }) => {
    await annotations.remove(meetingId, documentId, annotationId, caller)
    return {}
  })

  route(listThreads, ({ params: { meetingId, documentId }, caller }) => comments.list(meetingId, documentId, caller))
  route(openThread, ({ params: { meetingId, documentId }, body, caller }) => comments.open(meetingId, documentId, caller, body))
  route(replyToThread, ({ params: { meetingId, documentId, threadId }, body, caller }) => comments.reply(meetingId, documentId, threadId, caller, body))
  route(settleThread, async ({ params: { meetingId, documentId, threadId }, body, caller }) => {
    await comments.settle(meetingId, documentId, threadId, caller, body)
    return {}
  })
  route(takeBackMessage, async ({ params: { meetingId, documentId, threadId, messageId }, caller }) => {
    await comments.takeBack(meetingId, documentId, threadId, messageId, caller)
    return {}
  })
}
