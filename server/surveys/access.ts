import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { RoundStage, SurveySide } from '../../protocol/surveys.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface Survey {
  id: string
  bodyId: string
  bodyName: string
  title: string
  anonymous: boolean
  respondentsRead: boolean
  version: number
  sides: readonly SurveySide[]
}

/** A round's row. */
export interface Round {
  id: string
  surveyId: string
  number: number
  name: string
  formNumber: number
  opensAt: Date
  closesAt: Date
  anonymous: boolean
  byUnit: boolean
  linked: boolean
  fewest: number
  confidence: number
  basis: string
  version: number
  counted: boolean
  unreadable: number
}

/** Whom one asks for: makers are the office of the body on that day, and the administrator who made it; who is asked knows it once their round has opened. */
export interface Asking { personId: string, administrator: boolean, on: Day, at: Date }

export interface SurveyAccessStore {
  /** Undefined where there is no such survey, or the caller has nothing to do with it. */
  find(db: Knex, surveyId: string, asking: Asking): Promise<Survey | undefined>
  lock(trx: Knex.Transaction, surveyId: string): Promise<void>
  /** By number. */
  rounds(db: Knex, surveyId: string): Promise<Round[]>
}

export function stageOf({ opensAt, closesAt }: Pick<Round, 'opensAt' | 'closesAt'>, at: Date): RoundStage {
  if (at < opensAt) return 'planned'
  return at < closesAt ? 'open' : 'closed'
}

/** The one way to a survey. Neither an id nor, of others' surveys, being an administrator is a right to it. */
export function createSurveyAccess({ db, store, now }: { db: Knex, store: SurveyAccessStore, now: () => Date }) {
  const asking = ({ personId, administrator }: Caller): Asking => ({ personId, administrator, on: localDay(now()), at: now() })

  /** Throws `surveyNotFound` alike for one that does not exist and one that is not the caller's to know. */
  async function accessTo(surveyId: string, caller: Caller, source: Knex = db): Promise<Survey> {
    const found = await store.find(source, surveyId, asking(caller))
    if (!found) throw new AppError('surveyNotFound')
    return found
  }

  function requireMaker({ sides }: Survey): void {
    if (!sides.includes('maker')) throw new AppError('forbiddenForSurvey', { sides })
  }

  return {
    asking, accessTo, rounds: store.rounds,

    /** Throws `surveyNotFound`, `forbiddenForSurvey`. */
    async making(surveyId: string, caller: Caller): Promise<Survey> {
      const survey = await accessTo(surveyId, caller)
      requireMaker(survey)
      return survey
    },

    /** Changes a survey in a transaction, under its lock. Throws `surveyNotFound`, `forbiddenForSurvey`, and what `work` throws. */
    async change<T>(surveyId: string, caller: Caller, work: (trx: Knex.Transaction, survey: Survey, at: Date) => Promise<T>): Promise<T> {
      requireMaker(await accessTo(surveyId, caller))
      return await db.transaction(async (trx) => {
        await store.lock(trx, surveyId)
        const survey = await accessTo(surveyId, caller, trx)
        requireMaker(survey)
        return await work(trx, survey, now())
      })
    },

    /** Throws `surveyRoundNotFound`. */
    async round(source: Knex, surveyId: string, roundId: string): Promise<Round> {
      const found = (await store.rounds(source, surveyId)).find(({ id }) => id === roundId)
      if (!found) throw new AppError('surveyRoundNotFound')
      return found
    },
  }
}

export type SurveyAccess = ReturnType<typeof createSurveyAccess>
