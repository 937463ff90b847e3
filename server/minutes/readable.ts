import { READABLE_MEETINGS } from '../meetings/readable.ts'

/** The published minutes that a person may read, of the meetings in the whole of which they take part. Binding `:personId`. */
export const READABLE_MINUTES = `
  SELECT minutes.meeting_id, minutes.content, minutes.words, meeting.body_id, meeting.starts_at, meeting.title_text
  FROM (${READABLE_MEETINGS}) meeting JOIN minutes ON minutes.meeting_id = meeting.id
  WHERE NOT meeting.items_only AND minutes.status = 'published'`
