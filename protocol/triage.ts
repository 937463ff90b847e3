import { z } from 'zod'
import { Day, NearDay } from './calendar.ts'
import { PageMark } from './convening.ts'
import { Person } from './identity.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Paragraphs } from './text.ts'
import { CautionCode, Disagreement, LegalDemand, OutcomeKind, TriageFacts, TriageResult, Way } from './triage-rules.ts'

/**
 * How accepted matters are dealt with: the rules propose a way, a named person decides. What the rules are is in
 * `triage-rules.ts`; how they are kept and judged, in `triage-book.ts`.
 */

const Params = z.object({ proposalId: Id })
const Named = z.object({ id: Id, name: z.string() })
const Key = z.string().min(8).max(60)
const Minutes = z.int().min(1).max(600)
const Words = Paragraphs(2000)

/** What the office knows of a matter, and the unit does not say. */
export const TriageNotes = z.strictObject({
  /** Null: as the unit said. */
  disagreement: Disagreement.nullable(),
  legal: LegalDemand,
  cautions: z.array(CautionCode).max(5).refine((codes) => new Set(codes).size === codes.length, 'names a case twice'),
  /** The office found a state secret in it; nothing but that is kept here. */
  secret: z.boolean(),
  minutes: Minutes,
})
export type TriageNotes = z.infer<typeof TriageNotes>

/** A planned meeting of the body that was not opened, with what is free of it. */
export const Slot = z.object({ meetingId: Id, title: z.string(), startsAt: Instant, mode: z.enum(['inPerson', 'online', 'hybrid']), freeMinutes: z.int() })
export type Slot = z.infer<typeof Slot>

/** What a written opinion came to; `causes`: why it did not pass. */
export const OpinionCount = z.object({ inFavour: z.int(), base: z.int(), needed: z.int(), causes: z.array(z.enum(['threshold', 'demand'])) })
export type OpinionCount = z.infer<typeof OpinionCount>

/**
 * How a decision ended: the matter was decided that way, or came back to be met about (rebound), or it was stopped before either:
 * the opinion or the delegation was taken back, or a state secret was found in it.
 */
export const TriageOutcome = z.object({
  kind: OutcomeKind, at: Instant,
  /** Null: it ended by itself. */
  actorId: Id.nullable(),
  /** Words of who ended it; empty where it ended by itself. */
  note: z.string(), tally: OpinionCount.nullable(), meetingId: Id.nullable(),
  /** From the decision to its end, in working days. */
  tookDays: z.int(),
})
export type TriageOutcome = z.infer<typeof TriageOutcome>

export const TriageDecision = z.object({
  /** Of this matter, from 1 on: after a rebound, or when a meeting put it off, it is decided anew. */
  nth: z.int().positive(), at: Instant, deciderId: Id, way: Way,
  /** What the rules proposed then; null where they left no way open. */
  proposed: Way.nullable(), departs: z.boolean(),
  /** Why it departs; empty where it does not and nothing was said. */
  reason: z.string(),
  /** To whom it was delegated, and the last day for it. */
  delegateId: Id.nullable(), dueOn: Day.nullable(),
  /** The meeting whose agenda it came onto; null while it waits to be convened. */
  meetingId: Id.nullable(),
  /** The written opinion that was asked with it. */
  opinionId: Id.nullable(),
  outcome: TriageOutcome.nullable(),
})
export type TriageDecision = z.infer<typeof TriageDecision>

export const TriageActs = z.object({
  note: z.boolean(), decide: z.boolean(), finish: z.boolean(),
  /** To take a delegation back undecided. */
  stop: z.boolean(),
})
export type TriageActs = z.infer<typeof TriageActs>

export const getTriage = defineRoute({
  id: 'triage.get', method: 'get', path: '/api/proposals/:proposalId/triage', access: 'signedIn', errors: ['proposalNotFound'],
  summary: 'How a matter is to be dealt with. To the office of its body: facts, proposal and reasons, computed anew while it is undecided. To its unit, and to whom it was delegated: the decisions.',
  params: Params,
  response: z.object({
    version: z.int().nonnegative(), may: TriageActs,
    /** To the office alone. */
    office: z.object({
      notes: TriageNotes, facts: TriageFacts, result: TriageResult, slots: z.array(Slot), delegates: z.array(Person),
      /** Whether opinions can be asked for in writing here. */
      writing: z.boolean(),
    }).nullable(),
    decisions: z.array(TriageDecision), people: z.array(Person),
    /** The matter in short, for whom it was delegated to. */
    matter: z.object({ title: z.string(), summary: z.string(), legalBasis: z.string(), body: Named, unit: Named }),
  }),
})
export type TriageDetail = z.infer<NonNullable<typeof getTriage.response>>

const changing = ['proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'triageChanged'] as const

export const noteTriage = defineRoute({
  id: 'triage.note', method: 'put', path: '/api/proposals/:proposalId/triage/notes', access: 'signedIn', errors: changing,
  summary: 'The office notes what the rules have to know, also that a state secret was found while the matter is dealt with without a meeting: that stops it. `version` is the one that it read, 0 before the first: who comes second gets `triageChanged`, and nothing is overwritten.',
  params: Params, body: z.strictObject({ version: z.int().nonnegative(), notes: TriageNotes }), response: z.object({ version: z.int().positive() }),
})

/** What each way needs to be carried out. */
export const TriageChoice = z.discriminatedUnion('way', [
  /** Onto the agenda of this meeting, or to be convened. */
  z.strictObject({ way: z.literal('meet'), meetingId: Id.nullable() }),
  z.strictObject({ way: z.literal('online'), meetingId: Id.nullable() }),
  z.strictObject({ way: z.literal('merge'), meetingId: Id }),
  /** A day off moves `dueOn` to the next working day. */
  z.strictObject({ way: z.literal('delegate'), personId: Id, dueOn: NearDay }),
  /**
   * `dueOn`: the last day for answers, a day off moves it to the next working day; null: as the body's rule says. `question`: on the
   * slip; left out: the usual one.
   */
  z.strictObject({ way: z.literal('write'), dueOn: NearDay.nullable(), question: Paragraphs(4000).refine((text) => text.length > 0, 'is empty').optional() }),
])
export type TriageChoice = z.infer<typeof TriageChoice>

export const decideTriage = defineRoute({
  id: 'triage.decide', method: 'post', path: '/api/proposals/:proposalId/triage/decisions', access: 'signedIn',
  errors: [...changing, 'triageReasonNeeded', 'triageWayClosed', 'triageNoTime', 'proposalSecret', 'personNotFound', 'dueDateInvalid', 'meetingNotFound', 'forbiddenInMeeting',
    'meetingAlreadyLive', 'meetingClosed', 'meetingCancelled', 'agendaFull', 'documentsFull', 'idempotencyKeyReused',
    'opinionUnderWay', 'opinionDeadlineInvalid', 'opinionNobodyToAsk'],
  summary: 'Chair or clerk of the body decides how the matter is dealt with, and it is carried out with that. Another way than the proposed one needs a reason. Of two who decide at once the second gets `triageChanged`.',
  params: Params,
  body: z.strictObject({
    version: z.int().nonnegative(),
    /** The number of decisions that were seen. */
    seen: z.int().nonnegative(),
    /** What was proposed when the person decided: another by now is `triageChanged`, so that nobody departs unawares. */
    proposed: Way.nullable(),
    choice: TriageChoice, reason: Words, key: Key,
  }),
  response: z.object({
    nth: z.int().positive(),
    /** The last day for it; null where it has none. `movedFrom`: the day off that was asked for. */
    dueOn: Day.nullable(), movedFrom: Day.nullable(),
  }),
})

export const finishTriage = defineRoute({
  id: 'triage.finish', method: 'post', path: '/api/proposals/:proposalId/triage/outcome', access: 'signedIn', errors: [...changing, 'proposalSecret'],
  summary: 'Who it was delegated to, or the office, says that it was decided, and how; or that it needs the body after all (`rebound`): it returns to the pool. The office alone takes it back undecided (`stopped`).',
  params: Params,
  body: z.strictObject({ nth: z.int().positive(), kind: OutcomeKind, note: Words.refine((text) => text.length > 0, 'is empty') }),
  response: z.object({}),
})

/** Lists of the office: to be decided · decided to meet and not on an agenda yet · under way without a meeting · over. */
export const TriageList = z.enum(['undecided', 'convene', 'outside', 'over'])
export type TriageList = z.infer<typeof TriageList>

export const TriageRow = z.object({
  id: Id, title: z.string(), body: Named, unit: Named, since: Instant, proposedOn: Day.nullable(), late: z.boolean(),
  /** The proposal of the rules, while it is undecided. */
  result: TriageResult.nullable(),
  decision: TriageDecision.nullable(), deciderName: z.string().nullable(), delegateName: z.string().nullable(),
})
export type TriageRow = z.infer<typeof TriageRow>

export const listTriage = defineRoute({
  id: 'triage.list', method: 'get', path: '/api/triage', access: 'signedIn', errors: [],
  summary: 'The matters of the bodies whose office the caller is, with what the rules propose; longest waiting first, those that are over latest first. Paged by `after`.',
  query: z.object({ list: TriageList.default('undecided'), bodyId: Id.optional(), after: PageMark.optional(), limit: z.coerce.number().int().min(1).max(100).default(30) }),
  response: z.object({ rows: z.array(TriageRow), next: PageMark.nullable(), counts: z.record(TriageList, z.int()), bodies: z.array(Named) }),
})

export const listDelegated = defineRoute({
  id: 'triage.delegated', method: 'get', path: '/api/triage/delegated', access: 'signedIn', errors: [],
  summary: 'Matters that were delegated to the caller and wait for their decision, the soonest due first.',
  response: z.object({ matters: z.array(z.object({ id: Id, title: z.string(), body: Named, dueOn: Day, late: z.boolean() })) }),
})
