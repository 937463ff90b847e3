import { startRecording, stopRecording } from '../../protocol/recording.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Recordings } from './recording.ts'

export function mountRecordingLive(command: MountCommand, recordings: Recordings): void {
  command(startRecording, ({ input: { meetingId, ...decision }, caller }) => recordings.start(meetingId, caller, decision))
  command(stopRecording, async ({ input, caller }) => {
    await recordings.stop(input.meetingId, caller, input.key)
    return {}
  })
}
