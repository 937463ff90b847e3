import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agendaStore } from '../../server/agenda/store.ts'
import { attendanceStore, resultsStore } from '../../server/attendance/store.ts'
import { OPEN_CIRCULATION } from '../../server/documents/documents.ts'
import { documentsStore } from '../../server/documents/store.ts'
import type { JournalTx } from '../../server/journal/journal.ts'
import { meetingStore } from '../../server/meetings/store.ts'
import { orderStore } from '../../server/order/store.ts'
import { votingStore } from '../../server/voting/store.ts'
import { draft, freshKey, moreThanHalf, openHouse, type House } from '../support/house.ts'

/**
 * The contract of every store of a meeting's rows, one by one and all alike: what is written in a command is there with
 * its commit, nothing of it without, and nothing of one meeting shows or changes in another.
 */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
type Held = Awaited<ReturnType<House['newMeeting']>>

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody()
})
afterAll(() => house.close())

const within = <T>({ meetingId }: Held, work: (tx: JournalTx) => Promise<T>) => house.journal.run(meetingId, { actorId: null }, work)
const text = async (tx: JournalTx) => (await tx.text('Văn bản')).$text

const newDocument = (itemId: string, nameText: string) => ({
  itemId, nameText, circulation: OPEN_CIRCULATION,
  version: { sha256: 'cd'.repeat(32), bytes: 5, mediaType: 'application/pdf' as const, state: 'circulation' as const, addedBy: null, at: new Date() },
})

interface Case {
  store: string
  /** Writes something new of a meeting. */
  write(held: Held, tx: JournalTx): Promise<unknown>
  /** What the store has of it. */
  read(held: Held): Promise<unknown>
}

const cases: Case[] = [
  {
    store: 'meetings',
    write: async (held, tx) => meetingStore.update(tx.trx, held.meetingId, { placeText: await text(tx), startsAt: new Date(), mode: 'online' }),
    read: ({ meetingId, clerk }) => meetingStore.findAccess(house.db, meetingId, clerk.personId),
  },
  {
    store: 'agenda',
    write: async (held, tx) => agendaStore.add(tx.trx, held.meetingId, { titleText: await text(tx), minutes: 5, presenterId: held.member.personId, purpose: 'report', classified: false, matterId: null }),
    read: ({ meetingId }) => agendaStore.items(house.db, meetingId),
  },
  {
    store: 'documents',
    write: async (held, tx) => documentsStore.insert(tx.trx, held.meetingId, newDocument(held.items[0], await text(tx))),
    read: ({ meetingId }) => documentsStore.count(house.db, meetingId),
  },
  {
    store: 'votes',
    write: async (held, tx) => votingStore.insert(tx.trx, held.meetingId, newVote(held, await text(tx))),
    read: ({ meetingId }) => house.db('vote').where({ meeting_id: meetingId }),
  },
  {
    store: 'the room’s order',
    write: (held, tx) => orderStore.insertWaiting(tx.trx, held.meetingId, held.member.personId),
    read: async ({ meetingId }) => (await orderStore.waiting(house.db)).filter((one) => one.meetingId === meetingId),
  },
  {
    store: 'attendance',
    write: (held, tx) => attendanceStore.insert(tx.trx, { meetingId: held.meetingId, peerId: randomUUID(), personId: held.member.personId }),
    read: ({ meetingId }) => attendanceStore.devices(house.db, meetingId),
  },
  {
    store: 'what meetings came to',
    write: (held, tx) => resultsStore.put(tx.trx, held.meetingId, [{ personId: held.member.personId, state: 'online', presentMs: 5 }]),
    read: ({ meetingId }) => house.db('attendance_result').where({ meeting_id: meetingId }),
  },
]

const newVote = (held: Held, questionText: string) => ({
  questionText, openedAt: new Date(),
  terms: {
    itemId: held.items[0], kind: 'named' as const, choices: ['approve', 'reject'], scale: [], threshold: moreThanHalf, secret: false, changeBallot: true,
    options: [], criteria: [], recused: [], tie: 'notAdopted' as const, round: 1,
    electorate: [held.member.personId, held.chair.personId], base: { kind: 'incumbents' as const, size: 2 },
  },
})

describe.each(cases)('the store of $store', ({ write, read }) => {
  it('keeps what was written with the command, and nothing of one that failed', async () => {
    const held = await house.newMeeting(body)
    const before = await read(held)
    await expect(within(held, async (tx) => {
      await write(held, tx)
      throw new Error('changed my mind')
    })).rejects.toThrow('changed my mind')
    expect(await read(held)).toEqual(before)
    await within(held, (tx) => write(held, tx))
    expect(await read(held)).not.toEqual(before)
  })

  it('keeps meetings apart', async () => {
    const [held, other] = [await house.newMeeting(body), await house.newMeeting(body)]
    const before = await read(other)
    await within(held, (tx) => write(held, tx))
    expect(await read(other)).toEqual(before)
  })

  it('changes in its own transaction what others see after the commit', async () => {
    const held = await house.newMeeting(body)
    const before = await read(held)
    await within(held, async (tx) => {
      await write(held, tx)
      expect(await read(held)).toEqual(before)
    })
    expect(await read(held)).not.toEqual(before)
  })
})

describe('the store of meetings', () => {
  it('makes ids that sort as they come', async () => {
    const ids = []
    for (let index = 0; index < 20; index += 1) ids.push(await meetingStore.newId(house.db))
    expect(ids.toSorted()).toEqual(ids)
  })

  it('gives a person their part, and nothing to who has none', async () => {
    const { meetingId } = await house.newMeeting(body)
    const found = await meetingStore.findAccess(house.db, meetingId, body.clerk.personId)
    expect(found).toMatchObject({ role: 'clerk', voting: false, meeting: { id: meetingId, status: 'draft', startsAt: new Date(draft().startsAt), openedAt: null } })
    expect(await meetingStore.findAccess(house.db, meetingId, randomUUID())).toBeUndefined()
    expect(await meetingStore.findAccess(house.db, randomUUID(), body.clerk.personId)).toBeUndefined()
    expect(await meetingStore.listed(house.db, randomUUID(), meetingId)).toBeUndefined()
  })

  it('knows which meetings are live', async () => {
    const [live, published] = [await house.newMeeting(body, 'live'), await house.newMeeting(body, 'published')]
    expect(await meetingStore.liveAmong(house.db, [live.meetingId, published.meetingId, randomUUID()])).toEqual([live.meetingId])
    expect(await meetingStore.liveAmong(house.db, [])).toEqual([])
  })

  it('lists an erased title as none', async () => {
    const held = await house.newMeeting(body)
    const { facts } = await house.state(held.meetingId)
    await within(held, (tx) => tx.eraseText(facts?.title.$text ?? '', { scope: 'office' }))
    expect(await meetingStore.listed(house.db, body.clerk.personId, held.meetingId)).toMatchObject({ title: null, place: 'Trụ sở' })
    expect(await house.domains.meetings.get(held.meetingId, body.clerk)).toMatchObject({ title: '' })
  })
})

describe('the store of agendas', () => {
  it('keeps the order through removals and additions', async () => {
    const held = await house.newMeeting(body)
    const [one, two] = held.items
    const ids = async () => (await agendaStore.items(house.db, held.meetingId)).map(({ id }) => id)
    await within(held, async (tx) => { await agendaStore.order(tx.trx, held.meetingId, [two, one].map((itemId, level) => ({ itemId, level }))) })
    expect((await agendaStore.items(house.db, held.meetingId)).map(({ id, level }) => [id, level])).toEqual([[two, 0], [one, 1]])
    const added = await within(held, async (tx) => {
      await agendaStore.remove(tx.trx, held.meetingId, [one], tx.at)
      return await agendaStore.add(tx.trx, held.meetingId, { titleText: await text(tx), minutes: 5, presenterId: null, purpose: 'report', classified: false, matterId: null })
    })
    expect(await ids()).toEqual([two, added])
  })

  it('has one current item, whatever the rules do', async () => {
    const held = await house.newMeeting(body)
    await expect(within(held, async (tx) => {
      for (const itemId of held.items) await agendaStore.update(tx.trx, held.meetingId, itemId, { status: 'current' })
    })).rejects.toMatchObject({ code: '23505' })
  })
})

describe('the store of documents', () => {
  it('removes by document or by item, and finds no more then', async () => {
    const held = await house.newMeeting(body)
    const add = (itemId: string) => within(held, async (tx) =>
      documentsStore.insert(tx.trx, held.meetingId, newDocument(itemId, await text(tx))))
    const [one, two] = [await add(held.items[0]), await add(held.items[1])]
    const readable = (documentId: string) =>
      documentsStore.readable(house.db, { meetingId: held.meetingId, documentId, number: null }, body.clerk.personId, new Date())
    expect(await readable(one)).toMatchObject({ itemId: held.items[0], name: 'Văn bản', number: 1, sha256: 'cd'.repeat(32), bytes: 5, office: true })
    await within(held, (tx) => documentsStore.remove(tx.trx, held.meetingId, one, tx.at))
    await within(held, (tx) => documentsStore.removeOfItem(tx.trx, held.meetingId, held.items[1], tx.at))
    for (const id of [one, two]) expect(await readable(id)).toBeUndefined()
    expect(await documentsStore.count(house.db, held.meetingId)).toBe(0)
  })
})

describe('the store of votes', () => {
  it('opens one vote a meeting, keeps its electors and one ballot each', async () => {
    const held = await house.newMeeting(body)
    const voteId = await within(held, async (tx) => votingStore.insert(tx.trx, held.meetingId, newVote(held, await text(tx))))
    await expect(within(held, async (tx) => votingStore.insert(tx.trx, held.meetingId, newVote(held, await text(tx))))).rejects.toMatchObject({ code: '23505' })
    const standing = async (voterId: string, meetingId = held.meetingId) => (await votingStore.standings(house.db, meetingId, [{ voteId, voterId }]))[0]
    expect(await standing(held.member.personId)).toEqual({ elector: true, takesPart: true, inHall: false, revision: 0, closedAt: null })
    expect(await standing(held.clerk.personId)).toMatchObject({ elector: false })
    expect(await standing(held.member.personId, randomUUID())).toBeUndefined()
    expect(await votingStore.findFrozen(house.db, held.meetingId, voteId)).toMatchObject({
      voteId, itemId: held.items[0], kind: 'named', choices: ['approve', 'reject'], criteria: [], secret: false, changeBallot: true,
      electors: expect.arrayContaining([held.member.personId, held.chair.personId]) as string[],
    })
    expect(await votingStore.findFrozen(house.db, randomUUID(), voteId)).toBeUndefined()
    const cast = (voterId: string, choice: string, revision = 1) =>
      within(held, (tx) => votingStore.insertBallots(tx.trx, [{ voteId, voterId, choice, castAt: tx.at, revision }]))
    await cast(held.member.personId, 'approve')
    await expect(cast(held.member.personId, 'reject')).rejects.toMatchObject({ code: '23505' })
    await cast(held.chair.personId, 'reject')
    const several = [held.chair, held.clerk, held.member].map(({ personId: voterId }) => ({ voteId, voterId }))
    expect(await votingStore.standings(house.db, held.meetingId, several))
      .toMatchObject([{ elector: true, revision: 1 }, { elector: false }, { elector: true, revision: 1 }])
    const ballots = await votingStore.ballots(house.db, voteId)
    expect(ballots.map(({ voterId, choice }) => `${voterId} ${choice}`)).toEqual([`${held.member.personId} approve`, `${held.chair.personId} reject`].toSorted())
    expect(await votingStore.ballotsOf(house.db, held.meetingId, held.member.personId)).toMatchObject([{ voteId, choice: 'approve' }])
    await cast(held.member.personId, 'reject', 2)
    expect(await votingStore.ballotsOf(house.db, held.meetingId, held.member.personId, voteId)).toMatchObject([{ choice: 'reject', revision: 2, kind: 'named' }])
    expect(await votingStore.ballots(house.db, voteId)).toHaveLength(3)
    const result = { counts: { approve: 1, reject: 1 }, cast: 2, base: 2, needed: 2, accepted: false, grade: null }
    await within(held, (tx) => votingStore.close(tx.trx, voteId, { closedAt: tx.at, result, ballotsRoot: Buffer.alloc(32), hall: null }))
    expect((await standing(held.member.personId))?.closedAt).toBeInstanceOf(Date)
    expect(await votingStore.closedVotes(house.db, held.meetingId)).toEqual([voteId])
  })

  it('gives nothing of what was cast in a vote that was annulled, and opens another', async () => {
    const held = await house.newMeeting(body)
    const voteId = await within(held, async (tx) => votingStore.insert(tx.trx, held.meetingId, newVote(held, await text(tx))))
    const voterId = held.member.personId
    await within(held, async (tx) => {
      await votingStore.insertBallots(tx.trx, [{ voteId, voterId, choice: 'approve', castAt: tx.at, revision: 1 }])
      await votingStore.setOpinion(tx.trx, voteId, voterId, 'Ý kiến')
      await votingStore.putHallCount(tx.trx, voteId, { hall: { way: 'paper', handedOut: 0, collected: 0, invalid: 0, counts: {} }, enteredBy: held.clerk.personId, at: tx.at })
      await votingStore.annul(tx.trx, voteId, tx.at)
    })
    expect((await votingStore.standings(house.db, held.meetingId, [{ voteId, voterId }]))[0]?.closedAt).toBeInstanceOf(Date)
    expect(await votingStore.closedVotes(house.db, held.meetingId)).toEqual([])
    expect(await votingStore.ballotsOf(house.db, held.meetingId, voterId)).toEqual([])
    expect(await votingStore.findHallCount(house.db, voteId)).toBeUndefined()
    expect(await within(held, (tx) => votingStore.takeOpinions(tx.trx, voteId))).toEqual([])
    await within(held, async (tx) => votingStore.insert(tx.trx, held.meetingId, newVote(held, await text(tx))))
  })
})

describe('the store of attendance', () => {
  it('has each device once', async () => {
    const held = await house.newMeeting(body)
    const device = { meetingId: held.meetingId, peerId: freshKey(), personId: held.member.personId }
    const insert = () => within(held, (tx) => attendanceStore.insert(tx.trx, device))
    const remove = () => within(held, (tx) => attendanceStore.delete(tx.trx, held.meetingId, [device.peerId, freshKey()]))
    expect([await insert(), await insert()]).toEqual([true, false])
    expect(await attendanceStore.devices(house.db)).toContainEqual(device)
    expect([await remove(), await remove()]).toEqual([new Set([device.peerId]), new Set()])
  })
})

describe('the store of the room’s order', () => {
  it('keeps who presides and who waits, of the meeting’s participants alone, while it is held', async () => {
    const held = await house.newMeeting(body, 'live')
    const { meetingId, member, chair, clerk } = held
    const part = () => meetingStore.findAccess(house.db, meetingId, member.personId)
    expect(await part()).toMatchObject({ meeting: { presidingId: null, clerkActs: false } })
    await within(held, async ({ trx }) => {
      await orderStore.setPresiding(trx, meetingId, member.personId)
      await orderStore.setClerkActs(trx, meetingId, true)
      for (let n = 0; n < 2; n += 1) await orderStore.insertWaiting(trx, meetingId, member.personId)
    })
    expect(await part()).toMatchObject({ meeting: { presidingId: member.personId, clerkActs: true } })
    expect((await meetingStore.officeOf(house.db, meetingId)).toSorted()).toEqual([chair, clerk, member].map(({ personId }) => personId).toSorted())
    expect((await orderStore.waiting(house.db)).filter((one) => one.meetingId === meetingId)).toEqual([{ meetingId, personId: member.personId }])
    await within(held, ({ trx }) => orderStore.deleteWaiting(trx, meetingId, member.personId))
    expect((await orderStore.waiting(house.db)).filter((one) => one.meetingId === meetingId)).toEqual([])
    const stranger = (await house.newPerson()).personId
    await expect(within(held, ({ trx }) => orderStore.setPresiding(trx, meetingId, stranger))).rejects.toThrow('meeting_presiding_participant')
    await expect(within(held, ({ trx }) => orderStore.insertWaiting(trx, meetingId, stranger))).rejects.toThrow('foreign key')
    await expect(within(held, ({ trx }) => meetingStore.update(trx, meetingId, { status: 'closed', closedAt: new Date() })))
      .rejects.toThrow('meeting_presided_while_held')
  })
})
