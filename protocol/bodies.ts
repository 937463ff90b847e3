import { z } from 'zod'
import { Day } from './calendar.ts'
import { commonFloorRule, FloorRule } from './floor-rules.ts'
import { Id } from './journal.ts'
import { Person } from './identity.ts'
import { OpinionRule } from './opinion-rule.ts'
import { defineRoute } from './route.ts'
import { Grade, Majority, Threshold, VoteBase } from './shares.ts'
import { VoteRule, VotingRules } from './voting-rules.ts'

/** chủ trì · thư ký · thành viên · khách mời */
export const BodyRole = z.enum(['chair', 'clerk', 'member', 'guest'])
export type BodyRole = z.infer<typeof BodyRole>

const Basis = z.string().max(300)

/** How long before a meeting its invitation and papers go out, in whole working days (protocol/calendar.ts). */
export const DocumentRule = z.object({ leadWorkingDays: z.int().min(0).max(60), basis: Basis })

/** What the numbers of a body's papers are followed by: the kind of each in letters; see `symbolOf`. */
export const NumberingRule = z.object({
  invitation: z.string().trim().min(1).max(20), minutes: z.string().trim().min(1).max(20), conclusion: z.string().trim().min(1).max(20),
  resolution: z.string().trim().min(1).max(20).default('NQ'), report: z.string().trim().min(1).max(20).default('BC'), basis: Basis,
})

/** What somebody who attends in a member's place counts for. Whoever the chair admits may speak. */
export const SubstituteRule = z.object({ countsForQuorum: z.boolean(), mayVote: z.boolean(), basis: Basis })

/** Whether who answers an invitation with an absence must say why. */
export const AbsenceRule = z.object({ reasonRequired: z.boolean(), basis: Basis })

/** What follows a meeting, in whole working days (protocol/calendar.ts). */
export const FollowUpRule = z.object({
  /** Within how many after the closing the notice of the conclusions is issued. */
  conclusionNoticeWorkingDays: z.int().min(1).max(60),
  /** How many before the day of a task its lead is reminded; 0: not at all. */
  taskReminderWorkingDays: z.int().min(0).max(30),
  /** How many minutes the report on an overdue task has on the next agenda, onto which it comes by itself; 0: it is offered to the office alone. */
  overdueReportMinutes: z.int().min(0).max(120).default(10), basis: Basis,
})

/** How minutes are approved: by the chair alone, or also by who presided in the meeting; and how long members usually review them. */
export const MinutesRule = z.object({ approvedBy: z.enum(['chair', 'presided']), reviewWorkingDays: z.int().min(1).max(30), basis: Basis })
export type MinutesRule = z.infer<typeof MinutesRule>

/** The rules of a body, each from its own regulations: data, never constants in code. What older rows lack is the common rule. */
export const BodyRules = z.object({
  /** Share of the summoned voting members that must be present. */
  quorum: Threshold,
  /** Named votes: share of `base` that must approve. */
  majority: VoteRule,
  /** Grading ballots, where the body grades: the result is the best grade that `threshold` of `base` gave or surpassed. */
  grading: z.object({ scale: z.array(Grade).min(2), threshold: Majority, base: VoteBase }).nullable(),
  documents: DocumentRule.default({ leadWorkingDays: 3, basis: 'Quyết định 45/2018/QĐ-TTg' }),
  numbering: NumberingRule.default({ invitation: 'GM', minutes: 'BB', conclusion: 'TB', resolution: 'NQ', report: 'BC', basis: 'Nghị định 30/2020/NĐ-CP; Hướng dẫn 36-HD/VPTW' }),
  absences: AbsenceRule.default({ reasonRequired: false, basis: 'Khi quy chế làm việc không quy định khác' }),
  substitutes: SubstituteRule.default({ countsForQuorum: false, mayVote: false, basis: 'Khi quy chế làm việc không quy định khác' }),
  minutes: MinutesRule.default({ approvedBy: 'chair', reviewWorkingDays: 3, basis: 'Hướng dẫn 16-HD/VPTW' }),
  voting: VotingRules.prefault({}),
  floor: FloorRule.default(commonFloorRule),
  opinions: OpinionRule.prefault({}),
  followUp: FollowUpRule.default({ conclusionNoticeWorkingDays: 5, taskReminderWorkingDays: 3, overdueReportMinutes: 10, basis: 'Quyết định 45/2018/QĐ-TTg' }),
})
export type BodyRules = z.output<typeof BodyRules>
/** Rules as they may be written down: what is left out is the common rule. */
export type BodyRulesInput = z.input<typeof BodyRules>

/** How a body's papers are headed (Quy định 399-QĐ/TW for party bodies, Nghị định 30/2020/NĐ-CP for state bodies). */
export const Letterhead = z.object({
  style: z.enum(['party', 'state']),
  superior: z.string(),
  issuer: z.string(),
  /** Written after the number, e.g. `BB/TU` in `Số 12-BB/TU`. */
  minutesSymbol: z.string(),
  place: z.string(),
})
export type Letterhead = z.infer<typeof Letterhead>

/** The symbol of a body's paper as its letterhead has that of the minutes, e.g. `GM/TU` beside `BB/TU`. */
export function symbolOf({ rules, letterhead }: { rules: BodyRules, letterhead: Letterhead }, paper: 'invitation' | 'minutes' | 'conclusion' | 'resolution' | 'report'): string {
  return paper === 'minutes' ? letterhead.minutesSymbol : letterhead.minutesSymbol.replace(/^[^/-]*/, rules.numbering[paper])
}

/** Ban Chấp hành · Ban Thường vụ · Thường trực · Uỷ ban nhân dân · hội đồng · cơ quan khác */
export const BodyKind = z.enum(['executiveCommittee', 'standingCommittee', 'permanentMembers', 'peoplesCommittee', 'council', 'other'])
export type BodyKind = z.infer<typeof BodyKind>

export const Body = z.object({
  id: Id, name: z.string(), kind: BodyKind, rules: BodyRules, letterhead: Letterhead,
  /** The unit that it belongs to. */
  superiorUnitId: Id.nullable(),
  /** First and last day; null: not known, not set. */
  since: Day.nullable(), until: Day.nullable(),
  /** Raised at each change of the body itself; to be sent with the next. */
  version: z.int().positive(),
  /** The caller's role in it; null for an administrator who is not a member. */
  role: BodyRole.nullable(),
})
export type Body = z.infer<typeof Body>

export const Membership = z.object({
  person: Person, role: BodyRole,
  /** What the person is in this body, e.g. "Phản biện 1". */
  office: z.string(),
  /** Incumbent with a vote; a clerk from the office has none. */
  voting: z.boolean(),
  /** Protocol rank, 1 first. */
  rank: z.int(),
  /** First and last day of the term; until is null while no end is set. */
  since: Day, until: Day.nullable(),
})
export type Membership = z.infer<typeof Membership>

export const listBodies = defineRoute({
  id: 'bodies.list', method: 'get', path: '/api/bodies', access: 'signedIn', errors: [],
  summary: 'The bodies the caller belongs to today (an administrator sees all, those that ended too).',
  response: z.object({ bodies: z.array(Body) }),
})

export const listMembers = defineRoute({
  id: 'bodies.members', method: 'get', path: '/api/bodies/:bodyId/members', access: 'signedIn', errors: ['bodyNotFound'],
  summary: 'Present members of a body by protocol rank; for its members and administrators.',
  params: z.object({ bodyId: Id }),
  response: z.object({ members: z.array(Membership) }),
})

const fractionOfWhole = ({ numerator, denominator, strict }: Threshold) => numerator < denominator || (numerator === denominator && !strict)

/** Rules as somebody wrote them: shares that can be reached, grades that can be told apart. */
export const WrittenRules = BodyRules.superRefine(({ quorum, majority, grading, voting, opinions }, context) => {
  const { returned, scoring, options, election, confidence, specialMajorities } = voting
  const shares: [string[], Threshold | null | undefined][] = [
    [['quorum'], quorum], [['majority'], majority], [['grading'], grading?.threshold], [['voting', 'returned'], returned], [['voting', 'scoring'], scoring?.rule],
    [['voting', 'options'], options], [['voting', 'election'], election], [['voting', 'confidence'], confidence],
    [['opinions', 'threshold'], opinions.threshold],
    ...specialMajorities.map((one): [string[], Threshold] => [['voting', 'specialMajorities'], one]),
  ]
  for (const [path, share] of shares) {
    if (share && !fractionOfWhole(share)) context.addIssue({ code: 'custom', path, message: 'is more than the whole, so nothing can ever reach it' })
  }
  const lists: [string[], readonly { id: string }[] | undefined][] = [
    [['grading', 'scale'], grading?.scale], [['voting', 'scoring', 'scale'], scoring?.scale], [['voting', 'scoring', 'criteria'], scoring?.criteria], [['voting', 'matters'], voting.matters], [['voting', 'specialMajorities'], specialMajorities],
  ]
  for (const [path, list = []] of lists) {
    if (new Set(list.map(({ id }) => id)).size < list.length) context.addIssue({ code: 'custom', path, message: 'has two of one id' })
  }
})
