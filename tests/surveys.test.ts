import { randomUUID } from 'node:crypto'
import readXlsx from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { answerSurvey } from '../protocol/survey-answers.ts'
import type { SurveyAnswers } from '../protocol/survey-form.ts'
import { listNotices } from '../protocol/notices.ts'
import { surveyAnswersFile, surveyResults, surveyResultsFile, surveyTexts, type SurveyResults } from '../protocol/survey-results.ts'
import {
  addSurveyRound, addSurveyRule, changeSurveyRound, closeSurveyRound, createSurvey, getSurvey, listInvited, listSurveys, ownSurveyTicket, remindSurvey,
  removeSurveyRound, saveSurveyForm, shareSurvey, surveyCodes, surveyPoster,
} from '../protocol/surveys.ts'
import { bodyRules } from './support/house.ts'
import { signedIn } from './support/people.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { browserKey, generated, look, reply, seeded, surveyForm, tokenOf } from './support/survey.ts'

/** Surveys as people have them, over the wire: two rounds of 400 answers, and what must not be done. */

type Seat = Awaited<ReturnType<typeof signedIn>>
let server: TestServer
let clerk: Seat
let member: Seat
let colleague: Seat
let stranger: Seat
let administrator: Seat
let bodyId: string
const units: string[] = []
const lines: string[] = []

const inHours = (count: number) => new Date(Date.now() + count * 3600_000).toISOString()
const hours = (from: number, to: number) => ({ opensAt: inHours(from), closesAt: inHours(to) })
const plain = { byUnit: false, personIds: [], unitIds: [], codes: [], link: false }
const open = hours(-1, 1)

beforeAll(async () => {
  server = await startTestServer({ onLog: (line) => { lines.push(line) } })
  clerk = await signedIn(server, 'clerk', { fullName: 'Trần Thị Thư' })
  member = await signedIn(server, 'member', { fullName: 'Ngô Văn Viên' })
  colleague = await signedIn(server, 'colleague', { fullName: 'Đỗ Thị Đồng' })
  stranger = await signedIn(server, 'stranger')
  administrator = await signedIn(server, 'administrator', { administrator: true })
  const { bodies, units: tree } = server.domains
  const body = await bodies.found({
    name: 'Ban Thường vụ', rules: bodyRules.committee, letterhead: { style: 'party', superior: 'Tỉnh uỷ', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' },
  })
  bodyId = body.id
  await bodies.addMember({ bodyId, personId: clerk.personId, role: 'clerk', office: 'Thư ký', voting: false, rank: 1, since: new Date('2020-01-01') })
  await bodies.addMember({ bodyId, personId: member.personId, role: 'member', office: 'Uỷ viên', voting: true, rank: 2, since: new Date('2020-01-01') })
  for (const name of ['Văn phòng', 'Ban Tổ chức', 'Tổ Cơ yếu']) units.push((await tree.add({ personId: null }, { name, code: null, superiorId: null, since: '2020-01-01' })).id)
  for (const { personId } of [member, colleague]) await tree.assign({ personId: null }, personId, units[0]!, '2020-01-01')
})
afterAll(async () => {
  for (const { client } of [clerk, member, colleague, stranger, administrator]) client.close()
  await server.stop()
})

async function made(anonymous: boolean, seat = clerk): Promise<string> {
  const { body, error } = await seat.client.call(createSurvey, { body: { secrecy: 'none', bodyId, anonymous, form: surveyForm, key: randomUUID() } })
  expect(error).toBeUndefined()
  return body.surveyId
}

async function round(surveyId: string, wanted: Partial<z.input<typeof addSurveyRound.body>>): Promise<string> {
  const { body, error } = await clerk.client.call(addSurveyRound, { params: { surveyId }, body: { key: randomUUID(), name: 'Đợt', ...open, ...plain, ...wanted } })
  expect(error).toBeUndefined()
  return body.roundId
}

const caller = () => ({ personId: clerk.personId, administrator: false })
async function tokens(surveyId: string, roundId: string): Promise<string[]> {
  const { codes } = await server.domains.surveying.reading.codes(surveyId, roundId, caller(), {})
  return codes.map(({ link }) => tokenOf(link))
}
const detail = async (surveyId: string, seat = clerk) => (await seat.client.call(getSurvey, { params: { surveyId } })).body
async function close(surveyId: string, roundId: string): Promise<void> {
  const version = (await detail(surveyId)).rounds.find(({ id }) => id === roundId)!.version
  expect((await clerk.client.call(closeSurveyRound, { params: { surveyId, roundId }, body: { version } })).error).toBeUndefined()
}
const resultsOf = (surveyId: string, roundId: string, before?: string, seat = clerk) =>
  seat.client.call(surveyResults, { params: { surveyId, roundId }, query: before ? { before } : {} })

describe('two rounds of 400', () => {
  let surveyId: string
  let rounds: [string, string]
  const truth: [SurveyAnswers[], SurveyAnswers[]] = [[], []]
  let results: SurveyResults

  beforeAll(async () => {
    surveyId = await made(true)
    const codes = [{ unitId: units[0]!, count: 230 }, { unitId: units[1]!, count: 167 }, { unitId: units[2]!, count: 3 }]
    rounds = [await round(surveyId, { name: 'Trước', byUnit: true, codes }), await round(surveyId, { name: 'Sau', byUnit: true, codes })]
    for (const index of [0, 1] as const) {
      const random = seeded(400 + index)
      truth[index] = Array.from({ length: 400 }, () => generated(random, 0.3 + 0.3 * index))
      const ways = await tokens(surveyId, rounds[index])
      expect(new Set(ways).size).toBe(400)
      const outcomes = await Promise.all(ways.map((token, at) => reply(server.origin, token, truth[index][at])))
      expect(outcomes.filter(({ status }) => status !== 200)).toEqual([])
      expect((await resultsOf(surveyId, rounds[index])).error).toMatchObject({ code: 'surveyResultsWithheld', details: { reason: 'open' } })
      await close(surveyId, rounds[index])
    }
    const { body, error } = await resultsOf(surveyId, rounds[1], rounds[0])
    expect(error).toBeUndefined()
    results = body
  }, 120_000)

  it('are counted as a recount by hand counts them, and as plain SQL does', async () => {
    expect(results).toMatchObject({ round: { answers: 400, asked: 400 }, before: { answers: 400 }, unreadable: 0, fewest: 5, confidence: 0.95 })
    for (const [index, id] of rounds.entries()) {
      const said = truth[index as 0 | 1]
      for (const { question, figures, before, texts } of results.questions) {
        const of = index === 1 ? figures : before
        const given = said.flatMap((answers) => answers[question.id] ?? [])
        if (question.kind === 'text') {
          expect(before).toBeNull()
          if (index === 1) expect([texts, figures.answered]).toEqual([given.length, given.length])
          continue
        }
        expect([of?.answered, of?.skipped]).toEqual([given.length, 400 - given.length])
        for (const share of of!.shares) {
          const count = given.filter((answer) => 'choices' in answer ? answer.choices.includes(share.id) : 'point' in answer && String(answer.point) === share.id).length
          const { rows: [plainly] } = await server.db.raw<{ rows: { count: number }[] }>(
            question.kind === 'scale' ? `SELECT count(*)::int FROM survey_answer WHERE round_id = ? AND answers -> CAST(? AS text) ->> 'point' = ?`
              : `SELECT count(*)::int FROM survey_answer WHERE round_id = ? AND answers -> CAST(? AS text) -> 'choices' @> to_jsonb(CAST(? AS text))`, [id, question.id, share.id])
          expect([share.id, share.count, plainly?.count]).toEqual([share.id, count, count])
          expect(share.share).toBeCloseTo(count / given.length, 12)
        }
        if (question.kind === 'scale') {
          const { rows: [plainly] } = await server.db.raw<{ rows: { mean: number, deviation: number, median: number }[] }>(`
            SELECT avg(point)::float AS mean, stddev_samp(point)::float AS deviation, percentile_cont(0.5) WITHIN GROUP (ORDER BY point) AS median
            FROM (SELECT (answers -> CAST(? AS text) ->> 'point')::int AS point FROM survey_answer WHERE round_id = ?) points`, [question.id, id])
          expect(of!.mean).toBeCloseTo(plainly!.mean, 10)
          expect(of!.deviation).toBeCloseTo(plainly!.deviation, 10)
          expect(of!.median).toBe(plainly!.median)
        }
      }
    }
    const scale = results.questions.find(({ question }) => question.kind === 'scale')!
    expect(scale.meanDifference!.difference).toBeCloseTo(scale.figures.mean! - scale.before!.mean!, 10)
    // The second round was made better by far more than chance does.
    expect(scale.meanDifference!.low).toBeGreaterThan(0)
    // A round is held against an earlier one alone: the other way round every rise would be read as a fall.
    for (const [of, before] of [[rounds[0], rounds[1]], [rounds[0], rounds[0]]] as const) {
      expect((await resultsOf(surveyId, of, before)).error?.code).toBe('surveyRoundNotFound')
    }
  })

  it('are shown by unit but for the small one, which cannot be had by subtraction either', async () => {
    for (const { question, figures, units: of } of results.questions) {
      if (question.kind === 'text') expect(of).toEqual([])
      else {
        const shown = of.filter((unit) => unit.figures)
        // Of three units the small one's three answers went under no unit; they are withheld, and the smallest of the others beside them.
        expect(of.map(({ unit }) => unit.id)).toEqual([units[1], units[0], null])
        expect(shown.map(({ unit }) => unit.id)).toEqual([units[0]])
        expect(shown[0]!.figures!.answered).toBeLessThanOrEqual(230)
        expect(shown[0]!.figures!.answered).toBeLessThan(figures.answered - 5)
      }
    }
  })

  it('give free texts by pages, in another order than they came, and nobody with them', async () => {
    const wanted = truth[1].flatMap(({ advice }) => advice && 'text' in advice ? advice.text : [])
    const found: string[] = []
    let after: string | undefined
    do {
      const { body } = await clerk.client.call(surveyTexts, { params: { surveyId, roundId: rounds[1], questionId: 'advice' }, query: { limit: 7, ...after ? { after } : {} } })
      expect(body.texts.every(({ person }) => person === null)).toBe(true)
      found.push(...body.texts.map(({ text }) => text))
      after = body.next ?? undefined
    } while (after)
    expect(found.toSorted()).toEqual(wanted.toSorted())
    expect(found).not.toEqual(wanted)
  })

  it('are files with the same figures; every answer is one for the makers alone, without unit', async () => {
    const file = await clerk.client.call(surveyResultsFile, { params: { surveyId, roundId: rounds[1] }, query: { before: rounds[0] } })
    const sheets = await readXlsx(file.body as Buffer)
    const rows = sheets.find(({ sheet }) => sheet === 'Lựa chọn')!.data.slice(1)
    const shares = results.questions.flatMap(({ figures }) => figures.shares)
    expect(rows.map((row) => row[2])).toEqual(shares.map(({ count }) => count))
    const all = await clerk.client.call(surveyAnswersFile, { params: { surveyId, roundId: rounds[1] } })
    const [sheet] = await readXlsx(all.body as Buffer)
    expect(sheet!.data.length).toBe(401)
    expect(JSON.stringify(sheet!.data)).not.toMatch(/Văn phòng|Ban Tổ chức|Tổ Cơ yếu/)
    const order = sheet!.data.slice(1).map((row) => row[3]).filter((text) => text !== null)
    expect(order).not.toEqual(truth[1].flatMap(({ advice }) => advice && 'text' in advice ? advice.text : []))
  })

  it('leave no line in the log and no answer with a ticket', async () => {
    expect(lines.some((line) => line.includes(answerSurvey.path) || line.includes('survey-answers'))).toBe(false)
    expect(lines.some((line) => line.includes('/api/surveys'))).toBe(true)
    expect(await server.db('survey_answer').whereIn('round_id', rounds).whereNotNull('ticket_id')).toEqual([])
    expect(await server.db('survey_sealed')).toEqual([])
  })
})

describe('one answer a person', () => {
  let surveyId: string
  let roundId: string
  let ways: string[]
  const good = generated(seeded(1), 0.5)
  const used = async () => Number((await server.db('survey_ticket').where({ round_id: roundId, used: true }).count('* as count'))[0]!['count'])
  const sealed = async () => Number((await server.db('survey_sealed').where({ round_id: roundId }).count('* as count'))[0]!['count'])

  beforeAll(async () => {
    surveyId = await made(true)
    roundId = await round(surveyId, { codes: [{ unitId: null, count: 12 }], link: true, personIds: [colleague.personId] })
    ways = await tokens(surveyId, roundId)
  })

  it('also of double clicks, retries and two devices at once', async () => {
    const [way = '', other = ''] = ways
    const key = browserKey()
    const clicks = await Promise.all(Array.from({ length: 3 }, () => reply(server.origin, way, good, { key })))
    expect(clicks.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await reply(server.origin, way, good, { key })).status).toBe(200)
    expect((await reply(server.origin, way, good)).error?.code).toBe('surveyAnswered')
    expect((await look(server.origin, way)).body).toMatchObject({ state: 'answered', form: null })
    const devices = await Promise.all(Array.from({ length: 8 }, () => reply(server.origin, other, good)))
    expect(devices.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(devices.filter(({ error }) => error?.code === 'surveyAnswered')).toHaveLength(7)
    expect([await used(), await sealed()]).toEqual([2, 2])
  })

  it('and one a browser by the shared link', async () => {
    const { body } = await clerk.client.call(surveyPoster, { params: { surveyId, roundId } })
    expect(body.svg).toContain('<svg')
    const way = tokenOf(body.link)
    const key = browserKey()
    for (let time = 0; time < 2; time += 1) expect((await reply(server.origin, way, good, { key })).status).toBe(200)
    expect((await look(server.origin, way, key)).body?.state).toBe('answered')
    expect((await look(server.origin, way, browserKey())).body?.state).toBe('open')
    expect([await used(), await sealed()]).toEqual([3, 3])
  })

  it.each<[string, unknown]>([
    ['nothing', {}], ['an unknown option', { ...good, online: { choices: ['hacked'] } }], ['a question of its own', { ...good, evil: { text: 'x' } }],
    ['a point beyond the scale', { ...good, papersok: { point: 9 } }],
  ])('refuses %s', async (_, answers) => {
    expect((await reply(server.origin, ways[2]!, answers)).error?.code).toBe('surveyAnswerInvalid')
  })

  it.each<[string, unknown]>([
    ['too long a text', { ...good, advice: { text: 'x'.repeat(2001) } }], ['a number of text', { ...good, advice: { text: 7 } }], ['a point of half', { ...good, papersok: { point: 1.5 } }],
    ['more fields', { ...good, advice: { text: 'x', person: 'y' } }], ['a prototype', JSON.parse('{"__proto__": {"text": "x"}, "constructor": {"text": "x"}}')], ['a list', [good]],
  ])('takes no %s', async (_, answers) => {
    const { error } = await reply(server.origin, ways[2]!, answers)
    expect(['badRequest', 'surveyAnswerInvalid']).toContain(error?.code)
  })

  it('takes no stamp, no cookie and no forged link, and keeps none of it', async () => {
    expect((await reply(server.origin, ways[2]!, { ...good, advice: { text: 'Về việc\nTỐI MẬT' } })).error?.code).toBe('proposalSecret')
    expect((await reply(server.origin, ways[2]!, good, { headers: { cookie: 'nghisu=1' } })).error?.code).toBe('cookieRefused')
    for (const forged of [`${ways[2]!.slice(0, -2)}AA`, 'x'.repeat(38), 'short']) expect((await reply(server.origin, forged, good)).error?.code).toBe('surveyLinkInvalid')
    expect([await used(), await sealed()]).toEqual([3, 3])
  })

  it('is text and no page, whatever stands in it', async () => {
    const evil = '<img src=x onerror=alert(1)> =HYPERLINK("http://evil")'
    for (const way of ways.slice(3, 8)) expect((await reply(server.origin, way, { ...good, advice: { text: evil } })).status).toBe(200)
    // Whoever is invited comes in by their own way, which nobody else is told.
    expect((await colleague.client.call(ownSurveyTicket, { params: { surveyId, roundId } })).body.token).toMatch(/^[\w-]{38}$/)
    expect((await member.client.call(ownSurveyTicket, { params: { surveyId, roundId } })).error?.code).toBe('surveyNotFound')
    await close(surveyId, roundId)
    const { body } = await clerk.client.call(surveyTexts, { params: { surveyId, roundId, questionId: 'advice' } })
    expect(body.texts.filter(({ text }) => text === evil)).toHaveLength(5)
    const file = await clerk.client.call(surveyAnswersFile, { params: { surveyId, roundId } })
    expect((await readXlsx(file.body as Buffer))[0]!.data.flat()).toContain(evil)
  })

  it('is refused once the round has closed, and never taken twice by a link that was kept', async () => {
    expect((await reply(server.origin, ways[9]!, good)).error?.code).toBe('surveyClosed')
    expect((await reply(server.origin, ways[0]!, good)).error?.code).toBe('surveyAnswered')
    expect((await look(server.origin, ways[9]!)).body).toMatchObject({ state: 'closed', form: null })
    const version = (await detail(surveyId)).rounds[0]!.version
    const again = await clerk.client.call(changeSurveyRound, { params: { surveyId, roundId }, body: { version, name: 'Lại', opensAt: open.opensAt, closesAt: hours(0, 5).closesAt } })
    expect(again.error).toMatchObject({ code: 'surveyRoundStage', details: { stage: 'closed' } })
    expect((await clerk.client.call(surveyCodes, { params: { surveyId, roundId } })).error?.code).toBe('surveyRoundStage')
  })

  it('of too few is shown to nobody', async () => {
    const small = await made(true)
    const id = await round(small, { codes: [{ unitId: null, count: 4 }] })
    for (const way of await tokens(small, id)) await reply(server.origin, way, good)
    await close(small, id)
    for (const call of [resultsOf(small, id), clerk.client.call(surveyAnswersFile, { params: { surveyId: small, roundId: id } }), clerk.client.call(surveyTexts, { params: { surveyId: small, roundId: id, questionId: 'advice' } })]) {
      expect((await call).error).toMatchObject({ code: 'surveyResultsWithheld', details: { reason: 'few', fewest: 5 } })
    }
  })
})

describe('a named survey', () => {
  it('is changed until its round closes, by one device after the other, and its makers are told who has not answered', async () => {
    const surveyId = await made(false)
    expect((await clerk.client.call(addSurveyRound, { params: { surveyId }, body: { key: randomUUID(), name: 'Đợt', ...open, ...plain, link: true } })).error).toMatchObject({ code: 'surveyAudienceInvalid', details: { reason: 'named' } })
    expect((await clerk.client.call(addSurveyRound, { params: { surveyId }, body: { key: randomUUID(), name: 'Đợt', ...open, ...plain } })).error).toMatchObject({ code: 'surveyAudienceInvalid', details: { reason: 'empty' } })
    const roundId = await round(surveyId, { unitIds: [units[0]!] })
    const { token } = (await member.client.call(ownSurveyTicket, { params: { surveyId, roundId } })).body
    const good = generated(seeded(2), 0.5)
    expect((await look(server.origin, token)).body).toMatchObject({ state: 'open', personName: 'Ngô Văn Viên', revision: 0, answers: null })
    expect((await reply(server.origin, token, good)).body).toMatchObject({ revision: 1 })
    // The acknowledgement was lost.
    expect((await reply(server.origin, token, good)).body).toMatchObject({ revision: 1 })
    const changed = { ...good, papersok: { point: 2 } }
    const both = await Promise.all([changed, { ...good, papersok: { point: 5 } }].map((answers) => reply(server.origin, token, answers, { revision: 1 })))
    expect(both.map(({ error }) => error?.code ?? null).toSorted()).toEqual([null, 'surveyAnswerChanged'].toSorted())
    expect(await server.db('survey_answer').where({ round_id: roundId })).toHaveLength(1)

    const { people } = (await clerk.client.call(listInvited, { params: { surveyId, roundId } })).body
    expect(people.map(({ fullName, answered }) => [fullName, answered])).toEqual([['Đỗ Thị Đồng', false], ['Ngô Văn Viên', true]])
    for (let time = 0; time < 2; time += 1) await server.domains.surveying.rounds.announce()
    // Told once that it has opened: who had not answered by then.
    const told = async ({ client }: Seat) => (await client.call(listNotices)).body.notices.filter(({ link }) => link === `/surveys/${surveyId}`).map(({ kind }) => kind)
    expect(await told(colleague)).toEqual(['surveys.opened'])
    expect(await told(member)).toEqual([])
    for (const reminded of [1, 0]) expect((await clerk.client.call(remindSurvey, { params: { surveyId, roundId } })).body).toEqual({ reminded })
    const results = (await resultsOf(surveyId, roundId)).body
    expect(results.round.answers).toBe(1)
    await close(surveyId, roundId)
    expect((await reply(server.origin, token, good, { revision: 2 })).error?.code).toBe('surveyClosed')
  })
})

describe('who may do what', () => {
  it('makes surveys as the office of the body or as an administrator, and nobody else', async () => {
    for (const seat of [member, stranger]) {
      expect((await seat.client.call(createSurvey, { body: { secrecy: 'none', bodyId, anonymous: true, form: surveyForm, key: randomUUID() } })).error?.code).toBe('bodyNotFound')
    }
    const own = await made(true, administrator)
    expect((await detail(own, administrator)).sides).toEqual(['maker'])
    // Others' are not an administrator's.
    const others = await made(true)
    expect((await administrator.client.call(getSurvey, { params: { surveyId: others } })).error?.code).toBe('surveyNotFound')
    expect((await clerk.client.call(createSurvey, { body: { secrecy: 'secret' } })).error?.code).toBe('proposalSecret')
    expect((await clerk.client.call(listSurveys, { query: { search: String.fromCharCode(0) } })).error?.code).toBe('badRequest')
    const stamped = { ...surveyForm, intro: 'TUYỆT MẬT' }
    expect((await clerk.client.call(createSurvey, { body: { secrecy: 'none', bodyId, anonymous: true, form: stamped, key: randomUUID() } })).error?.code).toBe('proposalSecret')
  })

  it('shows results to whom the makers do', async () => {
    const surveyId = await made(true)
    const roundId = await round(surveyId, { codes: [{ unitId: null, count: 6 }], personIds: [member.personId] })
    for (const way of await tokens(surveyId, roundId)) await reply(server.origin, way, generated(seeded(3), 0.5))
    await close(surveyId, roundId)
    expect((await resultsOf(surveyId, roundId, undefined, colleague)).error?.code).toBe('surveyNotFound')
    expect((await resultsOf(surveyId, roundId, undefined, member)).error?.code).toBe('forbiddenForSurvey')
    const share = (version: number, respondentsRead: boolean) =>
      clerk.client.call(shareSurvey, { params: { surveyId }, body: { version, readers: [colleague.personId], respondentsRead } })
    expect((await share(1, false)).body).toEqual({ version: 2 })
    expect((await share(1, true)).error).toMatchObject({ code: 'surveyChanged', details: { version: 2 } })
    expect((await resultsOf(surveyId, roundId, undefined, colleague)).body.round.answers).toBe(6)
    expect((await colleague.client.call(surveyAnswersFile, { params: { surveyId, roundId } })).error?.code).toBe('forbiddenForSurvey')
    expect((await colleague.client.call(remindSurvey, { params: { surveyId, roundId } })).error?.code).toBe('forbiddenForSurvey')
    expect((await share(2, true)).body).toEqual({ version: 3 })
    expect((await resultsOf(surveyId, roundId, undefined, member)).body.round.answers).toBe(6)
    const listed = (await member.client.call(listSurveys, { query: { side: 'respondent' } })).body.surveys
    expect(listed.find(({ id }) => id === surveyId)).toMatchObject({ sides: ['respondent'], mine: null })
  })

  it('freezes a form once a round has opened with it, and keeps two editors apart', async () => {
    const surveyId = await made(true)
    const save = (number: number, revision: number, title: string) => clerk.client.call(saveSurveyForm, { params: { surveyId }, body: { secrecy: 'none', number, revision, form: { ...surveyForm, title } } })
    expect((await save(1, 1, 'Hai')).body).toEqual({ number: 1, revision: 2 })
    expect((await save(1, 1, 'Ba')).error).toMatchObject({ code: 'surveyChanged', details: { number: 1, revision: 2 } })
    const planned = await round(surveyId, { ...hours(1, 2), codes: [{ unitId: null, count: 1 }] })
    expect((await reply(server.origin, (await tokens(surveyId, planned))[0]!, generated(seeded(4), 0.5))).error?.code).toBe('surveyNotOpen')
    expect((await look(server.origin, (await tokens(surveyId, planned))[0]!)).body).toMatchObject({ state: 'planned', form: null })
    await round(surveyId, { codes: [{ unitId: null, count: 1 }] })
    expect((await save(1, 2, 'Bốn')).body).toEqual({ number: 2, revision: 1 })
    await expect(server.db('survey_form').where({ survey_id: surveyId, number: 1 }).update({ revision: 9 })).rejects.toThrow('stays as it is')
    expect((await clerk.client.call(removeSurveyRound, { params: { surveyId, roundId: planned } })).error).toBeUndefined()
    expect((await detail(surveyId)).rounds).toHaveLength(1)
  })

  it('shows those who are asked, and readers, what a round asked, and never what its makers write for the next', async () => {
    const surveyId = await made(true)
    await round(surveyId, { personIds: [member.personId] })
    const share = { version: 1, readers: [colleague.personId], respondentsRead: false }
    expect((await clerk.client.call(shareSurvey, { params: { surveyId }, body: share })).error).toBeUndefined()
    const next = { ...surveyForm, title: 'Bản nháp cho đợt sau' }
    const saved = await clerk.client.call(saveSurveyForm, { params: { surveyId }, body: { secrecy: 'none', number: 1, revision: 1, form: next } })
    expect(saved.body).toEqual({ number: 2, revision: 1 })
    await round(surveyId, { ...hours(1, 2), personIds: [member.personId] })
    for (const seat of [member, colleague]) {
      expect(await detail(surveyId, seat)).toMatchObject({ formNumber: 1, form: { title: surveyForm.title }, rounds: [{ number: 1, link: null, units: [] }] })
      const { surveys } = (await seat.client.call(listSurveys, { query: {} })).body
      expect(surveys.find(({ id }) => id === surveyId)?.title).toBe(surveyForm.title)
      expect((await seat.client.call(listSurveys, { query: { search: 'Bản nháp cho đợt sau' } })).body.surveys).toEqual([])
    }
    expect(await detail(surveyId)).toMatchObject({ formNumber: 2, form: { title: next.title }, rounds: [{ number: 1 }, { number: 2 }] })
  })

  it('keeps rules by day for administrators, and a round keeps the one that it was made under', async () => {
    const today = new Date(Date.now() + 7 * 3600_000).toISOString().slice(0, 10)
    const rule = { bodyId, since: today, fewest: 10, confidence: 0.9, basis: 'Quyết định của Văn phòng' }
    expect((await clerk.client.call(addSurveyRule, { body: rule })).error?.code).toBe('administratorRequired')
    expect((await administrator.client.call(addSurveyRule, { body: { ...rule, since: '2020-01-01' } })).error?.code).toBe('dateOutOfRange')
    const surveyId = await made(true)
    await round(surveyId, { codes: [{ unitId: null, count: 1 }] })
    expect((await administrator.client.call(addSurveyRule, { body: rule })).body.rules[0]).toMatchObject({ fewest: 10, body: { id: bodyId } })
    await round(surveyId, { codes: [{ unitId: null, count: 1 }] })
    expect((await detail(surveyId)).rounds.map(({ fewest, confidence }) => [fewest, confidence])).toEqual([[5, 0.95], [10, 0.9]])
  })

  it('prints a sheet of codes as PDF', async () => {
    const surveyId = await made(true)
    const roundId = await round(surveyId, { codes: [{ unitId: units[0]!, count: 5 }, { unitId: null, count: 3 }] })
    const { body, headers } = await clerk.client.call(surveyCodes, { params: { surveyId, roundId } })
    expect(headers.get('content-type')).toBe('application/pdf')
    expect((body as Buffer).subarray(0, 5).toString()).toBe('%PDF-')
    // Whoever has the sheet could use its codes: who took it out, and how many, is kept.
    const printed = await server.db('audit_entry').where({ action: 'survey.codesPrinted', actor_id: clerk.personId }).pluck('data')
    expect(printed).toContainEqual({ surveyId, roundId, unitId: null, codes: 8 })
  })
})
