import { expect, test } from 'vitest'
import type { ErrorCode } from '../../protocol/error.ts'
import { enterRoom, stopWaiting } from '../../protocol/room.ts'
import { ApiError } from '../app/api-error.ts'
import type { SocketClient } from '../app/socket.ts'
import { createRoomEntry } from './room-entry.ts'

const way = { outcome: 'enter', grant: 'grant', path: '/media/node', iceServers: [] } as const

/** A server that answers each question in turn, and what it was asked. */
function serverWith(answers: (typeof way | { outcome: 'wait' } | { outcome: 'elsewhere', devices: number } | ErrorCode)[]) {
  const asked: unknown[] = []
  const connected = new Set<() => void>()
  const socket: Pick<SocketClient, 'send' | 'onConnected'> = {
    async send(command, input) {
      asked.push(command.name === enterRoom.name ? (input as { others: string }).others : command.name)
      const answer = command.name === enterRoom.name ? answers.shift() : undefined
      if (typeof answer === 'string') throw new ApiError(answer)
      return command.output.parse(answer ?? {})
    },
    onConnected(listener) {
      connected.add(listener)
      return () => connected.delete(listener)
    },
  }
  const entry = createRoomEntry({
    socket, meetingId: crypto.randomUUID(), deviceId: async () => crypto.randomUUID(), attending: 'full',
  })
  return { entry, asked, reconnect: () => connected.forEach((listener) => listener()) }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('who is let in at once is asked about other devices once: after a cut they come back beside them', async () => {
  const { entry, asked } = serverWith([way, way])
  expect(await entry.requestGrant()).toMatchObject({ grant: 'grant', path: '/media/node' })
  entry.joined()
  await entry.requestGrant()
  expect(asked).toEqual(['ask', 'beside'])
  expect(entry.phase.value).toBe('in')
})

test('who must wait knocks again on every new connection, and comes in when told so', async () => {
  const { entry, asked, reconnect } = serverWith([{ outcome: 'wait' }, { outcome: 'wait' }, way])
  const granted = entry.requestGrant()
  await settled()
  expect(entry.phase.value).toBe('waiting')
  reconnect()
  await settled()
  expect(asked).toEqual(['ask', 'ask'])
  entry.retry()
  expect(await granted).toMatchObject({ grant: 'grant' })
  entry.retry()
  expect(asked).toHaveLength(3)
})

test('who waits no longer takes the knock back', async () => {
  const { entry, asked } = serverWith([{ outcome: 'wait' }])
  void entry.requestGrant()
  await settled()
  entry.end()
  expect(asked).toEqual(['ask', stopWaiting.name])
  expect(entry.phase.value).toBe('ended')
})

test('who is there already chooses, and only then', async () => {
  const { entry, asked } = serverWith([{ outcome: 'elsewhere', devices: 2 }, way])
  const granted = entry.requestGrant()
  entry.choose('beside')
  await settled()
  expect([entry.phase.value, entry.otherDevices.value]).toEqual(['elsewhere', 2])
  entry.choose('replace')
  expect(await granted).toMatchObject({ grant: 'grant' })
  expect(asked).toEqual(['ask', 'replace'])
})

test('a refusal for good ends with its reason; what may pass is left to be tried again', async () => {
  for (const code of ['banned', 'roomLocked', 'tooManyDevices'] as const) {
    const { entry } = serverWith([code])
    expect(await entry.requestGrant()).toBeNull()
    expect(entry.refusal.value).toBe(code)
  }
  const { entry } = serverWith(['mediaUnavailable', way])
  await expect(entry.requestGrant()).rejects.toThrow()
  expect(entry.unavailable.value).toBe(true)
  await entry.requestGrant()
  expect(entry.unavailable.value).toBe(false)
})
