import type { AgendaItem, AgendaStore } from './items.ts'

interface ItemRow {
  id: string
  title_text: string
  minutes: number
  presenter_id: string | null
  purpose: AgendaItem['purpose']
  status: AgendaItem['status']
  level: number
  version: number
  classified: boolean
  matter_id: string | null
  deferral_text: string | null
}

const columns = ['id', 'title_text', 'minutes', 'presenter_id', 'purpose', 'status', 'level', 'version', 'classified', 'matter_id'] as const

function toItem(row: Omit<ItemRow, 'deferral_text'>): AgendaItem {
  const { id, minutes, purpose, status, level, version, classified } = row
  return {
    id, titleText: row.title_text, minutes, presenterId: row.presenter_id, purpose, status, level, version, classified, matterId: row.matter_id,
  }
}

function toRow(item: Partial<AgendaItem> & { deferralText?: string }): Partial<ItemRow> {
  const { minutes, purpose, status, version, classified } = item
  const row = {
    title_text: item.titleText, minutes, presenter_id: item.presenterId, purpose, status, version, classified, matter_id: item.matterId,
    deferral_text: item.deferralText,
  }
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

  async remove(trx, meetingId, itemIds, at) {
    await trx('agenda_item_guest').where({ meeting_id: meetingId }).whereIn('item_id', [...itemIds]).delete()
    await trx('agenda_item').where({ meeting_id: meetingId }).whereIn('id', [...itemIds]).update({ removed_at: at, place: null })
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

  async order(trx, meetingId, lines) {
    await trx.raw(`
      UPDATE agenda_item SET place = wanted.place, level = wanted.level
      FROM unnest(?::uuid[], ?::int[]) WITH ORDINALITY AS wanted (id, level, place)
      WHERE agenda_item.id = wanted.id AND meeting_id = ? AND removed_at IS NULL`,
    [lines.map(({ itemId }) => itemId), lines.map(({ level }) => level), meetingId])
  },

  async setGuests(trx, meetingId, itemId, personIds) {
    await trx('agenda_item_guest').where({ meeting_id: meetingId, item_id: itemId }).delete()
    if (personIds.length) await trx('agenda_item_guest').insert(personIds.map((personId) => ({ meeting_id: meetingId, item_id: itemId, person_id: personId })))
  },
}
