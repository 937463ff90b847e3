/** Who may know of an instance, as SQL, and what is shown of the catalogue. Bindings `:personId`, `:on`. */

/** The reader's unit of that day, with those that went into it by a merger or a split: their matters have passed over. */
export const OWN_UNITS = `RECURSIVE own (id) AS (
  SELECT unit_id FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
  UNION SELECT predecessor_id FROM unit_succession JOIN own ON successor_id = own.id WHERE since <= CAST(:on AS date)
)`

/** What the reader is in bodies on that day. */
export const OWN_ROLES = `part (body_id, role) AS (
  SELECT body_id, role FROM membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity'))`

export const OF_STARTER = 'i.unit_id IN (SELECT id FROM own)'
export const OF_OFFICE = `i.body_id IN (SELECT body_id FROM part WHERE role IN ('chair', 'clerk'))`

/** Whether the reader answers for a step `s` of an instance `i`. */
const ANSWERS = `(CASE WHEN s.unit_id IS NOT NULL THEN s.unit_id IN (SELECT id FROM own)
  ELSE EXISTS (SELECT FROM part WHERE part.body_id = i.body_id AND CASE s.role
    WHEN 'office' THEN part.role IN ('chair', 'clerk') WHEN 'chair' THEN part.role = 'chair' ELSE part.role IN ('chair', 'member') END) END)`

/** Responsible for one of its steps, or named to do one. */
export const IS_RESPONSIBLE = `(EXISTS (SELECT FROM procedure_instance_step s WHERE s.instance_id = i.id AND ${ANSWERS})
  OR EXISTS (SELECT FROM procedure_event handed WHERE handed.instance_id = i.id AND handed.person_id = :personId))`

/** May do the present step: answers for it, or was named to do it. */
export const HAS_STEP = `(i.holder_id = :personId
  OR EXISTS (SELECT FROM procedure_instance_step s WHERE s.instance_id = i.id AND s.step_no = i.step_no AND ${ANSWERS}))`

/** It waits for the reader: handed to them, or to nobody of those who answer for it. */
export const WAITS = `(i.state = 'running' AND (i.holder_id = :personId OR (i.holder_id IS NULL AND ${HAS_STEP})))`

export const READABLE = `(${OF_STARTER} OR ${OF_OFFICE} OR ${IS_RESPONSIBLE})`

/** The instances that the reader may know of. */
export const READABLE_PROCEDURE_FILES = `WITH ${OWN_UNITS}, ${OWN_ROLES} SELECT i.* FROM procedure_instance i WHERE ${READABLE}`

/** Of each procedure the version in force on that day, or the next or last one. The catalogue is everybody's. */
export const SHOWN_PROCEDURES = `
  SELECT v.* FROM procedure_version v WHERE v.version = (
    SELECT w.version FROM procedure_version w WHERE w.procedure_id = v.procedure_id
    ORDER BY w.since <= CAST(:on AS date) DESC, CASE WHEN w.since <= CAST(:on AS date) THEN w.version END DESC, w.since, w.version DESC LIMIT 1)`
