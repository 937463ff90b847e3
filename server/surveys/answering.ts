import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { answerBytes, answerProblems, type SurveyAnswers, type SurveyForm } from '../../protocol/survey-form.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { Keyring } from '../secret-ballots/keyring.ts'
import { stageOf, type Round } from './access.ts'
import { sealAnswer } from './sealing.ts'
import type { Tickets } from './tickets.ts'

/** So long answers wait for others, to be written with them in no order, in ms. */
const GATHER_MS = 400

export interface Asked { round: Round, form: SurveyForm, title: string, bodyName: string }
export interface Ticket { id: string, roundId: string, used: boolean, unitId: string | null, unitName: string | null, personName: string | null }
export interface Sealed { slot: Buffer, sealed: Buffer }
interface Use { ticketId: string, receipt: Buffer, browser: boolean }

export interface AnsweringStore {
  /** A round with the form that it asks. */
  asked(db: Knex, roundId: string): Promise<Asked | undefined>
  ticket(db: Knex, ticketId: string): Promise<Ticket | undefined>
  /** The round, held until the transaction's end so that it is not changed or counted meanwhile. */
  shareRound(trx: Knex.Transaction, roundId: string): Promise<Round | undefined>
  /** Marks tickets as used, those of browsers by making them; gives those that were not. */
  use(trx: Knex.Transaction, roundId: string, uses: readonly Use[]): Promise<{ ticketId: string, unitId: string | null }[]>
  receipts(trx: Knex.Transaction, ticketIds: readonly string[]): Promise<Map<string, Buffer>>
  /** Units with at least so many tickets of the round. */
  largeUnits(trx: Knex.Transaction, roundId: string, fewest: number): Promise<Set<string>>
  insertSealed(trx: Knex.Transaction, roundId: string, sealed: readonly Sealed[]): Promise<void>
  named(db: Knex, ticketId: string): Promise<{ answers: SurveyAnswers, revision: number } | undefined>
  /** The new revision; undefined where the answer is not of the revision that the change began from. */
  putNamed(trx: Knex.Transaction, ticket: Ticket, answers: SurveyAnswers, revision: number): Promise<number | undefined>
}

export interface AnsweringDeps {
  db: Knex
  store: AnsweringStore
  tickets: Tickets
  keyring: Pick<Keyring, 'require'>
  now: () => Date
  gatherMs?: number
}

interface Answer extends Use { answers: SurveyAnswers }
interface Waiting { answer: Answer, form: SurveyForm, resolve(): void, reject(error: unknown): void }

/**
 * Takes answers. It knows no session and no address, writes no time, and acknowledges once an answer is durable. Of an
 * anonymous round what came within a moment is written together: tickets marked in the order of their random ids, answers
 * sealed, under random names, in the order of those.
 */
export function createAnswering({ db, store, tickets, keyring, now, gatherMs = GATHER_MS }: AnsweringDeps) {
  const queues = new Map<string, Waiting[]>()
  const underWay = new Set<Promise<void>>()

  async function askedIn(roundId: string): Promise<Asked> {
    const asked = await store.asked(db, roundId)
    if (!asked) throw new AppError('surveyLinkInvalid')
    return asked
  }

  /** Throws `surveyLinkInvalid`. `ticket` undefined: of a browser that has not answered. */
  async function open(token: string, key: string | undefined): Promise<{ asked: Asked, ticketId: string | null, ticket: Ticket | undefined }> {
    const way = tickets.read(token)
    if (!way) throw new AppError('surveyLinkInvalid')
    if ('ticketId' in way) {
      const ticket = await store.ticket(db, way.ticketId)
      if (!ticket) throw new AppError('surveyLinkInvalid')
      return { asked: await askedIn(ticket.roundId), ticketId: ticket.id, ticket }
    }
    const asked = await askedIn(way.roundId)
    if (!asked.round.linked) throw new AppError('surveyLinkInvalid')
    const ticketId = key === undefined ? null : tickets.ofBrowser(way.roundId, key)
    return { asked, ticketId, ticket: ticketId === null ? undefined : await store.ticket(db, ticketId) }
  }

  function enqueue(roundId: string, form: SurveyForm, answer: Answer): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = queues.get(roundId)
      if (queue) return void queue.push({ answer, form, resolve, reject })
      queues.set(roundId, [{ answer, form, resolve, reject }])
      const drained = new Promise((gathered) => { setTimeout(gathered, gatherMs) }).then(() => drain(roundId)).finally(() => underWay.delete(drained))
      underWay.add(drained)
    })
  }

  async function drain(roundId: string): Promise<void> {
    const waiting = queues.get(roundId) ?? []
    queues.delete(roundId)
    try {
      const refused = await write(roundId, waiting[0]?.form, waiting.map(({ answer }) => answer))
      for (const { answer, resolve, reject } of waiting) {
        const refusal = refused.get(answer)
        if (refusal) reject(refusal)
        else resolve()
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  /** Those that did not come first by their ticket: the same browser's are alike, others are refused. */
  async function others(trx: Knex.Transaction, answers: readonly Answer[], code: () => AppError): Promise<Map<Answer, AppError>> {
    const kept = await store.receipts(trx, [...new Set(answers.map(({ ticketId }) => ticketId))])
    const late = answers.filter(({ ticketId, receipt }) => !kept.get(ticketId)?.equals(receipt))
    return new Map(late.map((answer) => [answer, kept.has(answer.ticketId) ? new AppError('surveyAnswered') : code()]))
  }

  const closedTo = (round: Round | undefined) =>
    !round || stageOf(round, now()) === 'closed' ? new AppError('surveyClosed') : new AppError('surveyNotOpen', { opensAt: round.opensAt.toISOString() })

  /** Writes answers in one transaction and gives, by answer, why it was refused. */
  async function write(roundId: string, form: SurveyForm | undefined, answers: readonly Answer[]): Promise<Map<Answer, AppError>> {
    return await db.transaction(async (trx) => {
      const round = await store.shareRound(trx, roundId)
      if (!round || !form || round.counted || stageOf(round, now()) !== 'open') return await others(trx, answers, () => closedTo(round))
      const keys = await keyring.require(roundId)
      const first = new Map<string, Answer>()
      for (const answer of answers) if (!first.has(answer.ticketId)) first.set(answer.ticketId, answer)
      const used = await store.use(trx, roundId, [...first.values()])
      const large = round.byUnit ? await store.largeUnits(trx, roundId, round.fewest) : new Set<string>()
      const bytes = answerBytes(form) + 64
      const sealed = used.map(({ ticketId, unitId }) => {
        const slot = randomBytes(16)
        const content = { unitId: unitId !== null && large.has(unitId) ? unitId : null, answers: first.get(ticketId)!.answers }
        return { slot, sealed: sealAnswer(keys, slot, content, bytes) }
      })
      await store.insertSealed(trx, roundId, sealed)
      const fresh = new Set(used.map(({ ticketId }) => first.get(ticketId)))
      return await others(trx, answers.filter((answer) => !fresh.has(answer)), () => new AppError('surveyAnswered'))
    })
  }

  async function putNamed(ticket: Ticket, answer: Answer, revision: number): Promise<number> {
    return await db.transaction(async (trx) => {
      const round = await store.shareRound(trx, ticket.roundId)
      if (!round || stageOf(round, now()) !== 'open') throw closedTo(round)
      await store.use(trx, ticket.roundId, [answer])
      const next = await store.putNamed(trx, ticket, answer.answers, revision)
      if (next !== undefined) return next
      const there = await store.named(trx, ticket.id)
      // Sent again, since its acknowledgement was lost.
      if (there && there.revision === revision + 1 && JSON.stringify(sorted(there.answers)) === JSON.stringify(sorted(answer.answers))) return there.revision
      throw new AppError('surveyAnswerChanged', { revision: there?.revision ?? 0 })
    })
  }

  return {
    /** Throws `surveyLinkInvalid`. */
    async look({ token, key }: { token: string, key?: string | undefined }) {
      const { asked: { round, form, title, bodyName }, ticket } = await open(token, key)
      const stage = stageOf(round, now())
      const mine = ticket && !round.anonymous ? await store.named(db, ticket.id) : undefined
      return {
        state: stage === 'open' && round.anonymous && ticket?.used ? 'answered' as const : stage, title, roundName: round.name, bodyName,
        opensAt: round.opensAt.toISOString(), closesAt: round.closesAt.toISOString(), anonymous: round.anonymous,
        unitName: round.anonymous && !round.byUnit ? null : ticket?.unitName ?? null, thanks: form.thanks,
        form: stage === 'open' && !(round.anonymous && ticket?.used) ? form : null,
        personName: round.anonymous ? null : ticket?.personName ?? null, answers: mine?.answers ?? null, revision: mine?.revision ?? 0,
      }
    },

    /**
     * Throws `surveyLinkInvalid`, `surveyAnswerInvalid`, `surveyNotOpen`, `surveyClosed`, `surveyAnswered`, `surveyAnswerChanged`,
     * `proposalSecret`, `ballotBoxLost`.
     */
    async answer(
      { token, key, answers, revision }: { token: string, key: string, answers: SurveyAnswers, revision: number },
    ): Promise<{ revision: number, thanks: string }> {
      const { asked: { round, form }, ticketId, ticket } = await open(token, key)
      if (ticketId === null) throw new AppError('surveyLinkInvalid')
      const problems = answerProblems(form, answers)
      if (problems.length) throw new AppError('surveyAnswerInvalid', { problems })
      requireUnstamped(...Object.values(answers).flatMap((one) => 'text' in one ? one.text : 'other' in one ? one.other : undefined))
      const given = { ticketId, receipt: tickets.receipt(ticketId, key), browser: 'roundId' in (tickets.read(token) ?? {}), answers: sorted(answers) }
      if (!round.anonymous && ticket) return { revision: await putNamed(ticket, given, revision), thanks: form.thanks }
      await enqueue(round.id, form, given)
      return { revision: 1, thanks: form.thanks }
    },

    /** Waits for the answers that were taken in. */
    async close(): Promise<void> {
      await Promise.all(underWay)
    },
  }
}

export type Answering = ReturnType<typeof createAnswering>

/** Without what says nothing, by question: an order of keys would be that in which somebody filled it in. */
function sorted(answers: SurveyAnswers): SurveyAnswers {
  const said = Object.entries(answers).filter(([, answer]) => !('text' in answer) || answer.text !== '').sort(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(said.map(([id, answer]) => [id, 'choices' in answer
    ? { choices: answer.choices.toSorted(), ...answer.other === undefined ? {} : { other: answer.other } } : answer]))
}
