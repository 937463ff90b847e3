import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { isPresent } from '../../protocol/attendance.ts'
import { disableAccount } from '../../protocol/accounts.ts'
import { signOut } from '../../protocol/identity.ts'
import { AnswerMessage } from '../../protocol/media.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { closeMeeting } from '../../protocol/meetings.ts'
import { attendanceStatus } from '../../protocol/roll.ts'
import { enterRoom } from '../../protocol/room.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command, createClient } from '../support/client.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { PASSWORD } from '../support/people.ts'

/** Presence from the command to the real media node and back into the journal; the pictures are left to the journeys. */

let assembly: Assembly

beforeAll(async () => { assembly = await startAssembly({ media: true }) })
afterAll(() => assembly.close())

const cookiesOf = ({ client }: Actor) => [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

async function askIn(actor: Actor, meetingId: string, deviceId: string = randomUUID()) {
  const socket = await actor.client.socket()
  const answer = await command(socket, enterRoom, { meetingId, deviceId, attending: 'full', others: 'beside' })
  if (!answer.ok) throw Object.assign(new Error(answer.error.code), answer.error)
  if (answer.result.outcome !== 'enter') throw new Error(answer.result.outcome)
  return answer.result
}

/** Joins with a grant as a browser does, and gives its signalling, or the code of the refusal. */
async function join(actor: Actor, { grant, path }: { grant: string, path: string }): Promise<WebSocket | string> {
  const { origin } = assembly.server
  const signalling = new WebSocket(origin.replace(/^http/, 'ws') + path, { headers: { origin, cookie: cookiesOf(actor) } })
  const answered = new Promise<AnswerMessage>((resolve) => {
    signalling.on('message', (data) => {
      const parsed = AnswerMessage.safeParse(JSON.parse(String(data)))
      if (parsed.success) resolve(parsed.data)
    })
  })
  await once(signalling, 'open')
  signalling.send(JSON.stringify({ id: 1, method: 'join', data: { grant, rtpCapabilities: { codecs: [], headerExtensions: [] } } }))
  const answer = await answered
  if (answer.ok) return signalling
  signalling.close()
  return answer.error.code
}

async function enter(actor: Actor, meetingId: string): Promise<WebSocket> {
  const joined = await join(actor, await askIn(actor, meetingId))
  if (typeof joined === 'string') throw new Error(joined)
  return joined
}

const list = async (meetingId: string) => (await assembly.server.journal.state(meetingId, meetingReducer)).attendance
const present = async (meetingId: string, { personId }: Actor) => isPresent(await list(meetingId), personId)

it('who joins the room is present, and has left with the last device', async () => {
  const { meetingId } = await assembly.newMeeting('published')
  const [phone, tablet] = [await enter(assembly.member, meetingId), await enter(assembly.member, meetingId)]
  await until(async () => (await list(meetingId)).devices[assembly.member.personId]?.length === 2)
  phone.send(JSON.stringify({ id: 2, method: 'leave', data: {} }))
  await until(async () => (await list(meetingId)).devices[assembly.member.personId]?.length === 1)
  expect(await present(meetingId, assembly.member)).toBe(true)
  tablet.send(JSON.stringify({ id: 2, method: 'leave', data: {} }))
  await until(async () => !await present(meetingId, assembly.member))
  expect(attendanceStatus(await assembly.server.journal.state(meetingId, meetingReducer), assembly.member.personId)).toBe('left')
  expect((await list(meetingId)).stays[assembly.member.personId]).toHaveLength(1)
})

it('the closing ends presence, puts everyone out, and voids the grants that are about', async () => {
  const { meetingId } = await assembly.newMeeting('live')
  const inside = await enter(assembly.member, meetingId)
  await until(() => present(meetingId, assembly.member))
  const unused = await askIn(assembly.guest, meetingId)
  const out = once(inside, 'close')
  const answer = await command(await assembly.chair.client.socket(), closeMeeting, { meetingId, key: freshKey() })
  expect(answer).toEqual({ ok: true, result: {} })
  await out
  expect(await join(assembly.guest, unused)).toBe('grantRevoked')
  await expect(askIn(assembly.guest, meetingId)).rejects.toMatchObject({ code: 'meetingClosed' })
  const { closedAt, attendance } = await assembly.server.journal.state(meetingId, meetingReducer)
  expect(attendance.stays[assembly.member.personId]).toMatchObject([{ to: closedAt }])
  expect(attendance.stays[assembly.guest.personId]).toBeUndefined()
})

it('a grant is of one person in one meeting', async () => {
  const { meetingId } = await assembly.newMeeting('published')
  for (const actor of [assembly.stranger, assembly.administrator]) {
    await expect(askIn(actor, meetingId)).rejects.toMatchObject({ code: 'meetingNotFound' })
  }
  const way = await askIn(assembly.member, meetingId)
  expect(await join(assembly.member, { ...way, grant: `${way.grant.slice(0, -4)}AAAA` })).toBe('grantInvalid')
  const [, claims = ''] = way.grant.split('.')
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ room: meetingId, peer: expect.stringContaining(assembly.member.personId) as string })
  expect(typeof await join(assembly.member, way)).toBe('object')
  expect(await join(assembly.member, way)).toBe('grantUsed')
})

it('who signs out is cut off from the room; who is disabled is put out of it at once, grants and all', async () => {
  const member = await assembly.newMember()
  const { meetingId } = await assembly.newMeeting('published')
  const { personId } = member
  const browser = createClient(assembly.server.origin)
  const username = (await assembly.server.db('account').where({ person_id: personId }).first('username')).username as string
  await browser.signIn(username, PASSWORD)
  const [first, second] = [await enter(member, meetingId), await enter({ ...member, client: browser }, meetingId)]
  await until(async () => (await list(meetingId)).devices[personId]?.length === 2)
  const signedOut = once(first, 'close')
  expect(await member.client.call(signOut)).toMatchObject({ status: 200 })
  await signedOut
  expect(second.readyState).toBe(WebSocket.OPEN)
  expect((await list(meetingId)).devices[personId]).toHaveLength(2)

  const disabled = once(second, 'close')
  const { status } = await assembly.administrator.client.call(disableAccount, { params: { personId }, body: { disabled: true } })
  expect(status).toBe(200)
  await disabled
  await until(async () => !await present(meetingId, member))
  browser.close()
})
