import type { Knex } from 'knex'
import type { Person } from '../../protocol/identity.ts'
import type { SurveyForm } from '../../protocol/survey-form.ts'
import type { SurveyDetail, SurveyRound, SurveySide, SurveySummary } from '../../protocol/surveys.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { stageOf, type Asking, type Round, type SurveyAccess } from './access.ts'
import type { Results } from './results.ts'
import type { FormVersion } from './surveys.ts'
import { answerPath } from './telling.ts'
import type { Tickets } from './tickets.ts'

export interface ListedSurvey { id: string, title: string, bodyId: string, bodyName: string, anonymous: boolean, editedAt: Date, sides: SurveySide[] }
export interface Reach { invited: number, codes: number, browsers: number, answered: number }
export interface UnitReach { roundId: string, id: string, name: string, invited: number, codes: number, answered: number }
export interface InvitedPerson { person: Person, unit: string | null, answered: boolean }

export interface ReadingStore {
  /** Newest first, those that the caller has to do with. */
  list(
    db: Knex, asking: Asking, page: { side: SurveySide | undefined, search: string | undefined, before: string | undefined, limit: number },
  ): Promise<ListedSurvey[]>
  roundsOf(db: Knex, surveyIds: readonly string[]): Promise<Round[]>
  reach(db: Knex, roundIds: readonly string[]): Promise<Map<string, Reach>>
  unitReach(db: Knex, roundIds: readonly string[]): Promise<UnitReach[]>
  /** The person's own tickets in these rounds. */
  own(db: Knex, roundIds: readonly string[], personId: string): Promise<{ roundId: string, ticketId: string, used: boolean }[]>
  latestForm(db: Knex, surveyId: string): Promise<FormVersion>
  /** Of the last round that has opened by then. */
  askedForm(db: Knex, surveyId: string, at: Date): Promise<FormVersion | undefined>
  form(db: Knex, surveyId: string, number: number): Promise<SurveyForm>
  readers(db: Knex, surveyId: string): Promise<Person[]>
  invited(db: Knex, roundId: string, page: { waiting: boolean | undefined, after: number, limit: number }): Promise<InvitedPerson[]>
  /** Codes of a round that were not used, of one unit where it is named, by unit. */
  codes(db: Knex, roundId: string, unitId: string | undefined): Promise<{ ticketId: string, unit: string | null }[]>
}

const NOBODY: Reach = { invited: 0, codes: 0, browsers: 0, answered: 0 }

/** Surveys as their makers, their readers and those who are asked see them. */
export function createReading({ db, access, store, tickets, mayRead, origins, now }: {
  db: Knex, access: SurveyAccess, store: ReadingStore, tickets: Tickets, mayRead: Results['mayRead'], origins: readonly string[], now: () => Date
}) {
  /** Rounds that have not opened are known to the makers alone. */
  const shown = (rounds: readonly Round[], sides: readonly SurveySide[], at: Date) =>
    sides.includes('maker') ? [...rounds] : rounds.filter((round) => stageOf(round, at) !== 'planned')

  const mineOf = (rounds: readonly Round[], own: readonly { roundId: string, used: boolean }[], at: Date) => {
    const open = rounds.filter((round) => stageOf(round, at) === 'open')
    const found = own.find(({ roundId }) => open.some(({ id }) => id === roundId))
    return found ? { roundId: found.roundId, answered: found.used } : null
  }

  const linkOf = (path: string, origin: string | undefined) => {
    const base = origin !== undefined && origins.includes(origin) ? origin : origins[0]
    return `${base}${path}`
  }

  return {
    async list(caller: Caller, page: { side?: SurveySide | undefined, search?: string | undefined, before?: string | undefined, limit: number }) {
      const at = now()
      const found = await store.list(db, access.asking(caller), { side: page.side, search: page.search, before: page.before, limit: page.limit + 1 })
      const surveys = found.slice(0, page.limit)
      const rounds = await store.roundsOf(db, surveys.map(({ id }) => id))
      const ids = rounds.map(({ id }) => id)
      const [reach, own] = await Promise.all([store.reach(db, ids), store.own(db, ids, caller.personId)])
      return {
        surveys: surveys.map(({ bodyId, bodyName, editedAt, ...survey }): SurveySummary => {
          const ofSurvey = rounds.filter(({ surveyId }) => surveyId === survey.id)
          return {
            ...survey, body: { id: bodyId, name: bodyName }, editedAt: editedAt.toISOString(), mine: mineOf(ofSurvey, own, at),
            rounds: shown(ofSurvey, survey.sides, at).map((round) => {
              const { invited, codes, browsers, answered } = reach.get(round.id) ?? NOBODY
              return {
                id: round.id, name: round.name, opensAt: round.opensAt.toISOString(), closesAt: round.closesAt.toISOString(), stage: stageOf(round, at),
                asked: invited + codes + browsers, answered,
              }
            }),
          }
        }),
        next: found.length > page.limit ? surveys.at(-1)?.id ?? null : null,
      }
    },

    /** Throws `surveyNotFound`. */
    async get(surveyId: string, caller: Caller): Promise<SurveyDetail> {
      const at = now()
      const survey = await access.accessTo(surveyId, caller)
      const maker = survey.sides.includes('maker')
      const all = await access.rounds(db, surveyId)
      const ids = all.map(({ id }) => id)
      // What is written for the next round is the makers' alone until it opens.
      const [latest, reach, units, own, readers] = await Promise.all([
        (maker ? undefined : await store.askedForm(db, surveyId, at)) ?? store.latestForm(db, surveyId),
        store.reach(db, ids), store.unitReach(db, ids), store.own(db, ids, caller.personId),
        maker ? store.readers(db, surveyId) : [],
      ])
      const toRound = (round: Round): SurveyRound => ({
        id: round.id, number: round.number, name: round.name, version: round.version, formNumber: round.formNumber,
        opensAt: round.opensAt.toISOString(), closesAt: round.closesAt.toISOString(), stage: stageOf(round, at), byUnit: round.byUnit,
        fewest: round.fewest, confidence: round.confidence, basis: round.basis, reach: reach.get(round.id) ?? NOBODY,
        units: maker ? units.filter(({ roundId }) => roundId === round.id).map(({ roundId: _, ...unit }) => unit) : [],
        link: maker && round.linked ? linkOf(answerPath(tickets.ofRound(round.id)), undefined) : null,
      })
      return {
        id: surveyId, version: survey.version, body: { id: survey.bodyId, name: survey.bodyName }, anonymous: survey.anonymous, sides: [...survey.sides],
        form: latest.form, formNumber: latest.number, formRevision: latest.revision,
        frozen: all.some((round) => round.formNumber === latest.number && stageOf(round, at) !== 'planned'),
        rounds: shown(all, survey.sides, at).map(toRound), mine: mineOf(all, own, at), readers, respondentsRead: survey.respondentsRead,
        mayRead: mayRead(survey),
      }
    },

    /** Throws `surveyNotFound`, `forbiddenForSurvey`, `surveyRoundNotFound`. */
    async invited(surveyId: string, roundId: string, caller: Caller, page: { waiting?: 'true' | 'false' | undefined, after: number, limit: number }) {
      const { waiting, after, limit } = page
      await access.making(surveyId, caller)
      await access.round(db, surveyId, roundId)
      const found = await store.invited(db, roundId, { waiting: waiting === undefined ? undefined : waiting === 'true', after, limit: limit + 1 })
      return {
        people: found.slice(0, limit).map(({ person, unit, answered }) => ({ ...person, unit, answered })),
        next: found.length > limit ? after + limit : null,
      }
    },

    /** The codes to print; that they were is kept. Throws what `invited` does, `surveyRoundStage` once it has closed. */
    async codes(surveyId: string, roundId: string, caller: Caller, { unitId, origin }: { unitId?: string | undefined, origin?: string | undefined }) {
      const survey = await access.making(surveyId, caller)
      const round = await access.round(db, surveyId, roundId)
      if (stageOf(round, now()) === 'closed') throw new AppError('surveyRoundStage', { stage: 'closed' })
      const unused = await store.codes(db, roundId, unitId)
      const codes = unused.map(({ ticketId, unit }) => ({ link: linkOf(answerPath(tickets.ofTicket(ticketId)), origin), unit }))
      // Whoever has them could answer in others' place.
      const printed = { actorId: caller.personId, subjectId: null, bodyId: survey.bodyId, action: 'survey.codesPrinted' }
      await db.transaction((trx) => writeAudit(trx, { ...printed, data: { surveyId, roundId, unitId: unitId ?? null, codes: codes.length } }))
      return { title: (await store.form(db, surveyId, round.formNumber)).title, round, codes }
    },

    /** Throws what `invited` does, `surveyRoundNotFound` where the round has no shared link. */
    async link(surveyId: string, roundId: string, caller: Caller, origin: string | undefined): Promise<string> {
      await access.making(surveyId, caller)
      const round = await access.round(db, surveyId, roundId)
      if (!round.linked) throw new AppError('surveyRoundNotFound')
      return linkOf(answerPath(tickets.ofRound(round.id)), origin)
    },

    /** Throws `surveyNotFound`, `surveyRoundNotFound` where the caller is not invited, or it has not opened. */
    async ownTicket(surveyId: string, roundId: string, caller: Caller): Promise<{ token: string }> {
      await access.accessTo(surveyId, caller)
      const round = await access.round(db, surveyId, roundId)
      const [own] = await store.own(db, [roundId], caller.personId)
      if (!own || stageOf(round, now()) === 'planned') throw new AppError('surveyRoundNotFound')
      return { token: tickets.ofTicket(own.ticketId) }
    },
  }
}

export type Reading = ReturnType<typeof createReading>
