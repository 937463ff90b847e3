import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { SignedHead } from '../../protocol/journal.ts'
import { genesis, isSignedBy } from './chain.ts'
import { createHeadClock } from './head-clock.ts'
import { createSigner } from './head.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)

function clockOver(open: string[], broken: string[] = []) {
  const sent: SignedHead[] = []
  const errors: object[] = []
  const clock = createHeadClock({
    journal: {
      async signHead(meetingId) {
        if (broken.includes(meetingId)) throw new Error('rewritten')
        return signer.sign(meetingId, genesis(meetingId).hash, new Date())
      },
    },
    openMeetings: () => open, emit: (head) => { sent.push(head) }, log: { error: (what: object) => { errors.push(what) } },
  })
  return { clock, sent, errors }
}

it('sends the heads of the open meetings each minute, and no more when stopped', async () => {
  const open = [randomUUID(), randomUUID()]
  const { clock, sent } = clockOver(open)
  await vi.advanceTimersByTimeAsync(59_999)
  expect(sent).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(sent.map((head) => head.meetingId)).toEqual(open)
  open.pop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(3)
  for (const head of sent) expect(isSignedBy(head, signer.publicKeyPem)).toBe(true)
  clock.stop()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(sent).toHaveLength(3)
})

it('sends the others when one cannot be signed', async () => {
  const [good, bad] = [randomUUID(), randomUUID()]
  const { sent, errors } = clockOver([bad, good], [bad])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent.map((head) => head.meetingId)).toEqual([good])
  expect(errors).toMatchObject([{ meetingId: bad }])
})

it('publishes a head at once, at opening and closing', async () => {
  const { clock, sent } = clockOver([])
  const meetingId = randomUUID()
  expect(await clock.publish(meetingId)).toEqual(sent[0])
  expect(sent).toMatchObject([{ meetingId, hash: genesis(meetingId).hash, keyId: signer.keyId }])
})
