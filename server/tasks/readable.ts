import { SEEN } from './store-rows.ts'

/** The tasks that a person may see, as access.ts has it. Bindings `:personId`, `:on`. */
export const READABLE_TASKS = `
  SELECT t.id, t.body_id, t.decided_at, t.what, t.title_words, t.words, concat_ws(E'\\n', t.product, nullif(t.responsibility, ''), nullif(t.authority, '')) AS text
  FROM task t WHERE ${SEEN}`
