import { randomUUID } from 'node:crypto'
import type { BodyRulesInput, Letterhead } from '../../protocol/bodies.ts'
import { meetingStore } from '../../server/meetings/store.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { openHouse } from './house.ts'
import { exported } from './journal.ts'
import { approveMinutes, typeMinutes } from './minutes-issued.ts'
import { absoluteMajority, standingCommitteeStory } from './story.ts'

export const letterhead: Letterhead = {
  style: 'party', superior: 'Tỉnh uỷ Bình Giang', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang',
}
const rules: BodyRulesInput = { quorum: absoluteMajority, majority: { ...absoluteMajority, base: 'incumbents' }, grading: null }

export const committee = standingCommitteeStory()
export const as = (personId: string) => ({ personId, administrator: false })
export const [chair, clerk, member, stranger] = [as(committee.chair), as(committee.clerk), as(committee.early), as(randomUUID())]

/** The minutes on a database of their own, with meetings of the Standing Committee to write them of. */
export async function openMinutes() {
  const house = await openHouse()
  const { archive, db, journal, domains } = house
  const { minutes, minuting: { review } } = domains
  await archive.owner('person').insert(committee.story.people.map(({ id, fullName, office }) => ({ id, full_name: fullName, office })))

  const newBody = async (more: BodyRulesInput | object = {}): Promise<string> =>
    (await domains.bodies.found({ name: `Ban ${randomUUID()}`, rules: { ...rules, ...more }, letterhead })).id

  /** As far as the closing, which is still to come. */
  async function heldMeeting(bodyId?: string): Promise<string> {
    const meetingId = randomUUID()
    const { facts, participants } = committee.story.told().state
    const ofBody = bodyId ?? await newBody()
    await db.transaction((trx) => journal.create(meetingId, trx, { actorId: committee.chair }, async (tx) => {
      await meetingStore.insert(trx, {
        id: meetingId, bodyId: ofBody, mode: 'hybrid', startsAt: new Date(facts?.startsAt ?? ''), plannedMinutes: 210,
        titleText: (await tx.text('Hội nghị')).$text, placeText: (await tx.text('Trụ sở')).$text,
        status: 'live', openedAt: new Date('2026-06-08T01:00:20.000Z'), closedAt: null,
        presidingId: null, clerkActs: false, kindId: null, roomId: null, publishedAt: new Date('2026-06-08T00:00:00.000Z'),
      }, { creatorId: committee.chair, key: randomUUID(), fingerprint: Buffer.alloc(32) })
      await meetingStore.insertParticipants(trx, meetingId, participants)
      await committee.story.write(tx)
    }))
    return meetingId
  }

  /** At half past ten. */
  async function close(meetingId: string): Promise<void> {
    await journal.run(meetingId, { actorId: committee.chair, at: new Date('2026-06-08T03:30:00.000Z') }, async (tx) => {
      await meetingStore.update(tx.trx, meetingId, { status: 'closed', closedAt: tx.at })
      tx.append({ kind: 'meeting.closed', data: {}, audience: { scope: 'meeting' } })
      await minutes.draftAtClosing(tx)
    })
  }

  return {
    house, archive, server: { db, journal }, minutes, review, newBody, heldMeeting, close,
    async closedMeeting(bodyId?: string): Promise<string> {
      const meetingId = await heldMeeting(bodyId)
      await close(meetingId)
      return meetingId
    },
    approved: (meetingId: string) => approveMinutes(domains, meetingId, clerk, chair),
    /** Adds a paragraph at the end of the text. */
    type: (meetingId: string, caller: Caller, text: string) => typeMinutes(minutes, meetingId, caller, text),
    async entriesOf(meetingId: string, kind: string) {
      return (await exported(journal, meetingId)).filter((record) => record.record === 'entry' && record.kind === kind)
    },
    end: house.close,
  }
}

export type MinutesWorld = Awaited<ReturnType<typeof openMinutes>>
