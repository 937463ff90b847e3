import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../support/house.ts'
import { browserKey, generated, seeded, surveyForm, tokenOf } from '../support/survey.ts'

/**
 * The attack: whoever owns the database, with a dump after every answer, the rows' physical places and transactions, and who
 * moreover watched in which order people answered, guesses who answered what. Guesses must be right no more often than chance.
 */

const PEOPLE = 160
/** Of the rank correlation of two orders that know nothing of each other: five standard deviations. */
const CHANCE = 5 / Math.sqrt(PEOPLE - 1)

interface TicketRow { id: string, person_id: string, ctid: string, xmin: string, used: boolean }
interface SealedRow { slot: Buffer, sealed: Buffer, ctid: string, xmin: string }
interface AnswerRow { id: string, ctid: string, xmin: string, answers: { advice: { text: string } } }

let house: House
let roundId: string
/** Who answered, in the order of answering; the k-th wrote the number k. */
const order: string[] = []
const sealedAfter: SealedRow[][] = []
let ticketsBefore: TicketRow[]
let answers: AnswerRow[]

const place = ({ ctid }: { ctid: string }) => {
  const [page = 0, line = 0] = ctid.slice(1, -1).split(',').map(Number)
  return page * 10_000 + line
}

/** Spearman's, of the places at which the same things stand in two orders. */
function correlation(first: readonly number[], second: readonly number[]): number {
  const at = new Map(second.map((value, index) => [value, index]))
  const n = first.length
  const squares = first.reduce((sum, value, index) => sum + (index - at.get(value)!) ** 2, 0)
  return 1 - 6 * squares / (n * (n * n - 1))
}

beforeAll(async () => {
  house = await openHouse()
  const { surveying } = house.domains
  const body = await house.newBody()
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => house.newPerson()))
  const { surveyId } = await surveying.surveys.create(body.clerk, { secrecy: 'none', bodyId: body.bodyId, anonymous: true, form: surveyForm, key: randomUUID() })
  const opensAt = new Date(Date.now() - 1000).toISOString()
  const made = await surveying.rounds.add(surveyId, body.clerk, {
    key: randomUUID(), name: 'Đợt', opensAt, closesAt: new Date(Date.now() + 3600_000).toISOString(), byUnit: false, link: false, codes: [], unitIds: [], personIds: people.map(({ personId }) => personId),
  })
  roundId = made.roundId
  const random = seeded(8)
  const queue = people.map(({ personId }) => ({ personId, at: random() })).toSorted((a, b) => a.at - b.at).map(({ personId }) => personId)
  const tickets = () => house.archive.owner('survey_ticket').where({ round_id: roundId }).select<TicketRow[]>('id', 'person_id', 'used', house.archive.owner.raw('ctid::text, xmin::text'))
  for (const [index, personId] of queue.entries()) {
    const { token } = await surveying.reading.ownTicket(surveyId, roundId, { personId, administrator: false })
    await surveying.answering.answer({ token: tokenOf(`#${token}`), key: browserKey(), revision: 0, answers: { ...generated(random, 0.5), advice: { text: `${index}${' x'.repeat(index % 7 * 100)}` } } })
    order.push(personId)
    if (index % 20 === 19) sealedAfter.push(await house.archive.owner('survey_sealed').where({ round_id: roundId }).select<SealedRow[]>('slot', 'sealed', house.archive.owner.raw('ctid::text, xmin::text')))
  }
  ticketsBefore = await tickets()
  const round = (await surveying.reading.get(surveyId, body.clerk)).rounds[0]!
  await surveying.rounds.close(surveyId, roundId, body.clerk, round.version)
  await surveying.counting.run()
  answers = await house.archive.owner('survey_answer').where({ round_id: roundId }).select<AnswerRow[]>('id', 'answers', house.archive.owner.raw('ctid::text, xmin::text'))
}, 120_000)
afterAll(() => house.close())

const numberOf = ({ answers: { advice } }: AnswerRow) => Number.parseInt(advice.text, 10)

describe('of an anonymous round', () => {
  it('every answer is there once, with no person, no ticket and no time', async () => {
    expect(answers.map(numberOf).toSorted((a, b) => a - b)).toEqual(order.map((_, index) => index))
    const columns = await house.archive.owner('information_schema.columns').where({ table_name: 'survey_answer' }).select<{ column_name: string, data_type: string }[]>('column_name', 'data_type')
    expect(columns.filter(({ data_type: type }) => /time|date|serial/.test(type))).toEqual([])
    expect(await house.archive.owner('survey_answer').where({ round_id: roundId }).whereNotNull('ticket_id')).toEqual([])
  })

  it('all answers are of one transaction, which is no ticket’s', () => {
    const transactions = new Set(answers.map(({ xmin }) => xmin))
    expect(transactions.size).toBe(1)
    // While it is open each is written beside its ticket: that is what the sealing is for.
    expect(ticketsBefore.some(({ xmin }) => transactions.has(xmin))).toBe(false)
  })

  it.each<[string, () => number[]]>([
    ['the names of answers', () => answers.toSorted((a, b) => a.id < b.id ? -1 : 1).map(numberOf)],
    ['their places on the disk', () => answers.toSorted((a, b) => place(a) - place(b)).map(numberOf)],
  ])('%s tell nothing of the order of answering, nor of the tickets’ names and places', (_, read) => {
    const found = read()
    const inTime = order.map((__, index) => index)
    const at = new Map(order.map((personId, index) => [personId, index]))
    const byName = ticketsBefore.toSorted((a, b) => a.id < b.id ? -1 : 1).map(({ person_id: id }) => at.get(id)!)
    const byPlace = ticketsBefore.toSorted((a, b) => place(a) - place(b)).map(({ person_id: id }) => at.get(id)!)
    const byTransaction = ticketsBefore.toSorted((a, b) => Number(a.xmin) - Number(b.xmin)).map(({ person_id: id }) => at.get(id)!)
    for (const guess of [inTime, byName, byPlace, byTransaction]) {
      expect(Math.abs(correlation(found, guess))).toBeLessThan(CHANCE)
      // Of a guess for everybody one is right by chance; ten are once in ten million.
      expect(found.filter((value, index) => guess[index] === value).length).toBeLessThan(10)
    }
    // The attack works where there is something to find: who answered is told by the tickets' transactions in the order of answering.
    expect(correlation(byTransaction, inTime)).toBeGreaterThan(0.99)
  })

  it('a dump of while it was open has answers of one length, which no key opens any more', async () => {
    const last = sealedAfter.at(-1)!
    expect(new Set(sealedAfter.flat().map(({ sealed }) => sealed.length)).size).toBe(1)
    expect(last.length).toBe(PEOPLE)
    await expect.poll(() => house.domains.keyring.require(roundId).then(() => 'there', ({ code }: { code: string }) => code), { timeout: 60_000 }).toBe('ballotBoxLost')
    expect(await house.archive.owner('survey_sealed').where({ round_id: roundId })).toEqual([])
  }, 90_000)
})
