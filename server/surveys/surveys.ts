import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { SecretMatter } from '../../protocol/secrecy.ts'
import { wordsOf, type SurveyForm } from '../../protocol/survey-form.ts'
import type { SurveyRule } from '../../protocol/surveys.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { Asking, SurveyAccess } from './access.ts'

type Open<T> = T & { secrecy: 'none' }
export interface FormVersion { number: number, revision: number, form: SurveyForm }

export interface NewSurvey { bodyId: string, anonymous: boolean, form: SurveyForm, key: string }
export interface NewRule { bodyId: string | null, since: Day, fewest: number, confidence: number, basis: string }

export interface SurveysStore {
  /** The bodies whose office the person is on that day; all that have not ended for an administrator. */
  makesFor(db: Knex, asking: Asking): Promise<{ id: string, name: string }[]>
  findCreation(db: Knex, creatorId: string, key: string): Promise<string | undefined>
  /** Undefined, and nothing inserted, where the key was used. */
  insert(trx: Knex.Transaction, survey: NewSurvey & { creatorId: string, at: Date }): Promise<string | undefined>
  latestForm(db: Knex, surveyId: string): Promise<FormVersion>
  /** Whether a round has opened with this version by then. */
  hasOpened(db: Knex, surveyId: string, number: number, at: Date): Promise<boolean>
  putForm(trx: Knex.Transaction, surveyId: string, version: FormVersion, actorId: string, at: Date): Promise<void>
  setSharing(trx: Knex.Transaction, surveyId: string, readers: readonly string[], respondentsRead: boolean): Promise<number>
  unknownPeople(db: Knex, ids: readonly string[]): Promise<boolean>
  rules(db: Knex): Promise<SurveyRule[]>
  insertRule(trx: Knex.Transaction, rule: NewRule, actorId: string): Promise<void>
  bodyExists(db: Knex, bodyId: string): Promise<boolean>
}

export interface SurveysDeps {
  db: Knex
  access: SurveyAccess
  store: SurveysStore
  now: () => Date
}

/** Making surveys: what they ask, whom results are shown to, and the rules for all of them. */
export function createSurveys({ db, access, store, now }: SurveysDeps) {
  return {
    bodies: async (caller: Caller) => ({ bodies: await store.makesFor(db, access.asking(caller)) }),

    /** Throws `proposalSecret`, `bodyNotFound`. */
    async create(caller: Caller, body: Open<NewSurvey> | SecretMatter): Promise<{ surveyId: string }> {
      if (body.secrecy !== 'none') throw new AppError('proposalSecret')
      const { bodyId, anonymous, form, key } = body
      requireUnstamped(...wordsOf(form))
      if (!(await store.makesFor(db, access.asking(caller))).some(({ id }) => id === bodyId)) throw new AppError('bodyNotFound')
      const made = await db.transaction(async (trx) => {
        const surveyId = await store.insert(trx, { bodyId, anonymous, form, creatorId: caller.personId, key, at: now() })
        if (surveyId) await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId, action: 'survey.created', data: { surveyId, anonymous } })
        return surveyId
      })
      const surveyId = made ?? await store.findCreation(db, caller.personId, key)
      if (!surveyId) throw new Error('a survey was neither made nor found')
      return { surveyId }
    },

    /** Throws what `access.change` does, `proposalSecret`, `surveyChanged`. */
    async saveForm(surveyId: string, caller: Caller, body: Open<FormVersion> | SecretMatter): Promise<{ number: number, revision: number }> {
      if (body.secrecy !== 'none') throw new AppError('proposalSecret')
      const { number, revision, form } = body
      return await access.change(surveyId, caller, async (trx, _, at) => {
        requireUnstamped(...wordsOf(form))
        const latest = await store.latestForm(trx, surveyId)
        if (latest.number !== number || latest.revision !== revision) throw new AppError('surveyChanged', { number: latest.number, revision: latest.revision })
        const next = await store.hasOpened(trx, surveyId, number, at) ? { number: number + 1, revision: 1 } : { number, revision: revision + 1 }
        await store.putForm(trx, surveyId, { ...next, form }, caller.personId, at)
        return next
      })
    },

    /** Throws what `access.change` does, `surveyChanged`, `personNotFound`. */
    share: (
      surveyId: string, caller: Caller, { version, readers, respondentsRead }: { version: number, readers: readonly string[], respondentsRead: boolean },
    ) =>
      access.change(surveyId, caller, async (trx, survey) => {
        if (survey.version !== version) throw new AppError('surveyChanged', { version: survey.version })
        const unique = [...new Set(readers)]
        if (await store.unknownPeople(trx, unique)) throw new AppError('personNotFound')
        const next = await store.setSharing(trx, surveyId, unique, respondentsRead)
        const data = { surveyId, readers: unique, respondentsRead }
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: survey.bodyId, action: 'survey.shared', data })
        return { version: next }
      }),

    rules: async () => ({ rules: await store.rules(db) }),

    /** Throws `bodyNotFound`, `dateOutOfRange` for a first day that is past. */
    async addRule(caller: Caller, rule: NewRule): Promise<{ rules: SurveyRule[] }> {
      const today = localDay(now())
      if (rule.since < today) throw new AppError('dateOutOfRange', { earliest: today, latest: null })
      if (rule.bodyId !== null && !await store.bodyExists(db, rule.bodyId)) throw new AppError('bodyNotFound')
      await db.transaction(async (trx) => {
        await store.insertRule(trx, rule, caller.personId)
        const { bodyId, ...data } = rule
        await writeAudit(trx, { actorId: caller.personId, subjectId: caller.personId, ...bodyId ? { bodyId } : {}, action: 'surveyRule.added', data })
      })
      return { rules: await store.rules(db) }
    },
  }
}

export type Surveys = ReturnType<typeof createSurveys>

/** The rule for a body on a day: its own, or the common one; of the same day the one that was entered last. */
export function ruleFor(rules: readonly SurveyRule[], bodyId: string, on: Day): SurveyRule {
  const inForce = rules.filter(({ since }) => since <= on).toSorted((a, b) => a.since === b.since ? (a.id < b.id ? 1 : -1) : a.since < b.since ? 1 : -1)
  const found = inForce.find(({ body }) => body?.id === bodyId) ?? inForce.find(({ body }) => body === null)
  if (!found) throw new Error('there is no rule for surveys')
  return found
}
