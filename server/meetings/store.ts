import type { Knex } from 'knex'
import type { BodyRole } from '../../protocol/bodies.ts'
import type { MeetingMode, MeetingStatus, Participant } from '../../protocol/meetings.ts'
import type { AccessStore, Meeting } from './access.ts'
import type { MeetingStore } from './meetings.ts'
import type { ListedMeeting } from './summaries.ts'

interface MeetingRow {
  id: string
  body_id: string
  title_text: string
  place_text: string
  mode: MeetingMode
  starts_at: Date
  planned_minutes: number
  status: MeetingStatus
  opened_at: Date | null
  closed_at: Date | null
  presiding_id: string | null
  clerk_acts: boolean
  kind_id: string | null
  room_id: string | null
  published_at: Date | null
}

interface PartRow { role: BodyRole, voting: boolean, items_only: boolean }
interface AccessRow extends MeetingRow, PartRow { substitute_for: string | null }
type ListedRow = MeetingRow & PartRow & { title: string | null, place: string | null }

const columns = ['id', 'body_id', 'title_text', 'place_text', 'mode', 'starts_at', 'planned_minutes', 'status', 'opened_at', 'closed_at',
  'presiding_id', 'clerk_acts', 'kind_id', 'room_id', 'published_at']
  .map((column) => `meeting.${column}`)

/** PostgreSQL takes at most 65,535 values a statement. */
const ROWS_A_STATEMENT = 5000

function toMeeting(row: MeetingRow): Meeting {
  return {
    id: row.id, bodyId: row.body_id, titleText: row.title_text, placeText: row.place_text, mode: row.mode, startsAt: row.starts_at,
    plannedMinutes: row.planned_minutes, status: row.status, openedAt: row.opened_at, closedAt: row.closed_at,
    presidingId: row.presiding_id, clerkActs: row.clerk_acts,
    kindId: row.kind_id, roomId: row.room_id, publishedAt: row.published_at,
  }
}

function toRow(meeting: Partial<Meeting>): Partial<MeetingRow> {
  const row = {
    id: meeting.id, body_id: meeting.bodyId, title_text: meeting.titleText, place_text: meeting.placeText, mode: meeting.mode,
    starts_at: meeting.startsAt, planned_minutes: meeting.plannedMinutes, status: meeting.status, opened_at: meeting.openedAt,
    closed_at: meeting.closedAt, presiding_id: meeting.presidingId, clerk_acts: meeting.clerkActs,
    kind_id: meeting.kindId, room_id: meeting.roomId, published_at: meeting.publishedAt,
  }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

function listedFor(db: Knex, personId: string) {
  return db('meeting_participant as part')
    .join('meeting', 'meeting.id', 'part.meeting_id')
    .join('journal_text as title', 'title.id', 'meeting.title_text')
    .join('journal_text as place', 'place.id', 'meeting.place_text')
    .where('part.person_id', personId)
    // A guest of single items who has none any more has no part in the meeting.
    .whereRaw('(NOT part.items_only OR EXISTS (SELECT FROM agenda_item_guest AS g WHERE g.meeting_id = part.meeting_id AND g.person_id = part.person_id))')
    .select<ListedRow[]>(...columns, 'part.role', 'part.voting', 'part.items_only', 'title.body as title', 'place.body as place')
}

function toListed(row: ListedRow): ListedMeeting {
  return { meeting: toMeeting(row), role: row.role, itemsOnly: row.items_only, title: row.title, place: row.place }
}

/** Meetings in PostgreSQL. Changes of one meeting follow one another under its journal's lock. */
export const meetingStore: MeetingStore & AccessStore = {
  async findAccess(db, meetingId, personId) {
    const row = await db('meeting_participant as part').join('meeting', 'meeting.id', 'part.meeting_id')
      .where({ 'part.meeting_id': meetingId, 'part.person_id': personId })
      .first<AccessRow | undefined>(...columns, 'part.role', 'part.voting', 'part.items_only', 'part.substitute_for')
    return row && {
      meeting: toMeeting(row), role: row.role, voting: row.voting, itemsOnly: row.items_only, substitute: row.substitute_for !== null,
    }
  },

  async meeting(db, meetingId) {
    const row = await db('meeting').where({ id: meetingId }).first<MeetingRow | undefined>(...columns)
    return row && toMeeting(row)
  },

  async itemsOf(db, meetingId, personId) {
    return await db('agenda_item_guest').where({ meeting_id: meetingId, person_id: personId }).orderBy('item_id').pluck('item_id')
  },

  async officeOf(db, meetingId) {
    return await db('meeting_participant as part').join('meeting', 'meeting.id', 'part.meeting_id').where('part.meeting_id', meetingId)
      .where((one) => one.whereIn('part.role', ['chair', 'clerk']).orWhereRaw('part.person_id = meeting.presiding_id')).pluck('part.person_id')
  },

  async newId(db) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>('SELECT uuidv7() AS id')
    if (!rows[0]) throw new Error('no id was made')
    return rows[0].id
  },

  async findCreation(db, creatorId, key) {
    const row = await db('meeting').where({ creator_id: creatorId, creation_key: key })
      .first<{ id: string, creation_fingerprint: Buffer } | undefined>('id', 'creation_fingerprint')
    return row && { meetingId: row.id, fingerprint: row.creation_fingerprint }
  },

  async insert(trx, meeting, { creatorId, key, fingerprint }) {
    const inserted = await trx('meeting')
      .insert({ ...toRow(meeting), creator_id: creatorId, creation_key: key, creation_fingerprint: fingerprint })
      .onConflict(['creator_id', 'creation_key']).ignore().returning('id')
    return inserted.length === 1
  },

  async insertParticipants(trx, meetingId, participants) {
    for (let from = 0; from < participants.length; from += ROWS_A_STATEMENT) {
      await trx('meeting_participant').insert(participants.slice(from, from + ROWS_A_STATEMENT)
        .map(({ personId, role, office, voting, rank, itemsOnly = false, substituteFor = null }) => (
          { meeting_id: meetingId, person_id: personId, role, office, voting, rank, items_only: itemsOnly, substitute_for: substituteFor }
        )))
        // Somebody whose part had ended, as a substitute's may.
        .onConflict(['meeting_id', 'person_id']).merge(['role', 'office', 'voting', 'rank', 'items_only', 'substitute_for'])
    }
  },

  async update(trx, meetingId, change) {
    await trx('meeting').where({ id: meetingId }).update(toRow(change))
  },

  async participants(db, meetingId) {
    const rows = await db('meeting_participant').where({ meeting_id: meetingId }).orderBy(['rank', 'person_id'])
      .select<(Omit<Participant, 'itemsOnly' | 'substituteFor'> & { itemsOnly: boolean, substituteFor: string | null })[]>(
        'person_id as personId', 'role', 'office', 'voting', 'rank', 'items_only as itemsOnly', 'substitute_for as substituteFor')
    return rows.map(({ itemsOnly, substituteFor, ...participant }) => (
      { ...participant, ...itemsOnly ? { itemsOnly } : {}, ...substituteFor === null ? {} : { substituteFor } }
    ))
  },

  async list(db, personId, { status, before, from, limit }) {
    const query = listedFor(db, personId)
      .where((draft) => draft.whereNotNull('meeting.published_at').orWhereIn('part.role', ['chair', 'clerk']))
      .orderBy([{ column: 'meeting.starts_at', order: 'desc' }, { column: 'meeting.id', order: 'desc' }]).limit(limit)
    if (from) void query.where('meeting.starts_at', '>=', from)
    if (status) void query.where('meeting.status', status)
    if (before?.id) void query.whereRaw('(meeting.starts_at, meeting.id) < (?, ?)', [before.startsAt, before.id])
    else if (before) void query.where('meeting.starts_at', '<', before.startsAt)
    return (await query).map(toListed)
  },

  async listed(db, personId, meetingId) {
    const [row] = await listedFor(db, personId).where('meeting.id', meetingId)
    return row && toListed(row)
  },

  async liveAmong(db, meetingIds) {
    return await db('meeting').where('status', 'live').whereRaw('id = ANY(?::uuid[])', [[...meetingIds]]).pluck('id')
  },

  async forgetKeys(db, before) {
    return await db('meeting').whereNotNull('creation_key').whereRaw('uuid_extract_timestamp(id) < ?', [before])
      .update({ creation_key: null, creation_fingerprint: null })
  },
}
