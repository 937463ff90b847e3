import { OF_ASKED, OF_OFFICE, OF_UNIT, SECRET } from './store-rows.ts'

/** The opinions that a person may read, as access.ts has it; none in whose matter a state secret was found. Bindings `:personId`, `:on`. */
export const READABLE_OPINIONS = `
  SELECT o.id, o.body_id, o.opened_at, o.title, o.title_words, o.question, o.words FROM opinion o
  WHERE (${OF_ASKED} OR ${OF_OFFICE} OR ${OF_UNIT}) AND NOT ${SECRET}`
