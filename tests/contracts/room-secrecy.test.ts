import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RecordingMedia } from '../../server/recording/recording.ts'
import { CONSENT, draft, freshKey, itemDraft, openHouse, REASON, type House } from '../support/house.ts'
import { openDesk, seated, type Desk } from '../support/media-desk.ts'

/** What must not be transmitted, and what of recording the room does not wait for. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let desk: Desk
let reached: boolean
let ending: Promise<void>

beforeAll(async () => {
  desk = openDesk()
  const recorder: RecordingMedia = {
    checkRecording: async () => null,
    reachesRecorder: () => reached,
    startRecording: async () => null,
    stopRecording: () => ending,
    recordings: async () => [],
  }
  house = await openHouse({ media: desk.media, recorder })
  body = await house.newBody()
})
afterAll(() => house.close())
beforeEach(() => {
  desk.clear()
  reached = true
  ending = Promise.resolve()
})

const classified = () => ({ classified: true as const, minutes: 30, presenterId: null, purpose: 'decide' as const, key: freshKey(), consent: CONSENT })
const enter = (meetingId: string) => house.domains.entrance.enter(
  meetingId, body.member, { deviceId: randomUUID(), others: 'ask', attending: 'full' }, Object.assign(new EventEmitter(), { connected: true }),
)
const record = (meetingId: string) =>
  house.domains.recordings.start(meetingId, body.chair, { key: freshKey(), decision: 'Chủ trì quyết định', retentionDays: 1 })

async function inPerson(): Promise<string> {
  const { meetingId } = await house.newMeeting(body, 'draft')
  const { meetings, agenda } = house.domains
  await meetings.change(meetingId, body.clerk, { ...draft({ mode: 'inPerson' }), version: 1 })
  await agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey() })
  await meetings.publish(meetingId, body.clerk, REASON)
  await meetings.open(meetingId, body.chair, freshKey())
  return meetingId
}

describe('a meeting with a state secret on its agenda', () => {
  it('lets nobody into the room, and takes back what let somebody in', async () => {
    const meetingId = await inPerson()
    expect(await enter(meetingId)).toMatchObject({ outcome: 'enter' })
    const { itemId } = await house.domains.agenda.add(meetingId, body.clerk, classified())
    expect(desk.told).toContainEqual(['closeRoom', meetingId])
    await expect(enter(meetingId)).rejects.toMatchObject({ code: 'classifiedItem' })
    expect(desk.granted).toHaveLength(1)
    await house.domains.agenda.remove(meetingId, itemId, body.clerk)
    expect(await enter(meetingId)).toMatchObject({ outcome: 'enter' })
  })

  it('does not come about while somebody is in its room', async () => {
    const meetingId = await inPerson()
    desk.seat(seated(body.member, meetingId, randomUUID()))
    await expect(house.domains.agenda.add(meetingId, body.clerk, classified())).rejects.toMatchObject({ code: 'roomInUse' })
    await house.domains.agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey(), consent: CONSENT })
    expect(desk.told).toEqual([])
  })
})

describe('recording', () => {
  it('is refused, and not announced, where the node that records has nobody of the room', async () => {
    const { meetingId } = await house.newMeeting(body, 'live')
    reached = false
    await expect(record(meetingId)).rejects.toMatchObject({ code: 'recordingElsewhere' })
    expect((await house.state(meetingId)).recordings).toEqual([])
  })

  it('is not waited for when the room closes with the meeting', async () => {
    const { meetingId } = await house.newMeeting(body, 'live')
    await record(meetingId)
    const { promise, resolve } = Promise.withResolvers<void>()
    ending = promise
    const closing = house.domains.meetings.close(meetingId, body.chair, freshKey())
    await expect.poll(() => desk.told).toContainEqual(['closeRoom', meetingId])
    resolve()
    await closing
    await expect.poll(async () => (await house.state(meetingId)).recordings[0]?.status).toBe('failed')
  })
})
