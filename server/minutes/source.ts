import type { Knex } from 'knex'
import type { Person } from '../../protocol/identity.ts'
import type { Viewer } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { textOf } from '../texts/yjs.ts'
import { courseReducer } from './course.ts'
import { draftOf, type Draft } from './draft.ts'
import type { MinutesFrame } from './records.ts'
import { callRoll, presentInRole } from './roll.ts'
import { readBlocks } from './text.ts'

export interface MinutesSourceDeps {
  journal: Pick<Journal, 'state' | 'snapshot'>
  /** These two read over `trx` where one is given, so that a command never waits for a second connection. */
  people(ids: readonly string[], trx?: Knex.Transaction): Promise<readonly Person[]>
  bodies(ids: readonly string[], trx?: Knex.Transaction): Promise<readonly BodyRecord[]>
  now(): Date
}

/** Sees all of a meeting: what minutes tell does not depend on who reads them. */
const everything: Viewer = { personId: '00000000-0000-0000-0000-000000000000', office: true, items: 'all' }

/** What minutes are made of: the meeting's journal, its people and its body. */
export function createMinutesSource({ journal, people, bodies, now }: MinutesSourceDeps) {
  async function bodyOf(bodyId: string, trx?: Knex.Transaction): Promise<BodyRecord> {
    const [body] = await bodies([bodyId], trx)
    if (!body) throw new Error('a meeting of no body')
    return body
  }

  /** As the command has it in hand; without one, as it is now. */
  async function draft(meetingId: string, bodyId: string, tx?: JournalTx): Promise<Draft> {
    const { style } = (await bodyOf(bodyId, tx?.trx)).letterhead
    const read = tx ? { state: await tx.state(meetingReducer) } : await journal.snapshot(meetingId, everything, meetingReducer)
    const { state } = read
    return draftOf({
      state, course: await (tx ? tx.state(courseReducer) : journal.state(meetingId, courseReducer)),
      texts: 'texts' in read ? read.texts : await tx?.bodies(state) ?? {},
      people: await people(state.participants.map(({ personId }) => personId), tx?.trx),
      style, now: (tx?.at ?? now()).toISOString(),
    })
  }

  return {
    bodyOf, draft,

    /** A text as it is read: with what its facts say in this draft, and the abstract that somebody wrote, if they did. */
    read(parts: readonly Uint8Array[], { abstract, facts }: Draft, written: string | null): MinutesContent {
      const doc = textOf(parts)
      const blocks = readBlocks(doc, facts)
      doc.destroy()
      return { abstract: written ?? abstract, blocks }
    },

    /** Who took the minutes and who presided, of those who were there. */
    signers({ openedAt, closedAt, ...state }: MeetingState): { clerkId: string | null, chairId: string | null } {
      if (!openedAt) throw new Error('minutes stand on a meeting that was opened')
      const roll = callRoll({ ...state, openedAt, closedAt }, { openedAt, closedAt: closedAt ?? now().toISOString() }, state.participants)
      return { clerkId: presentInRole(roll, 'clerk')?.personId ?? null, chairId: presentInRole(roll, 'chair')?.personId ?? null }
    },

    async frame(bodyId: string, { clerkId, chairId }: { clerkId: string | null, chairId: string | null }, trx?: Knex.Transaction): Promise<MinutesFrame> {
      const known = await people([clerkId, chairId].filter((id) => id !== null), trx)
      const nameOf = (id: string | null) => known.find((person) => person.id === id)?.fullName ?? null
      return { letterhead: (await bodyOf(bodyId, trx)).letterhead, clerk: nameOf(clerkId), chair: nameOf(chairId) }
    },
  }
}

export type MinutesSource = ReturnType<typeof createMinutesSource>
