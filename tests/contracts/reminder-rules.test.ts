import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReminderRuleDraft } from '../../protocol/reminders.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'

let house: House
beforeAll(async () => { house = await openHouse() })
afterAll(() => house.close())

const rule = (amount: number): ReminderRuleDraft => ({ unit: 'minutes', amount, whom: 'expected', basis: 'Quy chế làm việc' })
const auditOf = (bodyId: string) => house.archive.owner('audit_entry').where({ body_id: bodyId }).whereLike('action', 'reminderRule.%').orderBy('id').pluck('action')

describe('reminder rules', () => {
  it('of a body are its own; the common ones stay as they are', async () => {
    const { reminderRules } = house.domains.inviting
    const [admin, { bodyId }] = [await house.newPerson(), await house.newBody()]
    const common = await reminderRules.get()
    expect(common.map(({ unit }) => unit)).toEqual(['workingDays', 'minutes'])
    expect(await reminderRules.get(bodyId)).toEqual([])
    const [first, second] = await reminderRules.set(admin, bodyId, [rule(30), rule(120)], [])
    expect([first, second]).toMatchObject([rule(30), rule(120)])
    // What goes on keeps its id, and with it what it has reminded of.
    const changed = await reminderRules.set(admin, bodyId, [{ ...second!, amount: 90 }, rule(15)], [first!, second!])
    expect(changed).toMatchObject([{ id: second!.id, amount: 90 }, rule(15)])
    expect(await reminderRules.get()).toEqual(common)
    expect(await auditOf(bodyId)).toEqual(['added', 'added', 'removed', 'changed', 'added'].map((what) => `reminderRule.${what}`))
  })

  it('that somebody else changed meanwhile are not overwritten', async () => {
    const { reminderRules } = house.domains.inviting
    const [admin, { bodyId }] = [await house.newPerson(), await house.newBody()]
    const now = await reminderRules.set(admin, bodyId, [rule(30)], [])
    await expect(reminderRules.set(await house.newPerson(), bodyId, [], [])).rejects.toMatchObject({ code: 'reminderRulesChanged', details: { rules: now } })
    expect(await reminderRules.get(bodyId)).toEqual(now)
  })

  it('take no rule of another body, and no unknown body', async () => {
    const { reminderRules } = house.domains.inviting
    const [admin, one, other] = [await house.newPerson(), await house.newBody(), await house.newBody()]
    const [theirs] = await reminderRules.set(admin, one.bodyId, [rule(30)], [])
    const [own] = await reminderRules.set(admin, other.bodyId, [{ ...theirs!, amount: 5 }], [])
    expect(own?.id).not.toBe(theirs!.id)
    expect(await reminderRules.get(one.bodyId)).toEqual([theirs])
    await expect(reminderRules.get(freshKey())).rejects.toMatchObject({ code: 'bodyNotFound' })
  })
})
