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
  /** Working days by which a meeting is convened later than it could be, within what its unit can wait, so that other matters join it. */
  gatherDays: number
}

export interface ReplayBody {
  /** Whose own rules hold; null: the common ones alone. */
  id: string | null
  name: string
  /** Who attends, by the day from which on; the first from the beginning. */
  terms: Term[]
  /** Planned by the calendar, whatever comes up, in their order. Those after the year's end are waited for and counted nowhere. */
  sittings: Sitting[]
}

export interface Term {
  from: number
  /** By where they come from; all attend. */
  members: Travellers[]
  /** Of them, who travel; null: not known. */
  travellers: number | null
}

export type MeetingMode = 'inPerson' | 'online' | 'hybrid'

export interface Sitting { day: number, minutes: number, mode: MeetingMode }

/** What is the same in every year, with and without rules. */
export interface ReplayAssumptions {
  /** Minutes of a meeting beside those of its matters: opening, conclusions, waiting for the last. */
  overheadMinutes: number
  /** Pages that each gets on paper for a matter, where a meeting is in person. */
  pagesPerMatter: number
  /** Minutes in which a member reads and answers a written opinion. */
  answeringMinutes: number
  /** Working days that written opinions, and what is given to somebody, take: as usual, and where the unit cannot wait so long. */
  writing: Duration
  delegated: Duration
}

export interface Duration { fewest: number, usual: number }

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
  /**
   * Whether the office convenes a meeting for it where its unit asks for one, or cannot wait for a planned one. Otherwise it waits
   * for the next that has room, with rules and without.
   */
  granted: boolean
  /** What nobody knows beforehand: asked for in writing it would not reach its majority, or somebody would demand a meeting. */
  failsInWriting: boolean
  /** Given to somebody to decide, it would come back. */
  comesBack: boolean
  /** A meeting of its own would have been online by habit. */
  onlineByHabit: boolean
}
