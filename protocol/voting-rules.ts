import { z } from 'zod'
import { Day } from './calendar.ts'
import { Grade, Majority, Threshold, VoteBase } from './shares.ts'

const Basis = z.string().max(300)
const Label = z.object({ vi: z.string().trim().min(1).max(200), en: z.string().trim().min(1).max(200) })

/** A share, or plurality, of a base. */
export const VoteRule = Majority.extend({ base: VoteBase })
export type VoteRule = z.infer<typeof VoteRule>

/** One criterion that is given points, from 0 to `max` in steps of `step`: halves or whole ones. */
export const Criterion = z.object({ id: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), label: Label, max: z.number().min(1).max(1000), step: z.union([z.literal(0.5), z.literal(1)]) })
export type Criterion = z.infer<typeof Criterion>

/** Grading by scored criteria: the mean total gives the grade, where the share of `base` handed in a ballot. */
export const ScoringRule = z.object({ criteria: z.array(Criterion).min(1).max(20), scale: z.array(Grade).min(2).max(10), rule: VoteRule })
export type ScoringRule = z.infer<typeof ScoringRule>

/** Something that a body elects. `statutory`: the law has it done on paper in a room, so it is refused here. */
export const ElectionMatter = z.object({
  id: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), label: Label, statutory: z.boolean(), basis: Basis,
  /** First day on which the basis is in force. */
  since: Day.exactOptional(),
})
export type ElectionMatter = z.infer<typeof ElectionMatter>

/** A majority beside the usual one, for the matters that a body's regulations name: what is to reach it is chosen when a vote is opened. */
export const SpecialMajority = VoteRule.extend({
  id: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), label: Label,
  /** First day on which the basis is in force. */
  since: Day.exactOptional(),
})
export type SpecialMajority = z.infer<typeof SpecialMajority>

/** What is elected, as a body's rules have it until it says otherwise. */
const usualMatters: ElectionMatter[] = [
  {
    id: 'partyCommittee', statutory: true, basis: 'Quyết định 190-QĐ/TW (Quy chế bầu cử trong Đảng): bầu bằng phiếu kín tại hội nghị, đại hội', since: '2024-10-10',
    label: { vi: 'Cấp uỷ, ban thường vụ, bí thư, phó bí thư, uỷ ban kiểm tra', en: 'Party committee, standing committee, secretary, deputy, inspection committee' },
  },
  {
    id: 'congressDelegates', statutory: true, basis: 'Quyết định 190-QĐ/TW (Quy chế bầu cử trong Đảng)', since: '2024-10-10',
    label: { vi: 'Đại biểu dự đại hội đảng cấp trên', en: 'Delegates to a higher party congress' },
  },
  {
    id: 'stateOffice', statutory: true, basis: 'Luật Tổ chức chính quyền địa phương: Hội đồng nhân dân bầu bằng phiếu kín tại kỳ họp',
    label: { vi: 'Chức danh do Hội đồng nhân dân bầu', en: 'Offices elected by the People’s Council' },
  },
  {
    id: 'procedural', statutory: false, basis: 'Các cơ quan điều hành hội nghị được biểu quyết công khai',
    label: { vi: 'Đoàn chủ tịch, thư ký, tổ kiểm phiếu của hội nghị', en: 'Presidium, secretaries, tellers of the meeting' },
  },
  {
    id: 'workingGroup', statutory: false, basis: 'Khi quy chế làm việc không quy định khác',
    label: { vi: 'Tổ công tác, tổ giúp việc, nhóm chuyên gia', en: 'Working groups and panels of experts' },
  },
  {
    id: 'commendation', statutory: false, basis: 'Khi quy chế thi đua, khen thưởng không quy định khác',
    label: { vi: 'Tập thể, cá nhân được đề nghị khen thưởng', en: 'Units and people proposed for commendation' },
  },
]

const unlessOtherwise = 'Khi quy chế làm việc không quy định khác'
const moreThanHalf = { numerator: 1, denominator: 2, strict: true }

/** Offered until a body says otherwise: it decides by its regulations which matters they are for. */
const usualSpecialMajorities: SpecialMajority[] = [
  {
    id: 'twoThirds', label: { vi: 'Ít nhất hai phần ba', en: 'At least two thirds' }, numerator: 2, denominator: 3, strict: false, base: 'incumbents',
    basis: 'Khi quy chế làm việc hoặc quy định chuyên ngành yêu cầu hai phần ba',
  },
  {
    id: 'threeQuarters', label: { vi: 'Ít nhất ba phần tư', en: 'At least three quarters' }, numerator: 3, denominator: 4, strict: false, base: 'incumbents',
    basis: 'Khi quy chế làm việc hoặc quy định chuyên ngành yêu cầu ba phần tư',
  },
]

/** How a body votes beyond its majority and its scale, as data: what is left out is the common rule. */
export const VotingRules = z.object({
  /** Named votes: whether one's ballot may be changed while the vote is open. */
  changeBallot: z.boolean().default(false),
  /** As many for as against: not adopted, or as the chair voted (named votes of bodies whose law says so). */
  tie: z.enum(['notAdopted', 'chairDecides']).default('notAdopted'),
  /** Whether who is recused still counts among incumbents and those present. */
  recusedInBase: z.boolean().default(true),
  /** Too few are there: opening needs a reason, or is refused. */
  withoutQuorum: z.enum(['withReason', 'refused']).default('withReason'),
  /** The share of those entitled whose ballots must have come, or nothing is decided; null: no such rule. */
  returned: Threshold.nullable().default(null),
  /** Whether secret ballots may be held here; a body may keep them to paper. */
  secretAllowed: z.boolean().default(true),
  /** Majorities that whoever opens a vote may choose instead of the usual one: named votes, options and elections. */
  specialMajorities: z.array(SpecialMajority).max(12).default(usualSpecialMajorities),
  scoring: ScoringRule.nullable().default(null),
  options: VoteRule.default({ ...moreThanHalf, base: 'incumbents', basis: unlessOtherwise }),
  /** `blankAllowed`: a ballot that strikes everybody out is valid and counts in the base. */
  election: VoteRule.extend({ blankAllowed: z.boolean() }).default({ ...moreThanHalf, base: 'validBallots', blankAllowed: true, basis: unlessOtherwise }),
  /** The share of low confidence from which the outcome says so of a person. */
  confidence: VoteRule.default({ ...moreThanHalf, base: 'validBallots', basis: 'Quy định 96-QĐ/TW' }),
  matters: z.array(ElectionMatter).max(30).default(usualMatters),
  basis: Basis.default(unlessOtherwise),
})
export type VotingRules = z.output<typeof VotingRules>
