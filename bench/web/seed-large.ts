import type { RunningServer } from '../../server/app.ts'
import { pdfOf } from '../../tests/support/pdf.ts'
import { abreast, as, freshKey } from './seed-meetings.ts'
import type { People } from './seed-people.ts'
import type { Size } from './size.ts'

const HOUR_MS = 3600_000
const REASON = 'Theo yêu cầu công tác'
/** Items that have guests. */
const GUESTED = 20
/** People in one step of the roll call. */
const ROLL = 500

/**
 * The large meeting: every member of the large body, a full agenda with guests and documents, everybody's answer, and who is in
 * the hall; live. Beside it a draft with the same agenda.
 */
export async function seedLarge({ domains }: RunningServer, people: People, size: Size): Promise<{ live: string, draft: string }> {
  const { meetings, meetingRules, agenda, documents, planning, inviting, roll } = domains
  const [clerk, chair] = [as(people.clerk), as(people.chair)]
  const kind = (await meetingRules.all()).kinds.find(({ code, until }) => code === 'provinceWide' && until === null)
  const { meetingId } = await meetings.create(clerk, {
    bodyId: people.largeBody, key: freshKey(), title: 'Hội nghị toàn tỉnh', mode: 'hybrid', place: 'Trung tâm hội nghị tỉnh và các điểm cầu',
    startsAt: new Date(Date.now() + 4 * HOUR_MS).toISOString(), plannedMinutes: 480, ...kind ? { kindId: kind.id } : {},
  })
  const items: string[] = []
  await abreast(Array.from({ length: size.items }, (_, index) => index), 20, async (index) => {
    const item = { title: `Nội dung về lĩnh vực thứ ${index + 1}`, minutes: 10, presenterId: people.members[index] ?? null, purpose: 'opinion' as const }
    items.push((await agenda.add(meetingId, clerk, { ...item, key: freshKey() })).itemId)
  })
  const guested = items.slice(0, GUESTED)
  for (const [index, itemId] of guested.entries()) {
    const personIds = people.outsiders.filter((_, nth) => nth % guested.length === index)
    if (personIds.length) await agenda.setGuests(meetingId, itemId, clerk, { personIds, was: [] })
  }
  const pdf = await pdfOf(['Báo cáo trình hội nghị toàn tỉnh'])
  await abreast(Array.from({ length: size.documents }, (_, index) => items[index % items.length] ?? ''), 20, (itemId) => (
    documents.attachMade(meetingId, itemId, clerk, { pdf, name: 'Báo cáo.pdf', key: freshKey() })
  ))
  const startsAt = new Date(Date.now() + 30 * 24 * HOUR_MS).toISOString()
  const { meetingId: draft } = await planning.copy(meetingId, clerk, { title: 'Hội nghị toàn tỉnh lần sau', startsAt, key: freshKey() })

  await meetings.publish(meetingId, clerk, REASON)
  await inviting.invitations.issue(meetingId, clerk, { version: 0, key: freshKey() })
  await abreast(people.members, 200, async (personId, index) => {
    const answer = index % 10 === 9 ? 'absent' as const : index % 10 > 6 ? 'online' as const : 'inPerson' as const
    const reason = answer === 'absent' ? 'Đi công tác theo kế hoạch đã được duyệt' : ''
    await inviting.answers.answer(meetingId, as(personId), { key: freshKey(), personId, answer, reason }, 'product')
  })
  await meetings.open(meetingId, chair, freshKey())
  const present = people.members.filter((_, index) => index % 10 <= 8)
  for (let from = 0; from < present.length; from += ROLL) {
    await roll.checkIn.checkIn(meetingId, clerk, { key: freshKey(), personIds: present.slice(from, from + ROLL) })
  }
  for (const itemId of items.slice(0, 3)) await agenda.goTo(meetingId, chair, freshKey(), itemId)
  return { live: meetingId, draft }
}
