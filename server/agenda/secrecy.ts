import { meetingReducer } from '../../protocol/meeting-state.ts'
import { runningRecording } from '../../protocol/recording.ts'
import type { JournalTx } from '../journal/journal.ts'
import type { Meeting } from '../meetings/access.ts'
import { AppError } from '../platform/error.ts'

/** The video room of a meeting: nothing is transmitted of one that has a state secret on its agenda. */
export interface AgendaRoom {
  inUse(meetingId: string): boolean
  /** Voids the grants that are under way. Best effort. */
  close(meetingId: string): Promise<void>
}

/**
 * What an item with a state secret asks of its meeting (Law 117/2025/QH15): in person, not recorded, nobody in the video room.
 * Throws `classifiedNeedsInPerson`, `recordingRuns`, `roomInUse`.
 */
export async function requireSecrecy(tx: JournalTx, { mode }: Pick<Meeting, 'mode'>, room: AgendaRoom): Promise<void> {
  if (mode !== 'inPerson') throw new AppError('classifiedNeedsInPerson')
  if (runningRecording((await tx.state(meetingReducer)).recordings)) throw new AppError('recordingRuns')
  if (room.inUse(tx.meetingId)) throw new AppError('roomInUse')
}
