import type { Travellers } from './costs.ts'
import type { CautionCode, Disagreement, LegalDemand, TriageFacts, Urgency } from './triage-rules.ts'

/**
 * A year of matters, real or drawn, as a replay takes it: nothing in it says how a matter was dealt with. Days are counted in
 * working days from the year's first, which is 0.
 */
export interface ReplayYear {
  /** Working days of the year. */
  days: number
  bodies: ReplayBody[]
  /** In the order in which they came. */
  matters: ReplayMatter[]
}

export interface ReplayBody {
  /** Whose own rules hold; null: the common ones alone. */
  id: string | null
  name: string
  /** By where they come from; all attend. */
  members: Travellers[]
  /** Of them, who travel; null: not known. */
  travellers: number | null
  /** Planned by the calendar, whatever comes up, in their order. One that nothing is on is not held. */
  sittings: Sitting[]
}

export interface Sitting { day: number, minutes: number, online: boolean }

/** What a meeting has beside its matters: opening, conclusions, waiting for the last. */
export interface ReplayAssumptions {
  /** Minutes of a meeting beside those of its matters. */
  overheadMinutes: number
  /** Pages that each gets on paper for a matter, where a meeting is in person. */
  pagesPerMatter: number
}

export interface ReplayMatter {
  /** Index of its body. */
  body: number
  /** When it is accepted, and a way is to be found. */
  day: number
  asks: TriageFacts['asks']
  urgency: Urgency
  disagreement: Disagreement
  legal: LegalDemand
  cautions: CautionCode[]
  secret: boolean
  wantsMeeting: boolean
  minutes: number
  /** Working days that its unit can wait; null: no day was wished. */
  daysLeft: number | null
  /** What nobody knows beforehand: asked for in writing it would not reach its majority, or somebody would demand a meeting. */
  failsInWriting: boolean
  /** Given to somebody to decide, it would come back. */
  comesBack: boolean
  /** A meeting of its own would have been online by habit. */
  onlineByHabit: boolean
}
