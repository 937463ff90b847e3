import { READABLE_ITEMS } from '../meetings/readable.ts'

/** The conclusions on items that a person may see. Binding `:personId`. */
export const READABLE_CONCLUSIONS = `
  SELECT conclusion.item_id AS id, item.meeting_id, conclusion.text_id, conclusion.settled_at, item.title_text, item.body_id, item.starts_at
  FROM (${READABLE_ITEMS}) item JOIN conclusion ON conclusion.item_id = item.id`
