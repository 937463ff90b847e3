import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id, Sha256, TextRef } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Paragraphs } from './text.ts'

/**
 * Recording a meeting, which the one who presides decides (Quyết định 45/2018/QĐ-TTg), with notice to everyone and a limit to how
 * long it is kept (Law 91/2025/QH15 on personal data). Never where the agenda has an item that is a state secret.
 */

/** The longest decision, in characters. */
export const MAX_DECISION = 1000
export const MAX_RETENTION_DAYS = 3650
/** What is proposed to decide, whoever acts for the chair, in the language of the minutes. */
export const PROPOSED_DECISION = 'Ghi âm, ghi hình cuộc họp để phục vụ lập biên bản.'
export const PROPOSED_RETENTION_DAYS = 90

const WhyStopped = z.enum(['asked', 'meetingClosed', 'meetingCancelled', 'interrupted'])
const WhyFailed = z.enum(['nothingRecorded', 'notComposed'])
const WhyDeleted = z.enum(['retention', 'asked'])

const presiding = 'who presides: the chair, or whom the chair handed it to, or a clerk where the chair says so'
const errors = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive'] as const

export const startRecording = defineCommand({
  name: 'recording:start',
  summary: 'Records what is sent in the room from now on, on this decision; the recording is deleted after so many days.',
  access: presiding,
  input: ChangeOfMeeting.extend({
    decision: Paragraphs(MAX_DECISION).pipe(z.string().min(1)), retentionDays: z.int().min(1).max(MAX_RETENTION_DAYS),
  }),
  output: z.object({ recordingId: Id }),
  errors: [...errors, 'alreadyRecording', 'classifiedItem', 'ffmpegMissing', 'recordingDiskFull', 'recordingElsewhere', 'mediaUnavailable'],
})

export const stopRecording = defineCommand({
  name: 'recording:stop', summary: 'Ends the recording; one file is composed of it.', access: presiding,
  input: ChangeOfMeeting, output: Nothing, errors: [...errors, 'notRecording'],
})

const RecordingParams = z.object({ meetingId: Id, recordingId: Id })

export const readRecording = defineRoute({
  id: 'recording.read', method: 'get', path: '/api/meetings/:meetingId/recordings/:recordingId/file', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'recordingNotFound'],
  summary: 'The composed recording, in ranges where asked, for chair, clerk and members; guests may not.',
  params: RecordingParams, response: { stream: 'video/webm' },
})

export const recordingProgress = defineRoute({
  id: 'recording.progress', method: 'get', path: '/api/meetings/:meetingId/recordings/:recordingId/progress', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'recordingNotFound'],
  summary: 'How far the composition of a recording is, for chair, clerk and members; guests may not.',
  params: RecordingParams,
  response: z.object({ done: z.number().min(0).max(1).nullable().describe('null: it waits for another one, or is not composed') }),
})

export const deleteRecording = defineRoute({
  id: 'recording.delete', method: 'delete', path: '/api/meetings/:meetingId/recordings/:recordingId', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'recordingNotFound', 'recordingUnfinished'],
  summary: 'Who presides, or a clerk, deletes a recording for good before its time.',
  params: RecordingParams, response: z.object({}),
})

const ofRecording = { recordingId: Id }

/** For every participant, since everyone is recorded; `decision` is the text of the one who presides. */
export const recordingEntries = [
  z.object({ kind: z.literal('recording.started'), data: z.object({ ...ofRecording, decision: TextRef, retentionDays: z.int() }) }),
  z.object({ kind: z.literal('recording.stopped'), data: z.object({ ...ofRecording, why: WhyStopped }) }),
  z.object({
    kind: z.literal('recording.composed'), data: z.object({ ...ofRecording, bytes: z.int(), seconds: z.number(), sha256: Sha256 }),
  }),
  z.object({ kind: z.literal('recording.failed'), data: z.object({ ...ofRecording, why: WhyFailed }) }),
  z.object({ kind: z.literal('recording.deleted'), data: z.object({ ...ofRecording, why: WhyDeleted }) }),
] as const

export const RecordingState = z.object({
  recordingId: Id,
  status: z.enum(['recording', 'composing', 'ready', 'failed', 'deleted']),
  decision: TextRef,
  retentionDays: z.int(),
  /** Who decided. */
  startedBy: Id.nullable(),
  startedAt: Instant,
  stoppedAt: Instant.nullable(),
  whyStopped: WhyStopped.nullable(),
  whyFailed: WhyFailed.nullable(),
  whyDeleted: WhyDeleted.nullable(),
  seconds: z.number().nullable(),
  bytes: z.int().nullable(),
})
export type RecordingState = z.infer<typeof RecordingState>
export type RecordingsState = RecordingState[]

type RecordingEntry = z.infer<typeof recordingEntries[number]> & { at: string, actorId: string | null }

/** The recordings after one more entry, in the order of their beginning. */
export function applyRecording(recordings: RecordingsState, entry: RecordingEntry): RecordingsState {
  const { recordingId } = entry.data
  const change = (changes: Partial<RecordingState>) =>
    recordings.map((one) => one.recordingId === recordingId ? { ...one, ...changes } : one)
  switch (entry.kind) {
    case 'recording.started': {
      const { decision, retentionDays } = entry.data
      return [...recordings, {
        recordingId, status: 'recording', decision, retentionDays, startedBy: entry.actorId, startedAt: entry.at,
        stoppedAt: null, whyStopped: null, whyFailed: null, whyDeleted: null, seconds: null, bytes: null,
      }]
    }
    case 'recording.stopped':
      return change({ status: 'composing', stoppedAt: entry.at, whyStopped: entry.data.why })
    case 'recording.composed':
      return change({ status: 'ready', seconds: entry.data.seconds, bytes: entry.data.bytes })
    case 'recording.failed':
      return change({ status: 'failed', whyFailed: entry.data.why })
    case 'recording.deleted':
      return change({ status: 'deleted', whyDeleted: entry.data.why })
  }
}

/** The recording that runs. */
export const runningRecording = (recordings: readonly RecordingState[]): RecordingState | undefined =>
  recordings.find(({ status }) => status === 'recording')

/** When it is deleted by the rule: so many days after its end. */
export function deletedBy({ stoppedAt, retentionDays }: Pick<RecordingState, 'stoppedAt' | 'retentionDays'>): Date | undefined {
  return stoppedAt === null ? undefined : new Date(Date.parse(stoppedAt) + retentionDays * 86_400_000)
}
