import type { AgendaItem, AgendaStore } from './agenda.ts'

interface ItemRow {
  id: string
  title_text: string
  minutes: number
  presenter_id: string | null
  purpose: AgendaItem['purpose']
  status: AgendaItem['status']
  classified: boolean
  matter_id: string | null
}

const columns = ['id', 'title_text', 'minutes', 'presenter_id', 'purpose', 'status', 'classified', 'matter_id'] as const

function toItem(row: ItemRow): AgendaItem {
  const { id, minutes, purpose, status, classified } = row
  return { id, titleText: row.title_text, minutes, presenterId: row.presenter_id, purpose, status, classified, matterId: row.matter_id }
}

function toRow({ titleText, minutes, presenterId, purpose, status, classified, matterId }: Partial<AgendaItem>): Partial<ItemRow> {
  const row = { title_text: titleText, minutes, presenter_id: presenterId, purpose, status, classified, matter_id: matterId }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

/** Agenda items in PostgreSQL. */
export const agendaStore: AgendaStore = {
  async items(db, meetingId) {
    const rows: ItemRow[] = await db('agenda_item').select(...columns).where({ meeting_id: meetingId, removed_at: null }).orderBy('place')
    return rows.map(toItem)
  },

  async add(trx, meetingId, item) {
    const [row] = await trx('agenda_item').insert({
      ...toRow(item), meeting_id: meetingId,
      place: trx.raw('(SELECT coalesce(max(place), 0) + 1 FROM agenda_item WHERE meeting_id = ?)', [meetingId]),
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no agenda item was inserted')
    return row.id
  },

  async update(trx, meetingId, itemId, change) {
    await trx('agenda_item').where({ meeting_id: meetingId, id: itemId }).update(toRow(change))
  },

  async remove(trx, meetingId, itemId, at) {
    await trx('agenda_item').where({ meeting_id: meetingId, id: itemId }).update({ removed_at: at, place: null })
  },

  async newMatter(trx) {
    const [row] = await trx('matter').insert({}).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no matter was inserted')
    return row.id
  },

  async dealsWith(db, bodyId, matterId) {
    const row = await db('agenda_item').join('meeting', 'meeting.id', 'agenda_item.meeting_id')
      .where({ matter_id: matterId, body_id: bodyId }).first('agenda_item.id')
    return row !== undefined
  },

  async order(trx, meetingId, itemIds) {
    await trx.raw(`
      UPDATE agenda_item SET place = wanted.place FROM unnest(?::uuid[]) WITH ORDINALITY AS wanted (id, place)
      WHERE agenda_item.id = wanted.id AND meeting_id = ? AND removed_at IS NULL`, [[...itemIds], meetingId])
  },
}
