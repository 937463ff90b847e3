import { OF_OFFICE, OF_UNIT } from './store-rows.ts'

/**
 * The proposals that a person may read, as reading.ts shows them: their unit reads what it is writing; to the office a
 * returned or withdrawn one says what was submitted last. Bindings `:personId`, `:on`.
 */
export const READABLE_PROPOSALS = `
  SELECT p.id, p.body_id, p.since, p.title, p.title_words, p.summary, p.words FROM proposal p
  WHERE ${OF_UNIT} OR (p.status NOT IN ('returned', 'withdrawn') AND ${OF_OFFICE})
  UNION ALL
  SELECT p.id, p.body_id, p.since, handed_in.content ->> 'title', handed_in.title_words, handed_in.content ->> 'summary', handed_in.words
  FROM proposal p JOIN proposal_submission handed_in ON handed_in.proposal_id = p.id AND handed_in.round = p.round
  WHERE p.status IN ('returned', 'withdrawn') AND ${OF_OFFICE} AND NOT ${OF_UNIT}`
