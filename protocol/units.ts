import { z } from 'zod'
import { Day } from './calendar.ts'
import { Person } from './identity.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/**
 * Units (departments, offices, local committees) in a tree that changes: units are added, renamed, moved, merged, split and
 * ended, each on a day. A unit that ended stays, with what it went into. Days are those of Asia/Ho_Chi_Minh.
 */
export const UnitName = z.object({ id: Id, name: z.string() })
export type UnitName = z.infer<typeof UnitName>

export const Unit = UnitName.extend({
  /** A short name for lists and imports, e.g. `VPTU`. */
  code: z.string().nullable(),
  superiorId: Id.nullable(),
  /** First and last day; `until` is null while no end is set. */
  since: Day, until: Day.nullable(),
  /** Raised at each change; to be sent with the next. */
  version: z.int().positive(),
  /** How many people work in it today, not counting those of units under it. */
  people: z.int().nonnegative(),
  /** Units that it came from, and went into, by a merger or a split. */
  predecessors: z.array(Id), successors: z.array(Id),
})
export type Unit = z.infer<typeof Unit>

/** Whether the unit has ended by a day. */
export const hasEnded = ({ until }: Pick<Unit, 'until'>, on: Day): boolean => until !== null && until < on

/** The unit with all that stand under it, however deep: where it cannot be moved to. */
export function withSubordinates(units: readonly Pick<Unit, 'id' | 'superiorId'>[], unitId: string): Set<string> {
  const found = new Set([unitId])
  for (let before = 0; before < found.size;) {
    before = found.size
    for (const { id, superiorId } of units) if (superiorId !== null && found.has(superiorId)) found.add(id)
  }
  return found
}

const UnitFields = z.object({ name: Line(200), code: Line(20).nullable().default(null) })
const UnitParams = z.object({ unitId: Id })
/** Which version of a unit the caller saw. */
const Seen = z.object({ unitId: Id, version: z.int().positive() })
const Version = z.int().positive()

export const listUnits = defineRoute({
  id: 'units.list', method: 'get', path: '/api/units', access: 'signedIn', errors: [],
  summary: 'The units of today by name; with `ended`, those that have ended too.',
  query: z.object({ ended: z.enum(['true', 'false']).default('false').transform((value) => value === 'true') }),
  response: z.object({ units: z.array(Unit) }),
})

export const addUnit = defineRoute({
  id: 'units.add', method: 'post', path: '/api/units', access: 'administrator',
  errors: ['unitNotFound', 'unitEnded', 'unitNameTaken', 'dateOutOfRange'],
  summary: 'A new unit, from a day on that is today or past, under a unit or at the top.',
  body: UnitFields.extend({ superiorId: Id.nullable(), since: Day }), response: z.object({ unit: Unit }),
})

export const renameUnit = defineRoute({
  id: 'units.rename', method: 'put', path: '/api/units/:unitId/name', access: 'administrator',
  errors: ['unitNotFound', 'unitEnded', 'unitChanged', 'unitNameTaken', 'dateOutOfRange'],
  summary: 'Another name or code from `on` on; the former stands in the history.',
  params: UnitParams, body: UnitFields.extend({ on: Day, version: Version }), response: z.object({ unit: Unit }),
})

export const moveUnit = defineRoute({
  id: 'units.move', method: 'put', path: '/api/units/:unitId/superior', access: 'administrator',
  errors: ['unitNotFound', 'unitEnded', 'unitChanged', 'unitCycle', 'dateOutOfRange'],
  summary: 'Puts a unit, with all under it, under another or at the top, from `on` on. Never under itself, whoever else moves units meanwhile.',
  params: UnitParams, body: z.object({ superiorId: Id.nullable(), on: Day, version: Version }), response: z.object({ unit: Unit }),
})

export const endUnit = defineRoute({
  id: 'units.end', method: 'put', path: '/api/units/:unitId/end', access: 'administrator',
  errors: ['unitNotFound', 'unitEnded', 'unitChanged', 'unitNotEmpty', 'dateOutOfRange'],
  summary: 'Ends a unit on its last day, which may be to come; its people belong to no unit from then on. Units under it must be moved away first.',
  params: UnitParams, body: z.object({ until: Day, version: Version }), response: z.object({ unit: Unit }),
})

export const mergeUnits = defineRoute({
  id: 'units.merge', method: 'post', path: '/api/units/merge', access: 'administrator',
  errors: ['unitNotFound', 'unitEnded', 'unitChanged', 'unitCycle', 'unitNameTaken', 'dateOutOfRange'],
  summary: 'Merges units into a new one, or into one that goes on: the others end the day before `on`, and their people and the units under them pass over.',
  body: z.object({
    units: z.array(Seen).min(1).max(50),
    into: z.discriminatedUnion('kind', [
      UnitFields.extend({ kind: z.literal('new'), superiorId: Id.nullable() }),
      Seen.extend({ kind: z.literal('existing') }),
    ]),
    on: Day,
  }).refine(({ units, into }) => into.kind === 'existing' || units.length > 1, { path: ['units'], message: 'must be two or more to make a new one' }),
  response: z.object({ unit: Unit }),
})

export const splitUnit = defineRoute({
  id: 'units.split', method: 'post', path: '/api/units/:unitId/split', access: 'administrator',
  errors: ['unitNotFound', 'unitEnded', 'unitChanged', 'unitNameTaken', 'dateOutOfRange'],
  summary: 'Splits a unit into new ones, which stand where it stood: it ends the day before `on`. Its people and the units under it pass to the first, except the people named at another.',
  params: UnitParams,
  body: z.object({
    parts: z.array(UnitFields.extend({ people: z.array(Id).max(5000).default([]) })).min(2).max(20), on: Day, version: Version,
  }),
  response: z.object({ units: z.array(Unit) }),
})

export const assignUnit = defineRoute({
  id: 'units.assign', method: 'put', path: '/api/people/:personId/unit', access: 'administrator',
  errors: ['personNotFound', 'unitNotFound', 'unitEnded', 'dateOutOfRange'],
  summary: 'Where a person works from a day on that is today or past; null: in no unit. Ends where they worked before.',
  params: z.object({ personId: Id }), body: z.object({ unitId: Id.nullable(), since: Day }), response: z.object({}),
})

/** One line of the record of changes. */
export const HistoryEntry = z.object({
  at: Instant,
  /** Who did it; null: the installation itself. */
  actor: Person.nullable(),
  /** Whom it was done to. */
  subject: Person.nullable(),
  /** `<thing>.<what happened>`. */
  action: z.string(), data: z.record(z.string(), z.unknown()),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

export const unitHistory = defineRoute({
  id: 'units.history', method: 'get', path: '/api/units/:unitId/history', access: 'administrator', errors: ['unitNotFound'],
  summary: 'The latest 200 changes of a unit, newest first: names it had, where it stood, what it came from.',
  params: UnitParams, response: z.object({ entries: z.array(HistoryEntry) }),
})
