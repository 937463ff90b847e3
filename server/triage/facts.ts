import type { Knex } from 'knex'
import { addDays, localDay, workingDaysBetween, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import { fits, rulesFor, triage, type TriageFacts, type TriageResult, type TriageRule } from '../../protocol/triage-rules.ts'
import type { Slot, TriageNotes } from '../../protocol/triage.ts'

/** A matter as its rules see it: what its unit wrote, and what the office noted. */
export interface Matter extends Pick<TriageFacts, 'asks' | 'urgency' | 'disagreement' | 'wantsMeeting'> {
  id: string
  bodyId: string
  title: string
  proposedOn: Day | null
  /** One of its documents was found to be secret on an agenda, or it has a classified item. */
  foundSecret: boolean
  /** Null until the office has noted anything. */
  notes: TriageNotes | null
  notesVersion: number
  /** How often it was decided. */
  decisions: number
}

/** A slot as everybody's, and whether the reader prepares that meeting. */
export interface BodySlot extends Slot { bodyId: string, known: boolean }

/** What is the same for all matters of a body. */
export interface BodyFacts { bodyId: string, quotaPercent: number | null, onlinePercent: number | null, travellers: number | null }

export interface FactsStore {
  matters(db: Knex, ids: readonly string[]): Promise<Matter[]>
  /** Planned meetings that were not opened and begin later than `from`, soonest first. One query. */
  slots(db: Knex, bodyIds: readonly string[], from: Date, readerId: string | null): Promise<BodySlot[]>
  /** One query. */
  bodies(db: Knex, bodyIds: readonly string[], on: Day): Promise<BodyFacts[]>
  /** Versions in force on a day, or on any until `last`, of these bodies and the common ones. One query. */
  rules(db: Knex, bodyIds: readonly string[], on: Day, last?: Day): Promise<TriageRule[]>
}

export interface FactsDeps {
  store: FactsStore
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  now: () => Date
}

/** What the office has noted while it has noted nothing. */
export const NOTHING_NOTED: TriageNotes = { disagreement: null, legal: 'none', cautions: [], secret: false, minutes: 20 }

/** Farther ahead than units wish. */
const CALENDAR_DAYS = 400

export interface Weighed { matter: Matter, facts: TriageFacts, result: TriageResult, slots: BodySlot[] }

/** The facts of matters and what the rules make of them, in as many queries however many matters there are. */
export function createFacts({ store, calendar, now }: FactsDeps) {
  async function surroundings(source: Knex, matters: readonly Matter[], readerId: string | null) {
    const bodyIds = [...new Set(matters.map(({ bodyId }) => bodyId))]
    const today = localDay(now())
    return {
      today,
      slots: await store.slots(source, bodyIds, now(), readerId),
      bodies: await store.bodies(source, bodyIds, today),
      rules: await store.rules(source, bodyIds, today),
      days: await calendar(addDays(today, -CALENDAR_DAYS), addDays(today, CALENDAR_DAYS), source),
    }
  }

  /** `rewrite`: other rules than those that are in force, to see what they would change. */
  async function weigh(source: Knex, matters: readonly Matter[], readerId: string | null, rewrite = (rules: TriageRule[]) => rules): Promise<Weighed[]> {
    if (matters.length === 0) return []
    const { today, slots, bodies, rules, days } = await surroundings(source, matters, readerId)
    const book = rewrite(rules)
    const byBody = new Map(bodies.map(({ bodyId }) => [bodyId, rulesFor(book, bodyId, today)]))
    return matters.map((matter) => {
      const own = slots.filter(({ bodyId }) => bodyId === matter.bodyId)
      const facts = factsOf(matter, own, bodies.find(({ bodyId }) => bodyId === matter.bodyId), today, days)
      return { matter, facts, slots: own, result: triage(byBody.get(matter.bodyId) ?? [], facts) }
    })
  }

  return {
    weigh,
    /** Undefined where there is no such matter. */
    async weighOne(source: Knex, matterId: string, readerId: string | null): Promise<Weighed | undefined> {
      return (await weigh(source, await store.matters(source, [matterId]), readerId))[0]
    },
  }
}

export type Facts = ReturnType<typeof createFacts>

function factsOf(matter: Matter, slots: readonly Slot[], body: BodyFacts | undefined, today: Day, days: WorkingCalendar): TriageFacts {
  const notes = matter.notes ?? NOTHING_NOTED
  const { proposedOn } = matter
  const known = {
    asks: matter.asks, urgency: matter.urgency, disagreement: notes.disagreement ?? matter.disagreement, legal: notes.legal,
    // Sorted, so that the same facts are the same value.
    cautions: notes.cautions.toSorted(), secret: notes.secret || matter.foundSecret, wantsMeeting: matter.wantsMeeting, minutes: notes.minutes,
  }
  // A wish that has passed sets no limit any more.
  const inTime = ({ startsAt }: Slot) => proposedOn === null || proposedOn < today || localDay(startsAt) <= proposedOn
  const slot = slots.find((one) => inTime(one) && fits(one, known))
  return {
    ...known,
    daysLeft: proposedOn === null ? null : workingDaysBetween(today, proposedOn, days),
    freeMinutes: slot?.freeMinutes ?? null,
    quotaPercent: body?.quotaPercent ?? null, onlinePercent: body?.onlinePercent ?? null, travellers: body?.travellers ?? null,
  }
}
