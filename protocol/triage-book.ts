import { z } from 'zod'
import { Day, NearDay } from './calendar.ts'
import { Id } from './journal.ts'
import { Wording } from './meeting-kinds.ts'
import { defineRoute } from './route.ts'
import { Paragraphs } from './text.ts'
import { RuleCode, RuleContent, TriageRule, Way } from './triage-rules.ts'

/** The book of triage rules: their versions, what a change would change, and how they did. */

export const listTriageRules = defineRoute({
  id: 'triageRules.list', method: 'get', path: '/api/triage-rules', access: 'administrator', errors: [],
  summary: 'All versions of the rules, by code, body and day, with the bodies that may have rules of their own.',
  response: z.object({
    rules: z.array(TriageRule.extend({
      reason: z.string(), actorName: z.string().nullable(),
      /** Why its last day was set; empty where it has none. */
      endReason: z.string(),
      /** Put right on its first day by a later version of the same first day: it speaks no more. */
      withdrawn: z.boolean(),
    })),
    bodies: z.array(z.object({ id: Id, name: z.string() })),
  }),
})

/** A rule from a day on, as somebody writes it. */
export const RuleRevision = RuleContent.extend({ code: RuleCode, bodyId: Id.nullable(), since: NearDay, until: NearDay.nullable() })
  .refine(({ since, until }) => until === null || until >= since, { path: ['until'], message: 'is before its first day' })
export type RuleRevision = z.infer<typeof RuleRevision>

export const reviseTriageRule = defineRoute({
  id: 'triageRules.revise', method: 'post', path: '/api/triage-rules', access: 'administrator',
  errors: ['triageRuleOverlaps', 'triageRuleChanged', 'dateOutOfRange', 'bodyNotFound'],
  summary: 'A new rule, or a new version of the rule of that code and body from `since`, today or later. One without an end before it ends the day before; one of the same first day is put right by it and speaks no more; where it would overlap another in time it is refused. `version` is the latest one that was seen, 0 for none.',
  body: z.strictObject({ rule: RuleRevision, version: z.int().nonnegative(), reason: Paragraphs(1000).refine((text) => text.length > 0, 'is empty') }),
  response: z.object({ ruleId: Id, version: z.int().positive() }),
})

export const endTriageRule = defineRoute({
  id: 'triageRules.end', method: 'post', path: '/api/triage-rules/:ruleId/end', access: 'administrator', errors: ['triageRuleNotFound', 'triageRuleChanged', 'dateOutOfRange'],
  summary: 'The last day of a version that has none, today or later.',
  params: z.object({ ruleId: Id }),
  body: z.strictObject({ until: NearDay, reason: Paragraphs(1000).refine((text) => text.length > 0, 'is empty') }), response: z.object({}),
})

export const previewTriageRule = defineRoute({
  id: 'triageRules.preview', method: 'post', path: '/api/triage-rules/preview', access: 'administrator', errors: ['bodyNotFound'],
  summary: 'What the undecided matters would be proposed for if this rule held today: how many of each way before and after, and those that change, named to whose office they are.',
  body: z.strictObject({ rule: RuleRevision }),
  response: z.object({
    matters: z.int(), before: z.record(z.string(), z.int()), after: z.record(z.string(), z.int()),
    changes: z.array(z.object({
      bodyName: z.string(), title: z.string().nullable(), proposalId: Id.nullable(), before: Way.nullable(), after: Way.nullable(),
    })),
  }),
})

/** How often, and how long: of decisions whose end is known or not. */
const Figures = z.object({
  decided: z.int(),
  /** How many of them are over: decided that way, or come back. */
  ended: z.int(), rebounds: z.int(),
  /** Median and slowest tenth, in working days from the decision to its end; null before the first end. */
  medianDays: z.number().nullable(), p90Days: z.number().nullable(),
})

export const TriageReport = z.object({
  from: Day, to: Day,
  /** All decisions; how many had a proposal, and how many of those followed it. */
  decisions: z.int(), proposed: z.int(), followed: z.int(),
  /** Put on an agenda without a decision on how to deal with them. */
  unasked: z.int(),
  ways: z.array(Figures.extend({ way: Way, proposed: z.int(), followed: z.int() })),
  /** Each version of a rule that spoke for the proposed way, or closed others. */
  rules: z.array(Figures.extend({ code: z.string(), version: z.int(), name: Wording, spoke: z.int(), followed: z.int() })),
})
export type TriageReport = z.infer<typeof TriageReport>

export const reportTriage = defineRoute({
  id: 'triage.report', method: 'get', path: '/api/triage/report', access: 'signedIn', errors: ['bodyNotFound'],
  summary: 'How the rules did in decisions of a span of days: of the bodies whose office the caller is, for administrators of all; figures alone, no matters.',
  query: z.object({ from: NearDay, to: NearDay, bodyId: Id.optional() }).refine(({ from, to }) => from <= to, { path: ['to'], message: 'is before the first day' }),
  response: TriageReport,
})
