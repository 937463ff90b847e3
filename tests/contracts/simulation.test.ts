import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../protocol/calendar.ts'
import { getSimulation, getSimulationYear, supposed } from '../../protocol/simulating.ts'
import { compare, runsOf, summarise, type Tried } from '../../protocol/simulation.ts'
import { decideTriage, finishTriage, getTriage, noteTriage } from '../../protocol/triage.ts'
import { rulesFor } from '../../protocol/triage-rules.ts'
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
  it('avoid a fifth of the meetings in most synthetic years, net of what came back', async () => {
    const { rules, rates, quotaPercent } = await material()
    expect(quotaPercent).toBe(90)
    const tried: Tried = { rulesOf: () => rulesFor(rules, null, today()), rates: (item) => rates.find((rate) => rate.item === item), quotaPercent }
    const found = summarise([...runsOf(tried, 1, 30)], 1)
    expect(found.avoidedPercent.middle).toBeGreaterThan(20)
    expect(found.avoidedPercent.high).toBeLessThan(70)
    expect(found.reboundPercent.middle).toBeGreaterThan(1)
    expect(found.saved.middle).toBeGreaterThan(0)
    // Nothing is gained for nothing: decisions take longer in writing than at once.
    expect(found.daysAfter.middle).toBeGreaterThan(found.daysBefore.middle)
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
    const compared = compare(supposed(known, 1), { rulesOf: () => [], rates: () => undefined, quotaPercent: 90 })
    expect(compared.matters).toBe(2)
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
    expect(synthetic).toMatch(/5 runs from seed 1[^]*avoided, net of rebounds +\d+\.\d \(\d+\.\d to \d+\.\d\) %/)
    expect(await simulate({ year: year(), seeds: 3, seed: 1, sweep: false }, office.server.db)).toContain(`2 matters of ${year()}`)
    expect(await simulate({ year: 2001, seeds: 3, seed: 1, sweep: false }, office.server.db)).toBe('There are no accepted matters of 2001.')
  })
})
