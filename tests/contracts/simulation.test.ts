import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../protocol/calendar.ts'
import type { MeetingStatus } from '../../protocol/meetings.ts'
import { asThen, asToday, getSimulation, getSimulationYear, supposed } from '../../protocol/simulating.ts'
import { compare, runsOf, summariseBoth } from '../../protocol/simulation.ts'
import { decideTriage, finishTriage, getTriage, noteTriage } from '../../protocol/triage.ts'
import { simulate } from '../../server/simulate.ts'
import { freshKey } from '../support/house.ts'
import { startOffice, today, type Office } from '../support/proposals.ts'

/** What the simulator is given, and what the rules of a first start make of synthetic years. */

let office: Office
beforeAll(async () => { office = await startOffice() })
afterAll(() => office.close())

const year = () => Number(today().slice(0, 4))
async function material() {
  const { body, error } = await office.clerk.client.call(getSimulation)
  if (error) throw new Error(error.code)
  return body
}

describe('the rules of a first start', () => {
  it('avoid meetings in synthetic years, net of what came back, the fewer where empty sittings are held', async () => {
    const known = await material()
    expect(known.quotaPercent).toBe(90)
    const { held, notHeld } = summariseBoth([...runsOf(asToday(known, known.rules, today()), 1, 30)], 1)
    // What decision 41 says of a thousand, as far as thirty show it: rules that open meetings for the sake of their form fall below.
    expect(held.avoidedPercent.low).toBeGreaterThan(10)
    expect(held.avoidedPercent.middle).toBeGreaterThan(18.5)
    expect(notHeld.avoidedPercent.middle).toBeGreaterThan(26)
    expect(held.onlinePercent.middle).toBeGreaterThan(48)
    expect(notHeld.avoidedPercent.high).toBeLessThan(60)
    expect(held.reboundPercent.middle).toBeGreaterThan(1)
    const { low, likely, high } = held.saved
    expect([low.middle < likely.middle, likely.middle < high.middle, likely.middle > 0]).toEqual([true, true, true])
  })
})

describe('a year that was', () => {
  it('has what the rules knew then, and how it ended, but no title', async () => {
    const { clerk, member } = office
    const matter = await office.accepted({ title: 'Không ai được thấy tên này', asks: 'report' })
    await office.accepted({ asks: 'opinion', proposedOn: addDays(today(), 1) })
    const notes = { disagreement: 'none' as const, legal: 'none' as const, cautions: ['delegated' as const], secret: false, minutes: 35 }
    office.must(await clerk.client.call(noteTriage, { params: { proposalId: matter }, body: { version: 0, notes } }))
    const shown = office.must(await clerk.client.call(getTriage, { params: { proposalId: matter } }))
    const choice = { way: 'delegate' as const, personId: member.personId, dueOn: addDays(today(), 30) }
    office.must(await clerk.client.call(decideTriage, {
      params: { proposalId: matter },
      body: { version: shown.version, seen: 0, proposed: shown.office?.result.way ?? null, choice, reason: '', key: freshKey() },
    }))
    office.must(await member.client.call(finishTriage, { params: { proposalId: matter }, body: { nth: 1, kind: 'rebound', note: 'Vượt thẩm quyền' } }))

    expect((await material()).years).toEqual([year()])
    const { body: known } = await clerk.client.call(getSimulationYear, { params: { year: year() } })
    expect(JSON.stringify(known)).not.toContain('Không ai được thấy')
    expect(known.bodies.map(({ id }) => id)).toEqual([office.body.id])
    expect(known.days).toBeGreaterThan(240)
    expect(known.matters).toHaveLength(2)
    expect(known.matters.find(({ asks }) => asks === 'report')).toMatchObject({ body: 0, cautions: ['delegated'], minutes: 35, comesBack: true, failsInWriting: null })
    expect(known.matters.find(({ asks }) => asks === 'opinion')).toMatchObject({ cautions: [], comesBack: null })
    expect(compare(supposed(known, 1), asThen(known), true).matters).toBe(2)
  })

  it('has the regular sittings that were held or are planned, and members, rules and rates of its days', async () => {
    const { server: { db }, body, clerk } = office
    const planned = async (status: MeetingStatus, change: object, kind: string | null = 'committeeRegular') => {
      const { meetingId: id } = await office.newMeeting(status)
      const found = kind === null ? undefined : await db('meeting_kind').where({ code: kind }).first<{ id: string }>('id')
      // Of the last year, so that planned and held lie on either side of now without regard to the day of the test.
      await db('meeting').where({ id }).update({ kind_id: found?.id ?? null, ...change })
    }
    const last = year() - 1
    const at = (day: string) => new Date(`${last}-${day}T02:00:00Z`)
    await planned('closed', { starts_at: at('03-05'), opened_at: at('03-05'), closed_at: at('03-06'), mode: 'hybrid', planned_minutes: 200 })
    await planned('closed', { starts_at: at('04-06'), opened_at: at('04-06'), closed_at: at('04-07') }, 'thematic')
    await planned('closed', { starts_at: at('04-08'), opened_at: at('04-08'), closed_at: at('04-09') }, null)
    await planned('published', { starts_at: at('05-05'), status: 'cancelled' })
    await planned('published', { starts_at: at('06-05') })
    await planned('published', { starts_at: new Date(Date.now() + 3 * 86_400_000), planned_minutes: 77 })
    await planned('draft', { starts_at: new Date(Date.now() + 3 * 86_400_000) })
    await db('membership').where({ body_id: body.id, person_id: office.member.personId }).update({ until: `${last}-06-30` })
    await db('cost_rate').where({ item: 'fuel' }).update({ until: `${last}-03-31` })
    try {
      const { body: known } = await clerk.client.call(getSimulationYear, { params: { year: last } })
      const [mine] = known.bodies
      expect(mine?.sittings).toEqual([{ day: known.dates.indexOf(`${last}-03-05`), minutes: 200, mode: 'hybrid' }])
      const people = mine!.terms.map(({ from, members }) => [known.dates[from], members.reduce((sum, { inPerson }) => sum + inPerson, 0)])
      expect(people[0]![1]).toBe(Number(people.at(-1)![1]) + 1)
      expect(people.at(-1)![0]).toBe(`${last}-07-01`)
      expect(known.rates.find(({ item }) => item === 'fuel')).toMatchObject({ until: `${last}-03-31` })
      const { ratesOn } = asThen(known)
      expect([known.dates.indexOf(`${last}-03-05`), known.dates.indexOf(`${last}-05-05`)].map((day) => ratesOn(day)('fuel') !== undefined)).toEqual([true, false])
      expect(known.rules).toEqual([])
      const { body: present } = await clerk.client.call(getSimulationYear, { params: { year: year() } })
      expect(present.rules.length).toBeGreaterThan(10)
      expect(present.bodies[0]?.sittings.map(({ minutes }) => minutes)).toEqual([77])
    } finally {
      await db('membership').where({ body_id: body.id, person_id: office.member.personId }).update({ until: null })
      await db('cost_rate').where({ item: 'fuel' }).update({ until: null })
    }
  })

  it('is read by no member, and by another body’s chair without our matters', async () => {
    const { client } = office.member
    expect((await client.call(getSimulation)).error?.code).toBe('forbiddenForResults')
    expect((await client.call(getSimulationYear, { params: { year: year() } })).error?.code).toBe('forbiddenForResults')
    const { body } = await office.stranger.client.call(getSimulationYear, { params: { year: year() } })
    expect([body.bodies.length, body.matters]).toEqual([1, []])
    expect((await office.clerk.client.call(getSimulationYear, { params: { year: 1999 } })).error?.code).toBe('badRequest')
  })
})

describe('npm run simulate', () => {
  it('says what the rules make of synthetic years, and of one that was', async () => {
    const synthetic = await simulate({ year: undefined, seeds: 5, seed: 1, sweep: false }, office.server.db)
    expect(synthetic).toMatch(/5 runs from seed 1[^]*held all the same[^]*avoided, net of rebounds +\d+\.\d \(\d+\.\d to \d+\.\d\) %[^]*not held:\n +avoided/)
    expect(await simulate({ year: year(), seeds: 3, seed: 1, sweep: false }, office.server.db)).toContain(`2 matters of ${year()}`)
    expect(await simulate({ year: 2001, seeds: 3, seed: 1, sweep: false }, office.server.db)).toBe('There are no accepted matters of 2001.')
  })
})
