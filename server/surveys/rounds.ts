import type { Knex } from 'knex'
import { localDay } from '../../protocol/calendar.ts'
import { MAX_CODES, MAX_INVITED, MAX_ROUNDS, type SurveyRule } from '../../protocol/surveys.ts'
import type { NewNotice } from '../notices/notices.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { Keyring } from '../secret-ballots/keyring.ts'
import { stageOf, type Round, type Survey, type SurveyAccess } from './access.ts'
import { ruleFor, type FormVersion } from './surveys.ts'
import { invitation, reminder } from './telling.ts'
import type { Tickets } from './tickets.ts'

export interface Audience {
  personIds: readonly string[]
  unitIds: readonly string[]
  codes: readonly { unitId: string | null, count: number }[]
}
export interface NewRound extends Audience { key: string, name: string, opensAt: string, closesAt: string, byUnit: boolean, link: boolean }
/** A round that is due to be told of. */
export interface DueRound { roundId: string, surveyId: string, title: string, closesAt: Date, anonymous: boolean }
export interface Invited { ticketId: string, personId: string }

export interface RoundsStore {
  latestForm(db: Knex, surveyId: string): Promise<FormVersion>
  /** What a round is called to whom it asks. */
  askedTitle(db: Knex, round: Pick<Round, 'surveyId' | 'formNumber'>): Promise<string>
  rules(db: Knex): Promise<SurveyRule[]>
  findRoundCreation(db: Knex, surveyId: string, key: string): Promise<string | undefined>
  insertRound(trx: Knex.Transaction, round: Omit<Round, 'id' | 'version' | 'counted' | 'unreadable'> & { key: string }): Promise<string>
  /** Gives tickets to these people and whoever works in these units, or under them, on that day; returns to how many. */
  invite(trx: Knex.Transaction, roundId: string, audience: Pick<Audience, 'personIds' | 'unitIds'>, on: string): Promise<number>
  makeCodes(trx: Knex.Transaction, roundId: string, codes: Audience['codes']): Promise<void>
  unknownUnits(db: Knex, ids: readonly string[], on: string): Promise<boolean>
  unknownPeople(db: Knex, ids: readonly string[]): Promise<boolean>
  /** Counts the version up. */
  updateRound(trx: Knex.Transaction, roundId: string, change: { name?: string, opensAt?: Date, closesAt?: Date }): Promise<number>
  /** Holds the round against those who answer, until the end of the transaction. */
  holdRound(trx: Knex.Transaction, roundId: string): Promise<void>
  deleteRound(trx: Knex.Transaction, roundId: string): Promise<void>
  waiting(db: Knex, roundId: string): Promise<Invited[]>
  /** Open rounds whose people were not told. */
  unannounced(db: Knex, at: Date): Promise<DueRound[]>
  /** False where another process was first. */
  markAnnounced(trx: Knex.Transaction, roundId: string): Promise<boolean>
}

export interface RoundsDeps {
  db: Knex
  access: SurveyAccess
  store: RoundsStore
  tickets: Tickets
  keyring: Pick<Keyring, 'make'>
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<number>
  now: () => Date
}

/** How long a round may be open, in days. */
const LONGEST_DAYS = 366
const DAY_MS = 24 * 3600_000

/** Rounds of surveys: when they are open, who is asked, who is reminded. */
export function createRounds({ db, access, store, tickets, keyring, send, now }: RoundsDeps) {
  function requireTimes(opensAt: Date, closesAt: Date, at: Date): void {
    const latest = new Date(opensAt.getTime() + LONGEST_DAYS * DAY_MS)
    if (closesAt <= opensAt || closesAt <= at || closesAt > latest) {
      throw new AppError('dateOutOfRange', { earliest: (opensAt > at ? opensAt : at).toISOString(), latest: latest.toISOString() })
    }
  }

  function requireStage(round: Round, at: Date, ...stages: ReturnType<typeof stageOf>[]): void {
    const stage = stageOf(round, at)
    if (!stages.includes(stage)) throw new AppError('surveyRoundStage', { stage })
  }

  /** Carries out a change of a round as nobody is answering; throws `surveyChanged` where it is no longer this version. */
  const changing = <T>(
    surveyId: string, roundId: string, caller: Caller, version: number | null,
    work: (trx: Knex.Transaction, round: Round, survey: Survey, at: Date) => Promise<T>,
  ) => access.change(surveyId, caller, async (trx, survey, at) => {
    await access.round(trx, surveyId, roundId)
    await store.holdRound(trx, roundId)
    const round = await access.round(trx, surveyId, roundId)
    if (version !== null && round.version !== version) throw new AppError('surveyChanged', { version: round.version })
    return await work(trx, round, survey, at)
  })

  const audit = (trx: Knex.Transaction, caller: Caller, { bodyId, id }: Survey, action: string, data: object) =>
    writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId, action: `survey.${action}`, data: { surveyId: id, ...data } })

  function requireAudience({ anonymous }: Survey, { personIds, unitIds, codes, link }: NewRound): void {
    const refuse = (reason: 'empty' | 'full' | 'named') => { throw new AppError('surveyAudienceInvalid', { reason }) }
    if (!anonymous && (link || codes.length)) refuse('named')
    if (!link && !codes.length && !personIds.length && !unitIds.length) refuse('empty')
    if (codes.reduce((sum, { count }) => sum + count, 0) > MAX_CODES) refuse('full')
  }

  return {
    /** Throws what `access.change` does, `dateOutOfRange`, `surveyAudienceInvalid`, `unitNotFound`, `personNotFound`, `proposalSecret`. */
    add: (surveyId: string, caller: Caller, round: NewRound) => access.change(surveyId, caller, async (trx, survey, at) => {
      const known = await store.findRoundCreation(trx, surveyId, round.key)
      if (known) return { roundId: known }
      requireUnstamped(round.name)
      const [opensAt, closesAt, on] = [new Date(round.opensAt), new Date(round.closesAt), localDay(at)]
      requireTimes(opensAt, closesAt, at)
      requireAudience(survey, round)
      const units = [...new Set([...round.unitIds, ...round.codes.flatMap(({ unitId }) => unitId ?? [])])]
      if (await store.unknownUnits(trx, units, on)) throw new AppError('unitNotFound')
      if (await store.unknownPeople(trx, [...new Set(round.personIds)])) throw new AppError('personNotFound')
      const number = Math.max(0, ...(await access.rounds(trx, surveyId)).map((one) => one.number)) + 1
      if (number > MAX_ROUNDS) throw new AppError('surveyAudienceInvalid', { reason: 'full' })
      const { fewest, confidence, basis } = ruleFor(await store.rules(trx), survey.bodyId, on)
      const roundId = await store.insertRound(trx, {
        surveyId, number, name: round.name, formNumber: (await store.latestForm(trx, surveyId)).number, opensAt, closesAt,
        anonymous: survey.anonymous, byUnit: round.byUnit, linked: round.link, fewest, confidence, basis, key: round.key,
      })
      const invited = await store.invite(trx, roundId, round, on)
      if (invited > MAX_INVITED) throw new AppError('surveyAudienceInvalid', { reason: 'full' })
      if (!invited && !round.link && !round.codes.length) throw new AppError('surveyAudienceInvalid', { reason: 'empty' })
      await store.makeCodes(trx, roundId, round.codes)
      // On the disk before anything can be answered; one whose round is rolled back is swept away.
      if (survey.anonymous) await keyring.make(roundId)
      await audit(trx, caller, survey, 'roundAdded', { roundId, invited, codes: round.codes, link: round.link, byUnit: round.byUnit })
      return { roundId }
    }),

    /** Throws what `access.change` does, `surveyRoundNotFound`, `surveyChanged`, `surveyRoundStage`, `dateOutOfRange`, `proposalSecret`. */
    change: (
      surveyId: string, roundId: string, caller: Caller, { version, name, ...times }: { version: number, name: string, opensAt: string, closesAt: string },
    ) =>
      changing(surveyId, roundId, caller, version, async (trx, round, survey, at) => {
        requireUnstamped(name)
        const [opensAt, closesAt] = [new Date(times.opensAt), new Date(times.closesAt)]
        // The name of a closed round is all that may still change: an answer more would be told from those that were shown.
        const moved = opensAt.getTime() !== round.opensAt.getTime()
        if (moved) requireStage(round, at, 'planned')
        if (closesAt.getTime() !== round.closesAt.getTime()) requireStage(round, at, 'planned', 'open')
        if (stageOf(round, at) !== 'closed') requireTimes(opensAt, closesAt, at)
        const next = await store.updateRound(trx, roundId, { name, opensAt, closesAt })
        await audit(trx, caller, survey, 'roundChanged', { roundId, opensAt, closesAt })
        return { version: next }
      }),

    /** Throws what `change` does. */
    close: (surveyId: string, roundId: string, caller: Caller, version: number) =>
      changing(surveyId, roundId, caller, version, async (trx, round, survey, at) => {
        requireStage(round, at, 'open')
        // Later than its opening, also where both are of one millisecond.
        const next = await store.updateRound(trx, roundId, { closesAt: new Date(Math.max(at.getTime(), round.opensAt.getTime() + 1)) })
        await audit(trx, caller, survey, 'roundClosed', { roundId })
        return { version: next }
      }),

    /** Throws what `access.change` does, `surveyRoundNotFound`, `surveyRoundStage`. */
    remove: (surveyId: string, roundId: string, caller: Caller) => changing(surveyId, roundId, caller, null, async (trx, round, survey, at) => {
      requireStage(round, at, 'planned')
      await store.deleteRound(trx, roundId)
      await audit(trx, caller, survey, 'roundRemoved', { roundId })
      return {}
    }),

    /** Throws what `access.change` does, `surveyRoundNotFound`, `surveyRoundStage`. */
    remind: (surveyId: string, roundId: string, caller: Caller) => changing(surveyId, roundId, caller, null, async (trx, round, survey, at) => {
      requireStage(round, at, 'open')
      const day = localDay(at)
      const told = { ...round, roundId, title: await store.askedTitle(trx, round) }
      const waiting = await store.waiting(trx, roundId)
      const reminded = await send(trx, waiting.map((one) => reminder(told, one, tickets.ofTicket(one.ticketId), day)))
      await audit(trx, caller, survey, 'reminded', { roundId, reminded })
      return { reminded }
    }),

    /** Tells those invited to rounds that have opened. */
    async announce(): Promise<void> {
      for (const due of await store.unannounced(db, now())) {
        await db.transaction(async (trx) => {
          if (!await store.markAnnounced(trx, due.roundId)) return
          await send(trx, (await store.waiting(trx, due.roundId)).map((one) => invitation(due, one, tickets.ofTicket(one.ticketId))))
        })
      }
    },
  }
}

export type Rounds = ReturnType<typeof createRounds>
