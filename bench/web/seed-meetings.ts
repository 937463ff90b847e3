import { randomUUID } from 'node:crypto'
import type { RunningServer } from '../../server/app.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { People } from './seed-people.ts'
import type { Proposals } from './seed-proposals.ts'
import type { Size } from './size.ts'

const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS
const REASON = 'Theo yêu cầu công tác'
/** Meetings that are made at once. */
const ABREAST = 6
/** What is ahead begins so far ahead that no rule reminds of it while things are measured. */
const NEXT_DAYS = 8
const HALF_A_YEAR_DAYS = 180

export const as = (personId: string): Caller => ({ personId, administrator: false })
export const freshKey = () => randomUUID()

/** Carries out `work` for each, so many at once. */
export async function abreast<T>(all: readonly T[], count: number, work: (one: T, index: number) => Promise<unknown>): Promise<void> {
  const left = [...all.entries()].reverse()
  await Promise.all(Array.from({ length: count }, async () => {
    for (let next = left.pop(); next; next = left.pop()) await work(next[1], next[0])
  }))
}

/**
 * A year of meetings with three items each, half of them of one body: held ones, published ones with invitations, drafts. The
 * rows of those that were held are moved into the half year behind; their journals tell of today, which costs reading the same.
 * Gives a draft of the body that has the most.
 */
export async function seedMeetings({ db, domains }: RunningServer, people: People, { accepted }: Proposals, size: Size): Promise<{ draft: string }> {
  const { meetings, agenda, inviting, roll } = domains
  const [clerk, chair] = [as(people.clerk), as(people.chair)]
  const [mainBody = '', ...otherBodies] = people.bodies
  const held: string[] = []
  const drafts: string[] = []

  async function make(status: 'closed' | 'published' | 'draft', index: number): Promise<void> {
    const bodyId = index % 2 === 0 ? mainBody : otherBodies[index % otherBodies.length] ?? mainBody
    const days = NEXT_DAYS + (index * HALF_A_YEAR_DAYS) / size.meetings
    const startsAt = new Date(Date.now() + (status === 'closed' ? HOUR_MS : days * DAY_MS)).toISOString()
    const { meetingId } = await meetings.create(clerk, {
      bodyId, key: freshKey(), title: `Hội nghị thường kỳ lần ${index + 1}`, mode: 'hybrid', place: 'Phòng họp số 1', startsAt, plannedMinutes: 120,
    })
    const items: string[] = []
    for (const nth of [1, 2, 3]) {
      const matterId = nth === 1 && status !== 'draft' ? accepted.get(bodyId)?.pop() : undefined
      const item = { title: `Nội dung thứ ${nth}`, minutes: 30, presenterId: null, purpose: 'decide' as const, key: freshKey() }
      items.push((await agenda.add(meetingId, clerk, matterId ? { ...item, matterId } : item)).itemId)
    }
    if (status === 'draft') return void drafts.push(meetingId)
    await meetings.publish(meetingId, clerk, REASON)
    if (status === 'published') {
      await inviting.invitations.issue(meetingId, clerk, { version: 0, key: freshKey() })
      return
    }
    await roll.checkIn.checkIn(meetingId, clerk, { key: freshKey(), personIds: people.members.slice(0, 12) })
    await meetings.open(meetingId, chair, freshKey())
    await agenda.goTo(meetingId, chair, freshKey(), items[0] ?? null)
    await meetings.close(meetingId, chair, freshKey())
    held.push(meetingId)
  }

  const statuses = Array.from({ length: size.meetings }, (_, index) => (
    index < size.meetings / 2 ? 'closed' as const : index < size.meetings * 0.8 ? 'published' as const : 'draft' as const
  ))
  await abreast(statuses, ABREAST, make)
  await db.raw(`
    UPDATE meeting SET starts_at = starts_at - nth * step, opened_at = opened_at - nth * step, closed_at = closed_at - nth * step
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth, CAST(:step AS float) * interval '1 day' AS step FROM meeting WHERE id = ANY(CAST(:held AS uuid[]))) AS moved
    WHERE moved.id = meeting.id`, { held, step: HALF_A_YEAR_DAYS / held.length })
  const [draft] = await db('meeting').where({ body_id: mainBody }).whereIn('id', drafts).orderBy('id').pluck<string[]>('id')
  if (!draft) throw new Error('no draft was made')
  return { draft }
}
