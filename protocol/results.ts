import { z } from 'zod'
import { CostItem, CostSide, Estimate } from './costs.ts'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { LedgerLine } from './ledger.ts'
import { Wording } from './meeting-kinds.ts'
import { defineRoute } from './route.ts'

/**
 * What came of it, for leaders and offices of bodies and for administrators: counts that an auditor can open to their entries.
 * The headline is baseline minus held, over months that have ended; the ledger explains it and never adds to it.
 */

/** `yyyy-MM`, of Asia/Ho_Chi_Minh. Such texts compare as months do. */
export const Month = z.string().regex(/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/)
export type Month = z.infer<typeof Month>

const index = (month: Month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1
export const monthAt = (at: number): Month => `${String(Math.floor(at / 12)).padStart(4, '0')}-${String(at % 12 + 1).padStart(2, '0')}`
/** The months from the first to the last, both included. */
export function monthsOf({ from, to }: { from: Month, to: Month }): Month[] {
  return Array.from({ length: Math.max(0, index(to) - index(from) + 1) }, (_, step) => monthAt(index(from) + step))
}
export const monthsLater = (month: Month, count: number): Month => monthAt(index(month) + count)

/** At most twelve months, so that each is compared with one month of the baseline's year. */
export const Period = z.object({ from: Month, to: Month, bodyId: Id.optional() })
export const inOrder = ({ from, to }: { from: Month, to: Month }) => index(from) <= index(to) && index(to) - index(from) < 12
export const ORDER = { path: ['to'], message: 'is not within twelve months from the first' }

export const TargetCode = z.enum(['fewerMeetings', 'fewerByRule', 'onlineShare', 'electronicShare', 'electronicBest'])
export type TargetCode = z.infer<typeof TargetCode>

const Named = z.object({ id: Id, name: z.string() })
const Counted = z.object({ held: z.int(), online: z.int() })
const InTime = z.object({
  /** Those whose day lies in the period and has come, or that were done before it. */
  due: z.int(), onTime: z.int(),
})

export const Results = z.object({
  from: Month, to: Month, body: Named.nullable(),
  /** The bodies that it is of. */
  bodies: z.array(Named),
  meetings: Counted.extend({
    byMonth: z.array(Counted.extend({
      month: Month,
      /** Of the same month of the baseline's year, over bodies that it knows; null: nothing to compare with. */
      baseline: z.int().nullable(),
      /** Held by these bodies; part of `held`. */
      compared: z.int(),
    })),
    byBody: z.array(Counted.extend({ body: Named, baseline: z.int().nullable(), compared: z.int() })),
  }),
  /** Baseline minus held, over the months that have ended and the bodies that the baseline knows; null without one. */
  headline: z.object({
    baselineId: Id, year: z.int(), version: z.int(), sha256: z.string(), until: Month, baseline: z.int(), held: z.int(), fewer: z.int(),
    /** Held in those months by bodies that the baseline does not know: in no comparison. */
    notCompared: z.int(),
  }).nullable(),
  /** Kinds whose meetings are counted by the calendar year, that of `to`; `held` in the scope of the quota. */
  quotas: z.array(z.object({ code: z.string(), name: Wording, perYear: z.int(), scope: z.enum(['province', 'body']), body: Named.nullable(), held: z.int(), basis: z.string() })),
  issuing: z.object({ electronic: z.int(), onPaper: z.int() }),
  unprinted: z.object({
    /** Copies of papers that went to recipients electronically. */
    copies: z.int(),
    /** Pages of meetings' documents that those who attended read on screens. */
    pages: z.int(),
  }),
  /** From a proposal's first submission to its decision, of those decided in the period. */
  decisions: z.object({ count: z.int(), medianDays: z.number().nullable(), longestDays: z.int().nullable() }),
  notices: InTime,
  tasks: InTime,
  hours: z.object({ people: z.int(), minutes: z.int() }),
  ledger: z.object({ lines: z.int(), metAnyway: z.int(), reversed: z.int(), minutesSaved: z.int(), personMinutesSaved: z.int() }),
  /** Estimates over the meetings of the period that have closed. */
  costs: z.object({
    meetings: z.int(), inPerson: Estimate, held: Estimate, online: Estimate, saved: Estimate, salary: Estimate, unknownWays: z.int(),
    byItem: z.array(z.object({ item: CostItem, inPerson: Estimate, held: Estimate })),
  }),
  /** In force at the end of the period. */
  targets: z.array(z.object({ code: TargetCode, percent: z.int(), basis: z.string() })),
})
export type Results = z.infer<typeof Results>

export const resultBodies = defineRoute({
  id: 'results.bodies', method: 'get', path: '/api/results/bodies', access: 'signedIn', errors: [],
  summary: 'The bodies whose results the caller may see: those that they lead or whose office they are; all for an administrator. None: the page is not for them.',
  response: z.object({ bodies: z.array(Named) }),
})

export const getResults = defineRoute({
  id: 'results.get', method: 'get', path: '/api/results', access: 'signedIn', errors: ['forbiddenForResults', 'bodyNotFound'],
  summary: 'Every figure of a period of at most twelve months, of one body or of all that the caller may see. `baseline` is a year; without, the latest before the period that has a frozen one.',
  query: Period.extend({ baseline: z.coerce.number().int().min(1990).max(2200).optional() }).refine(inOrder, ORDER),
  response: Results,
})

export const ResultStrip = Results.pick({ from: true, to: true, headline: true, targets: true }).extend({ meetings: Counted })
export type ResultStrip = z.infer<typeof ResultStrip>

export const resultStrip = defineRoute({
  id: 'results.strip', method: 'get', path: '/api/results/strip', access: 'signedIn', errors: [],
  summary: 'The headline of the year so far for the home of leaders and offices, as `results.get` gives it without further wishes; null for everybody else.',
  response: z.object({ strip: ResultStrip.nullable() }),
})

export const Figure = z.enum(['held', 'issuing', 'copies', 'pages', 'decisions', 'notices', 'tasks', 'hours', 'costs', 'minutesSaved'])
export type Figure = z.infer<typeof Figure>

/** One entry behind a figure. Texts of a meeting are told to those alone who may see it. */
export const ResultEntry = z.object({
  id: Id, day: Day,
  /** Null: of several, as a person’s hours. */
  body: Named.nullable(),
  /** What it is called: a number, a name; null where the caller may not know it. */
  title: z.string().nullable(),
  /** A meeting's kind; null: of none, or no meeting. */
  kind: Wording.nullable(),
  /** What it adds to the figure, in the figure's unit: 1, copies, pages, days, minutes or đồng. */
  value: z.int(),
  /** How it counts, in one word of the figure: inPerson, online, hybrid; electronic, paper; onTime, late. */
  state: z.string().nullable(),
  /** Where it is opened; null: nowhere by this caller. */
  opens: z.object({ kind: z.enum(['meeting', 'paper', 'proposal', 'task']), id: Id }).nullable(),
})
export type ResultEntry = z.infer<typeof ResultEntry>

export const listResultEntries = defineRoute({
  id: 'results.entries', method: 'get', path: '/api/results/entries', access: 'signedIn', errors: ['forbiddenForResults', 'bodyNotFound'],
  summary: 'The entries that a figure of the same period counts, the latest first; their number is the figure, or the sum of their values. Paged by `after`.',
  query: Period.extend({ figure: Figure, after: z.string().regex(/^\d{4}-\d\d-\d\d~[\da-f-]{36}$/).optional(), limit: z.coerce.number().int().min(1).max(100).default(30) }).refine(inOrder, ORDER),
  response: z.object({ entries: z.array(ResultEntry), next: z.string().nullable() }),
})

export const listLedger = defineRoute({
  id: 'results.ledger', method: 'get', path: '/api/results/ledger', access: 'signedIn', errors: ['forbiddenForResults', 'bodyNotFound'],
  summary: 'The lines of meetings that were not held in the period, also those that do not count, the latest first; paged by `after`.',
  query: Period.extend({ after: z.string().regex(/^\d{4}-\d\d-\d\d~[\da-f-]{36}$/).optional(), limit: z.coerce.number().int().min(1).max(100).default(30) }).refine(inOrder, ORDER),
  response: z.object({ lines: z.array(LedgerLine), next: z.string().nullable() }),
})

export const meetingCosts = defineRoute({
  id: 'results.meetingCosts', method: 'get', path: '/api/results/costs/:entryId', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'What one closed meeting (an entry of `costs`) cost and would have cost, down to the factors and rates: people counted by unit, nobody named. For whoever may see its body’s results.',
  params: z.object({ entryId: Id }),
  response: z.object({ meetingId: Id, body: Named, day: Day, inPerson: CostSide, held: CostSide, online: CostSide, saved: Estimate }),
})

export const resultsFile = defineRoute({
  id: 'results.file', method: 'get', path: '/api/results/file', access: 'signedIn', errors: ['forbiddenForResults', 'bodyNotFound'],
  summary: 'The figures of a period as a workbook (XLSX).',
  query: Period.extend({ baseline: z.coerce.number().int().min(1990).max(2200).optional() }).refine(inOrder, ORDER),
  response: { stream: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
})
