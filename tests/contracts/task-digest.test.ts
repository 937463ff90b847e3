import { afterAll, beforeAll, expect, it } from 'vitest'
import { addDays, addWorkingDays, localDay, startOfDay } from '../../protocol/calendar.ts'
import { weekOf } from '../../server/tasks/digest.ts'
import { freshKey } from '../support/house.ts'
import { openInviting, type InvitingHouse } from '../support/inviting.ts'

/** The weekly digest on its way to a real mail server. */

let scene: InvitingHouse
beforeAll(async () => { scene = await openInviting() })
afterAll(() => scene.close())

it('comes once a week by mail to who leads tasks, in their language, and not to who declined it', async () => {
  const { house } = scene
  const body = await house.newBody()
  const [vietnamese, english, declining] = [await house.newPerson(), await house.newPerson(), await house.newPerson()]
  const mailOf = (personId: string) => `${personId}@example.vn`
  for (const [caller, language] of [[vietnamese, 'vi'], [english, 'en'], [declining, 'vi']] as const) {
    await house.archive.owner('person').where({ id: caller.personId }).update({ email: mailOf(caller.personId), language })
  }
  const { meetingId, items: [itemId] } = await house.newMeeting(body, 'live')
  await house.domains.agenda.goTo(meetingId, body.chair, freshKey(), itemId)
  const { conclusions, tasksAt } = house.domains.concluding
  await conclusions.write(meetingId, itemId, body.clerk, { key: freshKey(), version: 0, text: 'Giao các đồng chí.' })
  await conclusions.settle(meetingId, itemId, body.chair, { key: freshKey(), version: 1 })

  const calendar = await house.domains.calendar.load('2020-01-01', '2040-01-01')
  let clock = new Date()
  const { assigning, digest } = tasksAt(() => clock)
  const dueOn = addWorkingDays(localDay(clock), 2, calendar)
  for (const lead of [vietnamese, english, declining]) {
    const facts = { lead: { kind: 'person' as const, id: lead.personId }, coUnitIds: [], what: 'Trình đề án số hoá', product: 'Đề án', responsibility: '', authority: '', dueOn }
    await assigning.assign(meetingId, itemId, body.clerk, { key: freshKey(), conclusionVersion: 1, facts })
  }
  await digest.setWants(declining, false)
  await scene.deliver()
  scene.mail.mails.length = 0

  const monday = weekOf(addDays(dueOn, 14))
  clock = new Date(startOfDay(addWorkingDays(monday, 0, calendar)).getTime() + 8 * 3600_000)
  await digest.run()
  await digest.run()
  await scene.deliver()
  const [own] = scene.mailsTo(mailOf(vietnamese.personId))
  expect(scene.mailsTo(mailOf(vietnamese.personId))).toHaveLength(1)
  expect(scene.mailsTo(mailOf(english.personId))).toHaveLength(1)
  expect(scene.mailsTo(mailOf(declining.personId))).toEqual([])
  const text = (mail: typeof own) => JSON.stringify(mail)
  expect(text(own)).not.toBe(text(scene.mailsTo(mailOf(english.personId))[0]))
  expect(scene.mailsTo(mailOf(english.personId))[0]?.header('subject')).toContain('Tasks of the week')
  expect(scene.mailsTo(mailOf(english.personId))[0]?.source).toContain('overdue: 1')

  // The week after it comes again.
  clock = new Date(clock.getTime() + 7 * 86_400_000)
  await digest.run()
  await scene.deliver()
  expect(scene.mailsTo(mailOf(english.personId))).toHaveLength(2)
})
