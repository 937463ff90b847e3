import type { Knex } from 'knex'
import type { z } from 'zod'
import type { PageMark } from '../../protocol/convening.ts'
import type { MeetingDetail, MeetingStatus } from '../../protocol/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { MeetingsDeps } from './meetings.ts'
import { summariesOf, type ListedMeeting } from './summaries.ts'

type Mark = z.output<typeof PageMark>
type ListingDeps = { db: Knex } & Pick<MeetingsDeps, 'access' | 'store' | 'bodies' | 'rules' | 'people' | 'minutesStatuses'>

/** What a person sees of their meetings: pages of the list, and one of them whole. */
export function createListing({ db, access, store, bodies, rules, people, minutesStatuses }: ListingDeps) {
  const summaries = (rows: readonly ListedMeeting[]) => summariesOf(rows, { bodies, minutesStatuses })

  return {
    /** A page of the caller's meetings, in three queries whatever its length. */
    async list(caller: Caller, filter: { status?: MeetingStatus | undefined, before?: Mark | undefined, from?: string | undefined, limit: number }) {
      const [start, id = null] = filter.before?.split('~') ?? []
      const rows = await store.list(db, caller.personId, {
        status: filter.status, limit: filter.limit + 1, before: start === undefined ? undefined : { startsAt: new Date(start), id },
        from: filter.from === undefined ? undefined : new Date(filter.from),
      })
      const page = rows.slice(0, filter.limit)
      const last = page.at(-1)?.meeting
      const next = rows.length > page.length && last ? `${last.startsAt.toISOString()}~${last.id}` : null
      return { meetings: await summaries(page), next }
    },

    /** Throws `meetingNotFound`. */
    async get(meetingId: string, caller: Caller): Promise<MeetingDetail> {
      const { meeting } = await access.accessTo(meetingId, caller)
      const { kindId, roomId } = meeting
      const [row, participants, [body], convened] = await Promise.all([
        store.listed(db, caller.personId, meetingId), store.participants(db, meetingId), bodies.bodies([meeting.bodyId]),
        rules.of({ ...kindId === null ? {} : { kindId }, ...roomId === null ? {} : { roomId } }),
      ])
      if (!row || !body) throw new AppError('meetingNotFound')
      const [[shown], persons] = await Promise.all([summaries([row]), people(participants.map(({ personId }) => personId))])
      if (!shown) throw new AppError('meetingNotFound')
      return { ...shown, rules: body.rules, letterhead: body.letterhead, people: persons, participants, ...convened }
    },
  }
}
