import { EnhancedEventEmitter } from 'mediasoup-client/enhancedEvents'
import { afterEach, expect, test } from 'vitest'
import { effectScope, nextTick, ref, shallowRef, type EffectScope } from 'vue'
import type { CaptureResult } from './media/capture.ts'
import type { LocalTrack, MediaSession, SessionEvents, StartOptions } from './media/contract.ts'
import { createOwnMedia, type OwnMediaOptions } from './own-media.ts'
import type { JoinWish, RoomPhase } from './room-media.ts'

interface Asked { source: string, options: StartOptions, answer(result: CaptureResult): void }

let scope: EffectScope | undefined
afterEach(() => scope?.stop())

const settled = () => new Promise((resolve) => setTimeout(resolve))

/** Devices that open when the test says so. */
function room(wish: JoinWish, at: RoomPhase = 'in') {
  const events = new EnhancedEventEmitter<SessionEvents>()
  const tracks = new Map<string, LocalTrack>()
  const asked: Asked[] = []
  const told: string[] = []
  const start: MediaSession['start'] = (source, options = {}) => new Promise((resolve) => {
    asked.push({
      source, options,
      answer(result) {
        if (result.ok && !options.signal?.aborted) {
          const local = { source, track: {} as MediaStreamTrack, muted: options.muted ?? tracks.get(source)?.muted ?? false }
          tracks.set(source, local)
          events.safeEmit('localAdded', local)
        }
        resolve(result)
      },
    })
  })
  const session: OwnMediaOptions['session'] = {
    events, start,
    localTracks: () => [...tracks.values()],
    startScreen: async () => ({ ok: true }),
    stop(source) {
      const local = tracks.get(source)
      tracks.delete(source)
      if (local) events.safeEmit('localRemoved', local, 'stopped')
    },
    mute: () => undefined,
    unmute: () => undefined,
  }
  const camera = ref('first')
  const phase = shallowRef(at)
  scope = effectScope(true)
  const own = scope.run(() => createOwnMedia({
    session, wish, phase,
    devices: { microphone: ref(''), camera, blur: ref(false), captureOptions: () => ({ deviceId: camera.value }), refresh: async () => undefined },
    tell: (what, source) => told.push(`${what} ${source}`),
    problem: (problem, source) => told.push(`${problem} ${source}`),
  }))!
  return { own, events, asked, told, camera, phase, tracks }
}

const off = { microphone: false, camera: false, attending: 'full' } as const

test('devices open once one is in, and close when one has to wait again', async () => {
  const { asked, phase, tracks } = room({ ...off, camera: true }, 'joining')
  phase.value = 'waiting'
  await settled()
  expect(asked).toEqual([])
  phase.value = 'in'
  expect(asked.map(({ source }) => source)).toEqual(['camera'])
  asked[0]?.answer({ ok: true })
  await settled()
  expect([...tracks.keys()]).toEqual(['camera'])
  phase.value = 'waiting'
  expect(tracks.size).toBe(0)
  phase.value = 'in'
  await settled()
  expect(asked).toHaveLength(1)
})

test('what is chosen while a camera opens counts, and the one before is not sent', async () => {
  const { own, asked, camera, tracks } = room(off)
  own.toggle('camera')
  camera.value = 'second'
  await nextTick()
  asked[0]?.answer({ ok: true })
  await settled()
  expect(tracks.size).toBe(0)
  expect(asked.map(({ options }) => options.deviceId)).toEqual(['first', 'second'])
  asked[1]?.answer({ ok: true })
  await settled()
  expect(tracks.size).toBe(1)
  expect(own.changing.size).toBe(0)
})

test('a camera that is turned off while it opens stays off', async () => {
  const { own, asked, told, tracks } = room(off)
  own.toggle('camera')
  own.toggle('camera')
  asked[0]?.answer({ ok: false, problem: 'blocked' })
  await settled()
  expect([told, tracks.size, own.changing.size]).toEqual([[], 0, 0])
  own.toggle('camera')
  own.toggle('camera')
  own.toggle('camera')
  asked[1]?.answer({ ok: true })
  await settled()
  asked[2]?.answer({ ok: true })
  await settled()
  expect(tracks.size).toBe(1)
})

test('a camera whose background cannot be blurred is turned off, and each attempt says so', async () => {
  const { own, asked, told, camera, tracks } = room(off)
  own.toggle('camera')
  asked[0]?.answer({ ok: true })
  await settled()
  camera.value = 'second'
  await nextTick()
  asked[1]?.answer({ ok: false, problem: 'blurFailed' })
  await settled()
  expect(tracks.size).toBe(0)
  own.toggle('camera')
  asked[2]?.answer({ ok: false, problem: 'blurFailed' })
  await settled()
  expect(told).toEqual(['blurFailed camera', 'blurFailed camera'])
})

test('in the hall no microphone opens; elsewhere the rights say what may be sent', () => {
  const hall = room({ ...off, attending: 'companion' })
  hall.own.toggle('microphone')
  expect([hall.asked, hall.told, hall.own.may('microphone'), hall.own.may('camera')]).toEqual([[], [], false, true])
  scope?.stop()
  const { own, events } = room(off)
  events.safeEmit('rights', { publish: ['camera'], receive: [], say: [] })
  expect([own.may('microphone'), own.may('camera'), own.may('screen')]).toEqual([false, true, false])
})
