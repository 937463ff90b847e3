import { z } from 'zod'
import { CostItem, CostSide, Estimate, RateItem } from './costs.ts'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { LedgerLine } from './ledger.ts'
import { KindCode, Wording } from './meeting-kinds.ts'
import { isReached, Target, type TargetCode } from './result-targets.ts'
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

const Baseline = z.coerce.number().int().min(1990).max(2200)
const Named = z.object({ id: Id, name: z.string() })
const Counted = z.object({ held: z.int(), online: z.int() })
const InTime = z.object({
  /** Those whose first deadline lies in the period and has come, or that were done before it. */
  due: z.int(), onTime: z.int(),
  /** Of those that were not in time by it: tasks whose deadline was extended, notices that were waived after it. */
  excused: z.int(),
})

export const Results = z.object({
  from: Month, to: Month, body: Named.nullable(),
  /** The bodies that it is of. */
  bodies: z.array(Named),
  meetings: Counted.extend({
    byMonth: z.array(Counted.extend({
      month: Month,
      /** Of the same month of the baseline's year, over bodies that it knows; null: nothing to compare with, or the month has not ended. */
      baseline: z.int().nullable(),
      /** Held by these bodies; part of `held`. */
      compared: z.int(),
    })),
    byBody: z.array(Counted.extend({ body: Named, baseline: z.int().nullable(), compared: z.int() })),
    /** Of the headline's months and bodies, by kind; their sums are the headline. Empty without one. */
    byKind: z.array(Counted.extend({ code: KindCode, /** Null: of no kind. */ name: Wording.nullable(), baseline: z.int(), baselineOnline: z.int() })),
  }),
  /** Baseline minus held, over the months that have ended and the bodies that the baseline knows; null without one. */
  headline: z.object({
    baselineId: Id, year: z.int(), version: z.int(), sha256: z.string(), until: Month, baseline: z.int(), held: z.int(), fewer: z.int(),
    /** Held in those months by bodies that the baseline does not know: in no comparison. */
    notCompared: z.int(),
    /** How many of both were online, as it was then and is now. */
    baselineOnline: z.int(), online: z.int(),
    /** The baseline's hash is that of its figures. Where it is not, nothing is to be concluded from it. */
    intact: z.boolean(),
  }).nullable(),
  /** Kinds whose meetings are counted by the calendar year, that of `to`; `held` in the scope of the quota. */
  quotas: z.array(z.object({ code: z.string(), name: Wording, perYear: z.int(), scope: z.enum(['province', 'body']), body: Named.nullable(), held: z.int(), basis: z.string() })),
  issuing: z.object({ electronic: z.int(), onPaper: z.int() }),
  unprinted: z.object({
    /** Copies of papers that went to recipients electronically. */
    copies: z.int(),
    /** Pages of documents that were laid before those who attended, on screens; guests of single items have those of their items. */
    pages: z.int(),
  }),
  /** From a proposal's first submission to its decision, of those decided in the period. */
  decisions: z.object({ count: z.int(), medianDays: z.number().nullable(), longestDays: z.int().nullable() }),
  notices: InTime,
  tasks: InTime,
  hours: z.object({ people: z.int(), minutes: z.int() }),
  ledger: z.object({ lines: z.int(), pending: z.int(), metAnyway: z.int(), reversed: z.int(), minutesSaved: z.int(), personMinutesSaved: z.int() }),
  /** Estimates over the meetings of the period that have closed. */
  costs: z.object({
    meetings: z.int(), inPerson: Estimate, held: Estimate, online: Estimate, saved: Estimate, salary: Estimate, unknownWays: z.int(),
    byItem: z.array(z.object({ item: CostItem, inPerson: Estimate, held: Estimate })),
    /** Costs of so many meetings that no rate was in force for: in no figure above. */
    unknown: z.array(z.object({ item: CostItem, rate: RateItem, meetings: z.int() })),
  }),
  /** In force at the end of the period. */
  targets: z.array(Target),
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
  query: Period.extend({ baseline: Baseline.optional() }).refine(inOrder, ORDER),
  response: Results,
})

export const ResultStrip = Results.pick({ from: true, to: true, headline: true, targets: true }).extend({ meetings: Counted })
export type ResultStrip = z.infer<typeof ResultStrip>

/** A target against what came of it; `reached` null: there is nothing to judge. */
export interface JudgedTarget { target: Target, part: number, whole: number, reached: boolean | null }

/** The targets of these codes, the lowest first. Of a baseline that is not intact nothing is concluded. */
export function judge({ headline, meetings, issuing, targets }: Omit<ResultStrip, 'from' | 'to'> & Partial<Pick<Results, 'issuing'>>, ...codes: readonly TargetCode[]): JudgedTarget[] {
  const shareOf = (code: TargetCode): readonly [part: number, whole: number] => {
    if (code === 'onlineShare') return [meetings.online, meetings.held]
    if (code === 'electronicShare' || code === 'electronicBest') return issuing ? [issuing.electronic, issuing.electronic + issuing.onPaper] : [0, 0]
    return headline?.intact ? [headline.fewer, headline.baseline] : [0, 0]
  }
  return targets.filter(({ code }) => codes.includes(code)).toSorted((a, b) => a.percent - b.percent).map((target) => {
    const [part, whole] = shareOf(target.code)
    return { target, part, whole, reached: isReached(target, part, whole) }
  })
}

export const resultStrip = defineRoute({
  id: 'results.strip', method: 'get', path: '/api/results/strip', access: 'signedIn', errors: [],
  summary: 'The headline of the year so far for the home of leaders and offices, as `results.get` gives it without further wishes; null for everybody else.',
  response: z.object({ strip: ResultStrip.nullable() }),
})

/**
 * `compared`: meetings that the headline counts, in its months and of its bodies (of `baseline`, as in `results.get`). `quota`: those of
 * the kind `kind` in the calendar year of `to`, in the scope of its quota. `hours`: of each person, or the meetings of `personId` alone.
 */
export const Figure = z.enum(['held', 'compared', 'quota', 'issuing', 'copies', 'pages', 'decisions', 'notices', 'tasks', 'hours', 'costs', 'minutesSaved'])
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
  /** How it counts, in one word of the figure: inPerson, online, hybrid; electronic, paper; onTime, late, extended, waived. */
  state: z.string().nullable(),
  /** Where it is opened; null: nowhere by this caller. */
  opens: z.object({ kind: z.enum(['meeting', 'paper', 'proposal', 'task']), id: Id }).nullable(),
})
export type ResultEntry = z.infer<typeof ResultEntry>

/** Where a page of entries ends: a day, and the entry's id. */
const EntryMark = z.string().refine((mark) => {
  const [day, id, ...rest] = mark.split('~')
  return rest.length === 0 && Day.safeParse(day).success && day! > '1900' && Id.safeParse(id).success
}, { message: 'is no mark of a page' })
const Paged = Period.extend({ after: EntryMark.optional(), limit: z.coerce.number().int().min(1).max(100).default(30) })

export const listResultEntries = defineRoute({
  id: 'results.entries', method: 'get', path: '/api/results/entries', access: 'signedIn', errors: ['forbiddenForResults', 'bodyNotFound'],
  summary: 'The entries that a figure of the same period counts, the latest first; their number is the figure, or the sum of their values. Paged by `after`.',
  query: Paged.extend({ figure: Figure, baseline: Baseline.optional(), kind: KindCode.optional(), personId: Id.optional() }).refine(inOrder, ORDER)
    .refine(({ figure, kind }) => figure !== 'quota' || kind !== undefined, { path: ['kind'], message: 'is to say whose quota' }),
  response: z.object({
    entries: z.array(ResultEntry), next: z.string().nullable(),
    /** The months that the figure counts. */
    from: Month, to: Month,
  }),
})

export const listLedger = defineRoute({
  id: 'results.ledger', method: 'get', path: '/api/results/ledger', access: 'signedIn', errors: ['forbiddenForResults', 'bodyNotFound'],
  summary: 'The lines of meetings that were not held in the period, also those that do not count, the latest first; paged by `after`.',
  query: Paged.refine(inOrder, ORDER),
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
  summary: 'The figures of a period as a workbook (XLSX), beside those of a second one where `thenFrom` and `thenTo` ask for it.',
  query: Period.extend({ baseline: Baseline.optional(), thenFrom: Month.optional(), thenTo: Month.optional() }).refine(inOrder, ORDER)
    .refine(({ thenFrom: from, thenTo: to }) => from === undefined ? to === undefined : to !== undefined && inOrder({ from, to }), { path: ['thenTo'], message: 'is not within twelve months from the first' }),
  response: { stream: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
})
