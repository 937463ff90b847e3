import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { Person } from './identity.ts'
import { defineRoute } from './route.ts'
import { SecretMatter } from './secrecy.ts'
import { SurveyForm } from './survey-form.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/** Surveys (khảo sát): made by the office of a body or by administrators, asked in rounds, answered by name or by nobody in particular. */

/** What the caller is to a survey: of those who make it, one whom its results are shown to, or one who is asked. */
export const SurveySide = z.enum(['maker', 'reader', 'respondent'])
export type SurveySide = z.infer<typeof SurveySide>
export const RoundStage = z.enum(['planned', 'open', 'closed'])
export type RoundStage = z.infer<typeof RoundStage>

export const MAX_CODES = 2000
export const MAX_INVITED = 5000
export const MAX_ROUNDS = 20

const Key = z.string().min(8).max(64)
const Version = z.int().positive()
const Named = z.object({ id: Id, name: z.string() })
const SurveyParams = z.object({ surveyId: Id })
const RoundParams = z.object({ surveyId: Id, roundId: Id })

/** How small groups are kept apart and how sure intervals are: data with a basis, in force from a day; a round keeps the one it was made under. */
export const SurveyRule = z.object({
  id: Id,
  /** Null: for every body that has none of its own. */
  body: Named.nullable(), since: Day,
  /** Anonymous results of fewer answers than this are withheld. */
  fewest: z.int().min(1).max(100),
  /** Of intervals. */
  confidence: z.number().min(0.5).max(0.999),
  basis: z.string(),
})
export type SurveyRule = z.infer<typeof SurveyRule>

/** Who has to do with a round, in numbers. */
const Reach = z.object({
  /** People of the organisation, one-use codes, and browsers that came by the shared link. */
  invited: z.int(), codes: z.int(), browsers: z.int(),
  /** How many of all of these have answered. */
  answered: z.int(),
})

export const SurveyRound = z.object({
  id: Id, number: z.int().positive(), name: z.string(), version: Version,
  /** The version of the form that it asks. */
  formNumber: z.int().positive(), opensAt: Instant, closesAt: Instant, stage: RoundStage,
  /** Whether answers keep the respondent's unit, where it has enough people. */
  byUnit: z.boolean(),
  fewest: z.int(), confidence: z.number(), basis: z.string(),
  reach: Reach,
  /** Units that people and codes of it belong to. */
  units: z.array(Named.extend({ invited: z.int(), codes: z.int(), answered: z.int() })),
  /** The shared link; null where there is none, or the caller does not make the survey. */
  link: z.string().nullable(),
})
export type SurveyRound = z.infer<typeof SurveyRound>

export const SurveySummary = z.object({
  id: Id, title: z.string(), body: Named, anonymous: z.boolean(), sides: z.array(SurveySide), editedAt: Instant,
  rounds: z.array(z.object({ id: Id, name: z.string(), opensAt: Instant, closesAt: Instant, stage: RoundStage, asked: z.int(), answered: z.int() })),
  /** The open round that the caller is asked in, and whether they have answered. */
  mine: z.object({ roundId: Id, answered: z.boolean() }).nullable(),
})
export type SurveySummary = z.infer<typeof SurveySummary>

export const SurveyDetail = z.object({
  id: Id, version: Version, body: Named, anonymous: z.boolean(), sides: z.array(SurveySide),
  form: SurveyForm, formNumber: z.int().positive(), formRevision: z.int().positive(),
  /** A round has opened with this form: the next change makes a new version. */
  frozen: z.boolean(),
  rounds: z.array(SurveyRound), mine: SurveySummary.shape.mine,
  /** Whom results are shared with; empty for who does not make it. */
  readers: z.array(Person), respondentsRead: z.boolean(),
  /** Whether the caller may see results now; of rounds that have any. */
  mayRead: z.boolean(),
})
export type SurveyDetail = z.infer<typeof SurveyDetail>

export const surveyBodies = defineRoute({
  id: 'surveys.bodies', method: 'get', path: '/api/surveys/bodies', access: 'signedIn', errors: [],
  summary: 'The bodies for which the caller may make surveys: those whose office they are, all of them for an administrator.',
  response: z.object({ bodies: z.array(Named) }),
})

export const listSurveys = defineRoute({
  id: 'surveys.list', method: 'get', path: '/api/surveys', access: 'signedIn', errors: [],
  summary: 'The surveys that the caller makes, reads or is asked in; newest first. Paged by `before`.',
  query: z.object({
    side: SurveySide.optional(), search: z.string().max(200).optional(), before: Id.optional(), limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  response: z.object({ surveys: z.array(SurveySummary), next: Id.nullable() }),
})

export const createSurvey = defineRoute({
  id: 'surveys.create', method: 'post', path: '/api/surveys', access: 'signedIn', errors: ['proposalSecret', 'bodyNotFound'],
  summary: 'A new survey of a body, whose office the caller is, or any as administrator. The same key gives the survey that it made. A secrecy above none is refused, and no text may come with it.',
  body: z.discriminatedUnion('secrecy', [
    z.strictObject({ secrecy: z.literal('none'), bodyId: Id, anonymous: z.boolean(), form: SurveyForm, key: Key }), SecretMatter,
  ]),
  response: z.object({ surveyId: Id }),
})

export const getSurvey = defineRoute({
  id: 'surveys.get', method: 'get', path: '/api/surveys/:surveyId', access: 'signedIn', errors: ['surveyNotFound'],
  summary: 'One survey for whoever makes, reads or is asked by it.', params: SurveyParams, response: SurveyDetail,
})

const making = ['surveyNotFound', 'forbiddenForSurvey'] as const

export const saveSurveyForm = defineRoute({
  id: 'surveys.saveForm', method: 'put', path: '/api/surveys/:surveyId/form', access: 'signedIn', errors: [...making, 'proposalSecret', 'surveyChanged'],
  summary: 'Changes what the survey asks: in place, or as a new version where a round has opened with the present one. `number` and `revision` are those that the edit began from.',
  params: SurveyParams,
  body: z.discriminatedUnion('secrecy', [z.strictObject({ secrecy: z.literal('none'), number: Version, revision: Version, form: SurveyForm }), SecretMatter]),
  response: z.object({ number: Version, revision: Version }),
})

export const shareSurvey = defineRoute({
  id: 'surveys.share', method: 'put', path: '/api/surveys/:surveyId/sharing', access: 'signedIn', errors: [...making, 'surveyChanged', 'personNotFound'],
  summary: 'Whom results are shown to beside its makers, and whether to those who are asked.', params: SurveyParams,
  body: z.strictObject({ version: Version, readers: z.array(Id).max(200), respondentsRead: z.boolean() }), response: z.object({ version: Version }),
})

export const addSurveyRound = defineRoute({
  id: 'surveys.addRound', method: 'post', path: '/api/surveys/:surveyId/rounds', access: 'signedIn',
  errors: [...making, 'proposalSecret', 'dateOutOfRange', 'surveyAudienceInvalid', 'unitNotFound', 'personNotFound'],
  summary: 'A round: when it is open, and who is asked. Units bring whoever works in them, or under them, now. Links for everybody and codes are for anonymous surveys alone. The same key gives the round that it made.',
  params: SurveyParams,
  body: z.strictObject({
    key: Key, name: Line(100), opensAt: Instant, closesAt: Instant, byUnit: z.boolean(),
    personIds: z.array(Id).max(MAX_INVITED), unitIds: z.array(Id).max(500),
    codes: z.array(z.strictObject({ unitId: Id.nullable(), count: z.int().min(1).max(MAX_CODES) })).max(500),
    link: z.boolean(),
  }),
  response: z.object({ roundId: Id }),
})

const Scheduled = z.object({ version: Version })

export const changeSurveyRound = defineRoute({
  id: 'surveys.changeRound', method: 'put', path: '/api/surveys/:surveyId/rounds/:roundId', access: 'signedIn',
  errors: [...making, 'proposalSecret', 'surveyRoundNotFound', 'surveyChanged', 'surveyRoundStage', 'dateOutOfRange'],
  summary: 'Another name or time: the opening while it has not opened, the closing while it has not closed. A closed round stays closed.',
  params: RoundParams, body: z.strictObject({ version: Version, name: Line(100), opensAt: Instant, closesAt: Instant }), response: Scheduled,
})

export const closeSurveyRound = defineRoute({
  id: 'surveys.closeRound', method: 'post', path: '/api/surveys/:surveyId/rounds/:roundId/closing', access: 'signedIn',
  errors: [...making, 'surveyRoundNotFound', 'surveyChanged', 'surveyRoundStage'],
  summary: 'Closes an open round now, for good.', params: RoundParams, body: z.strictObject({ version: Version }), response: Scheduled,
})

export const removeSurveyRound = defineRoute({
  id: 'surveys.removeRound', method: 'delete', path: '/api/surveys/:surveyId/rounds/:roundId', access: 'signedIn',
  errors: [...making, 'surveyRoundNotFound', 'surveyRoundStage'],
  summary: 'Takes a round away that has not opened.', params: RoundParams, response: z.object({}),
})

export const remindSurvey = defineRoute({
  id: 'surveys.remind', method: 'post', path: '/api/surveys/:surveyId/rounds/:roundId/reminders', access: 'signedIn',
  errors: [...making, 'surveyRoundNotFound', 'surveyRoundStage'],
  summary: 'Reminds those invited who have not answered, each at most once a day.', params: RoundParams, response: z.object({ reminded: z.int() }),
})

export const listInvited = defineRoute({
  id: 'surveys.invited', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/invited', access: 'signedIn', errors: [...making, 'surveyRoundNotFound'],
  summary: 'The people invited to a round and who of them has answered, never what; by given name. Paged by `after`.', params: RoundParams,
  query: z.object({ waiting: z.enum(['true', 'false']).optional(), after: z.coerce.number().int().nonnegative().default(0), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: z.object({ people: z.array(Person.extend({ unit: z.string().nullable(), answered: z.boolean() })), next: z.int().nullable() }),
})

export const surveyCodes = defineRoute({
  id: 'surveys.codes', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/codes.pdf', access: 'signedIn', errors: [...making, 'surveyRoundNotFound', 'surveyRoundStage'],
  summary: 'The one-use codes that were not used, of one unit where it is named, as a sheet to print and cut: each with its QR code.', params: RoundParams,
  query: z.object({ unitId: Id.optional(), origin: z.string().max(200).optional().describe('where phones are to go; one of the server’s own, else its first') }),
  response: { stream: 'application/pdf' },
})

export const surveyPoster = defineRoute({
  id: 'surveys.poster', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/link', access: 'signedIn', errors: [...making, 'surveyRoundNotFound'],
  summary: 'The QR code of the shared link.', params: RoundParams, query: z.object({ origin: z.string().max(200).optional() }),
  response: z.object({ link: z.string(), svg: z.string() }),
})

export const ownSurveyTicket = defineRoute({
  id: 'surveys.ticket', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/ticket', access: 'signedIn', errors: ['surveyNotFound', 'surveyRoundNotFound'],
  summary: 'The caller’s own way into a round that they are invited to: the page to answer on knows nobody’s session.', params: RoundParams,
  response: z.object({ token: z.string() }),
})

export const listSurveyRules = defineRoute({
  id: 'surveys.rules', method: 'get', path: '/api/survey-rules', access: 'signedIn', errors: [],
  summary: 'How few answers are withheld and how sure intervals are, by body and day; newest first.', response: z.object({ rules: z.array(SurveyRule) }),
})

export const addSurveyRule = defineRoute({
  id: 'surveys.addRule', method: 'post', path: '/api/survey-rules', access: 'administrator', errors: ['bodyNotFound', 'dateOutOfRange'],
  summary: 'A rule from a day on, for one body or for all that have none of their own. Rounds made before keep theirs.',
  body: z.strictObject({
    bodyId: Id.nullable(), since: Day, fewest: SurveyRule.shape.fewest, confidence: SurveyRule.shape.confidence, basis: Paragraphs(500).pipe(z.string().min(1)),
  }),
  response: z.object({ rules: z.array(SurveyRule) }),
})
