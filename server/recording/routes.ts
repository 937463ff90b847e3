import { deleteRecording, readRecording, recordingProgress } from '../../protocol/recording.ts'
import type { MountRoute } from '../platform/contract.ts'
import { sendKept } from '../platform/send.ts'
import type { Recordings } from './recording.ts'

export function mountRecording(route: MountRoute, recordings: Recordings): void {
  route(readRecording, async ({ params, caller, res }) => {
    const { root, path } = await recordings.read(params.meetingId, params.recordingId, caller)
    res.set({
      'Content-Type': 'video/webm',
      'Content-Disposition': 'inline; filename="recording.webm"',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-store',
    })
    await sendKept(res, root, path)
  })
  route(recordingProgress, ({ params, caller }) => recordings.progress(params.meetingId, params.recordingId, caller))
  route(deleteRecording, async ({ params, caller }) => {
    await recordings.delete(params.meetingId, params.recordingId, caller)
    return {}
  })
}
