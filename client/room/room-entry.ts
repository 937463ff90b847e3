import { ref, shallowRef } from 'vue'
import type { ErrorCode } from '../../protocol/error.ts'
import { enterRoom, stopWaiting, type Attending } from '../../protocol/room.ts'
import { toApiError } from '../app/api-error.ts'
import type { SocketClient } from '../app/socket.ts'
import type { Access } from './media/connecting.ts'
import type { RoomEnd, RoomPhase } from './room-media.ts'

/** Refusals that asking again does not change, and what the page says of them. */
const finalRefusals: Partial<Record<ErrorCode, RoomEnd>> = {
  meetingNotFound: 'refused', meetingNotPublished: 'refused', meetingClosed: 'refused',
  banned: 'banned', roomLocked: 'roomLocked', tooManyDevices: 'tooManyDevices',
}

/**
 * Asks for the way into a meeting's room, and waits there where the order of the room wants it. `goesOn`: one is there and
 * takes one's own place over.
 */
export function createRoomEntry(options: { socket: Pick<SocketClient, 'send' | 'onConnected'>, meetingId: string, deviceId(): Promise<string>, attending: Attending, goesOn?: boolean }) {
  const { socket, meetingId, deviceId, attending } = options
  const phase = shallowRef<RoomPhase>('joining')
  const unavailable = ref(false)
  const otherDevices = ref(0)
  const refusal = shallowRef<RoomEnd | null>(null)
  let others: 'ask' | 'replace' | 'beside' = options.goesOn ? 'beside' : 'ask'
  let goOn = () => {}

  const ask = async () => await socket.send(enterRoom, { meetingId, deviceId: await deviceId(), attending, others })
  const untilToldToGoOn = () => new Promise<void>((resolve) => { goOn = resolve })

  /** A knock ends with its socket: the next one knocks again. */
  const stopKnocking = socket.onConnected(() => { if (phase.value === 'waiting') goOn() })

  /** Null: one is not let in, see `refusal`. Fails with what may pass; ask again then. */
  async function requestGrant(): Promise<Access | null> {
    for (;;) {
      let answer
      try {
        answer = await ask()
      } catch (thrown) {
        const { code } = toApiError(thrown)
        unavailable.value = code === 'mediaUnavailable'
        refusal.value = finalRefusals[code as ErrorCode] ?? null
        if (refusal.value) return null
        throw thrown
      }
      unavailable.value = false
      if (phase.value === 'ended') return null
      if (answer.outcome === 'enter') {
        // Whoever is cut comes back to where they were, without being asked again.
        others = 'beside'
        if (phase.value !== 'in') phase.value = 'joining'
        return answer
      }
      phase.value = answer.outcome === 'wait' ? 'waiting' : 'elsewhere'
      if (answer.outcome === 'elsewhere') otherDevices.value = answer.devices
      await untilToldToGoOn()
    }
  }

  return {
    phase, unavailable, otherDevices, refusal, requestGrant,
    retry() { if (phase.value === 'waiting') goOn() },
    choose(chosen: 'replace' | 'beside') {
      if (phase.value !== 'elsewhere') return
      others = chosen
      phase.value = 'joining'
      goOn()
    },
    joined() { phase.value = 'in' },
    end() {
      const waited = phase.value === 'waiting'
      phase.value = 'ended'
      stopKnocking()
      // Only the connection that knocked has something to take back.
      if (waited) socket.send(stopWaiting, { meetingId }, { once: true }).catch(() => undefined)
    },
  }
}
