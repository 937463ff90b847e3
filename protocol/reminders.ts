import { z } from 'zod'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

export const MAX_REMINDER_RULES = 10
/** Longest ahead, by unit: 30 days of either. */
export const MAX_AHEAD = { workingDays: 30, minutes: 30 * 24 * 60 } as const

/**
 * When whom to remind of a meeting: so many minutes before its start, or at the clock time of the start so many working days
 * before. `silent`: those without an answer; `expected`: everybody but the absent.
 */
const facts = {
  unit: z.enum(['workingDays', 'minutes']), amount: z.int().min(1).max(MAX_AHEAD.minutes), whom: z.enum(['silent', 'expected']),
  /** The regulation or custom that it is taken from. */
  basis: Line(300),
}
export const ReminderRule = z.object({ id: Id, ...facts })
export type ReminderRule = z.infer<typeof ReminderRule>

/** A rule as it is written; one with `id` goes on, and does not remind anew of what it has reminded of. */
export const ReminderRuleDraft = z.object({ id: Id.exactOptional(), ...facts })
  .refine(({ unit, amount }) => amount <= MAX_AHEAD[unit], { path: ['amount'] })
export type ReminderRuleDraft = z.infer<typeof ReminderRuleDraft>

const Rules = z.object({ rules: z.array(ReminderRule) })
/** Of a body; without, those that all bodies without rules of their own follow. */
const Scope = z.object({ bodyId: Id.optional() })

export const getReminderRules = defineRoute({
  id: 'reminders.rules', method: 'get', path: '/api/reminder-rules', access: 'administrator', errors: ['bodyNotFound'],
  summary: 'The reminder rules of a body (`bodyId`), or the common ones. A body without rules of its own follows the common ones.',
  query: Scope, response: Rules,
})

export const setReminderRules = defineRoute({
  id: 'reminders.setRules', method: 'put', path: '/api/reminder-rules', access: 'administrator', errors: ['bodyNotFound', 'reminderRulesChanged'],
  summary: 'Replaces the reminder rules of a body, or the common ones; none: the body follows the common ones, or nobody is reminded. `before` is what the edit began from: if they are others by now, nothing is overwritten and `reminderRulesChanged` says what they are.',
  query: Scope,
  body: z.object({ rules: z.array(ReminderRuleDraft).max(MAX_REMINDER_RULES), before: z.array(ReminderRule) }),
  response: Rules,
})
