import { z } from 'zod'
import { ItemPurpose } from './agenda.ts'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { Wording } from './meeting-kinds.ts'
import { Line } from './text.ts'

/**
 * How a matter may be dealt with: họp (a meeting of its own) · xin ý kiến bằng văn bản · giao người quyết định · ghép vào phiên
 * đã định · họp trực tuyến. In the order that decides between ways which the rules favour alike: least of everybody's time first.
 */
export const Way = z.enum(['write', 'delegate', 'merge', 'online', 'meet'])
export type Way = z.infer<typeof Way>
export const WAYS = Way.options

/** How a decision ended: decided that way · come back to be met about · stopped before either. */
export const OutcomeKind = z.enum(['decided', 'rebound', 'stopped'])
export type OutcomeKind = z.infer<typeof OutcomeKind>

/** Bình thường · khẩn · hoả tốc */
export const Urgency = z.enum(['normal', 'urgent', 'immediate'])
export type Urgency = z.infer<typeof Urgency>

/** Whether members or units are expected to disagree: chưa rõ · không · có ý kiến khác · bất đồng lớn */
export const Disagreement = z.enum(['unknown', 'none', 'some', 'strong'])
export type Disagreement = z.infer<typeof Disagreement>

/** What the law demands: nothing · that the body meets · that it meets in person (statutory elections, domain of voting) */
export const LegalDemand = z.enum(['none', 'meeting', 'inPerson'])
export type LegalDemand = z.infer<typeof LegalDemand>

/** The five cases in which one does not meet (Quyết định 45/2018/QĐ-TTg), as `meeting_caution` names them. */
export const CautionCode = z.enum(['emergency', 'delegated', 'settledOtherwise', 'insteadOfInspection', 'tourism'])
export type CautionCode = z.infer<typeof CautionCode>

/** All that the rules know of a matter. A number that nobody knows is null, and no rule speaks because of it. */
export const TriageFacts = z.object({
  asks: ItemPurpose, urgency: Urgency, disagreement: Disagreement, legal: LegalDemand, cautions: z.array(CautionCode),
  /** It carries a state secret: never in writing here, never online (Law 117/2025/QH15). */
  secret: z.boolean(),
  /** The unit asks for a meeting of its own. */
  wantsMeeting: z.boolean(),
  /** Minutes that it takes in a meeting. */
  minutes: z.int(),
  /** Working days until the day that the unit wishes; negative once it has passed. */
  daysLeft: z.int().nullable(),
  /** How much of the year's quota of meetings is used, in percent of it. */
  quotaPercent: z.number().nullable(),
  /** Minutes that are free on the next planned agenda which comes in time and has room for it; null: there is none. */
  freeMinutes: z.int().nullable(),
  /** Incumbents who would travel to a meeting in person. */
  travellers: z.int().nullable(),
  /** Share of the body's meetings this year that were not in person, in percent; null before the first. */
  onlinePercent: z.number().nullable(),
})
export type TriageFacts = z.infer<typeof TriageFacts>

const NumberFact = z.enum(['minutes', 'daysLeft', 'quotaPercent', 'freeMinutes', 'travellers', 'onlinePercent'])
const Limit = z.number().min(-1000).max(100_000)

/** One thing that must hold for a rule to speak. */
export const Condition = z.discriminatedUnion('fact', [
  z.strictObject({ fact: z.literal('asks'), among: z.array(ItemPurpose).min(1) }),
  z.strictObject({ fact: z.literal('urgency'), among: z.array(Urgency).min(1) }),
  z.strictObject({ fact: z.literal('disagreement'), among: z.array(Disagreement).min(1) }),
  z.strictObject({ fact: z.literal('legal'), among: z.array(LegalDemand).min(1) }),
  z.strictObject({ fact: z.literal('caution'), among: z.array(CautionCode).min(1) }),
  z.strictObject({ fact: z.literal('secret'), is: z.boolean() }),
  z.strictObject({ fact: z.literal('wantsMeeting'), is: z.boolean() }),
  z.strictObject({ fact: NumberFact, atLeast: Limit.nullable(), atMost: Limit.nullable() })
    .refine(({ atLeast, atMost }) => atLeast !== null || atMost !== null, 'has no limit')
    .refine(({ atLeast, atMost }) => atLeast === null || atMost === null || atLeast <= atMost, 'can never hold'),
])
export type Condition = z.infer<typeof Condition>

/**
 * What a rule says: `forbid` these ways; `require` one of these ways, which forbids all others; `favour` them by a weight; or
 * `off`, by which a body's version of a common rule takes it away.
 */
export const Effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('forbid'), ways: z.array(Way).min(1).max(5) }),
  z.strictObject({ kind: z.literal('require'), ways: z.array(Way).min(1).max(4) }),
  z.strictObject({ kind: z.literal('favour'), ways: z.array(Way).min(1).max(5), weight: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.literal('off') }),
])
export type Effect = z.infer<typeof Effect>

export const RuleCode = z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/)

/** What a rule is, whoever it is for and from whenever on. */
export const RuleContent = z.object({
  /** One sentence that says what it says. */
  name: Wording,
  /** All must hold; none: it always speaks. */
  when: z.array(Condition).max(8),
  effect: Effect,
  basis: z.object({ document: Line(200), clause: Line(300) }),
})
export type RuleContent = z.infer<typeof RuleContent>

/** One version of a rule, in force from `since` to `until`, both included; null while no end is set. */
export const TriageRule = RuleContent.extend({
  id: Id, code: RuleCode,
  /** The body whose rule it is, in place of the common one of that code; null: for all bodies. */
  bodyId: Id.nullable(),
  version: z.int().positive(), since: Day, until: Day.nullable(),
})
export type TriageRule = z.infer<typeof TriageRule>

/** A value that made a rule speak: worded by the message `triage.because.<fact>`. */
export const Because = z.object({ fact: z.string(), value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]) })
export type Because = z.infer<typeof Because>

/** Why a way is proposed, or closed: a rule that spoke, or what no rule can change (`law`). */
export const Reason = z.object({
  code: z.string(), ruleId: Id.nullable(), version: z.int(), name: Wording, effect: Effect, because: z.array(Because),
  basis: z.object({ document: z.string(), clause: z.string() }),
})
export type Reason = z.infer<typeof Reason>

export const TriageResult = z.object({
  /** Null where the rules leave no way open: a person has to see which of them is wrong here. */
  way: Way.nullable(),
  /** The ways that no rule forbids, the most favoured first, with what they were favoured by. */
  open: z.array(z.object({ way: Way, weight: z.int() })),
  /** What spoke: what forbids and requires first, then by weight, then by code. */
  reasons: z.array(Reason),
})
export type TriageResult = z.infer<typeof TriageResult>

/** Ways in which nothing of a state secret is ever dealt with here, whatever the rules say (Law 117/2025/QH15, domain of secrecy). */
export const NEVER_SECRET: readonly Way[] = ['write', 'delegate', 'online']

/** Whether a planned meeting may have a matter, and has the time for it; as an `online` one, if that way is asked for. */
export function fits(
  slot: { mode: 'inPerson' | 'online' | 'hybrid', freeMinutes: number }, { secret, legal, minutes }: Pick<TriageFacts, 'secret' | 'legal' | 'minutes'>, way: Way = 'merge',
): boolean {
  if (slot.freeMinutes < minutes || (secret && slot.mode !== 'inPerson') || (way === 'online' && slot.mode === 'inPerson')) return false
  return legal !== 'inPerson' || slot.mode !== 'online'
}

/** The rules of a body on a day: its own versions in place of the common ones of their code. Done once for many matters. */
export function rulesFor(rules: readonly TriageRule[], bodyId: string | null, on: Day): TriageRule[] {
  const byCode = new Map<string, TriageRule>()
  for (const rule of rules) {
    if (rule.since > on || (rule.until !== null && rule.until < on) || (rule.bodyId !== null && rule.bodyId !== bodyId)) continue
    const known = byCode.get(rule.code)
    if (!known || (known.bodyId === null && rule.bodyId !== null)) byCode.set(rule.code, rule)
  }
  return [...byCode.values()].filter(({ effect }) => effect.kind !== 'off').sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** The value that makes a condition hold, or null where it does not. */
function holds(condition: Condition, facts: TriageFacts): Because | null {
  switch (condition.fact) {
    case 'asks': return among(condition.fact, condition.among, facts.asks)
    case 'urgency': return among(condition.fact, condition.among, facts.urgency)
    case 'disagreement': return among(condition.fact, condition.among, facts.disagreement)
    case 'legal': return among(condition.fact, condition.among, facts.legal)
    case 'caution': {
      const found = facts.cautions.filter((caution) => condition.among.includes(caution))
      return found.length ? { fact: 'caution', value: found } : null
    }
    case 'secret': case 'wantsMeeting':
      return facts[condition.fact] === condition.is ? { fact: condition.fact, value: condition.is } : null
    default: {
      const value = facts[condition.fact]
      if (value === null || (condition.atLeast !== null && value < condition.atLeast) || (condition.atMost !== null && value > condition.atMost)) return null
      return { fact: condition.fact, value }
    }
  }
}

const among = <T extends string>(fact: string, wanted: readonly T[], value: T): Because | null => wanted.includes(value) ? { fact, value } : null

const secretReason: Reason = {
  code: 'law.secret', ruleId: null, version: 1, because: [{ fact: 'secret', value: true }], effect: { kind: 'forbid', ways: [...NEVER_SECRET] },
  name: {
    vi: 'Nội dung có bí mật nhà nước: không xin ý kiến bằng văn bản, không giao xử lý trên hệ thống này, không họp trực tuyến',
    en: 'A matter with a state secret: no written opinions and no delegation on this system, no online meeting',
  },
  basis: { document: 'Luật Bảo vệ bí mật nhà nước số 117/2025/QH15', clause: 'Không soạn thảo, lưu giữ bí mật nhà nước trên máy kết nối mạng' },
}
const noSlotReason: Reason = {
  code: 'law.noSlot', ruleId: null, version: 1, because: [], effect: { kind: 'forbid', ways: ['merge'] },
  name: { vi: 'Chưa có phiên nào đã định còn đủ thời gian', en: 'No planned meeting has enough time left' },
  basis: { document: 'Chương trình các phiên đã định', clause: 'Thời lượng còn trống' },
}

/**
 * What the rules (of `rulesFor`) propose for a matter. A way that anything forbids is never proposed; between those that are left
 * the sum of weights decides, and between equal sums the order of `Way`. The order of the rules changes nothing. Pure.
 */
export function triage(rules: readonly TriageRule[], facts: TriageFacts): TriageResult {
  const reasons: Reason[] = [...facts.secret ? [secretReason] : [], ...facts.freeMinutes === null ? [noSlotReason] : []]
  for (const { code, id, version, name, effect, when, basis } of rules) {
    const because = when.map((condition) => holds(condition, facts))
    if (because.every((one) => one !== null)) reasons.push({ code, ruleId: id, version, name, effect, because, basis })
  }
  const closed = new Set<Way>()
  const weights = new Map<Way, number>()
  for (const { effect } of reasons) {
    if (effect.kind === 'forbid') for (const way of effect.ways) closed.add(way)
    if (effect.kind === 'require') for (const way of WAYS) if (!effect.ways.includes(way)) closed.add(way)
    if (effect.kind === 'favour') for (const way of effect.ways) weights.set(way, (weights.get(way) ?? 0) + effect.weight)
  }
  const open = WAYS.filter((way) => !closed.has(way)).map((way) => ({ way, weight: weights.get(way) ?? 0 }))
    // The sort is stable, so that equal ways stay in the order of `Way`.
    .sort((a, b) => b.weight - a.weight)
  return { way: open[0]?.way ?? null, open, reasons: reasons.sort(byForce) }
}

const force = ({ effect }: Reason) => effect.kind === 'favour' ? effect.weight : effect.kind === 'require' ? 1000 : 1001

function byForce(a: Reason, b: Reason): number {
  return force(b) - force(a) || (a.code < b.code ? -1 : 1)
}

/** Whether a reason speaks for a way, against it, or neither. */
export function stanceOf({ effect }: Reason, way: Way): 'for' | 'against' | 'none' {
  if (effect.kind === 'off') return 'none'
  const named = effect.ways.includes(way)
  if (effect.kind === 'forbid') return named ? 'against' : 'none'
  if (effect.kind === 'require') return named ? 'for' : 'against'
  return named ? 'for' : 'none'
}
