import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { io as connect, type Socket } from 'socket.io-client'
import type { Acknowledgement } from '../../protocol/event.ts'
import { castBallot } from '../../protocol/voting.ts'
import type { VoteHouse } from './server.ts'

/** Sockets that are opened at once: more knock in turn. */
const ABREAST = 50
/** A voter who is not answered asks again, with the same key, after this time. */
const ANSWER_MS = 5_000

export interface Ack { personId: string, ms: number, at: number, tries: number }

/** A connected browser for each voter. */
export async function seatVoters(house: VoteHouse, secret: string, { reconnection = false } = {}) {
  const seats = house.voters.map(({ personId, sid }) => {
    const signature = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')
    const socket = connect(house.origin, {
      transports: ['websocket'], forceNew: true, autoConnect: false, reconnection, reconnectionDelay: 300, reconnectionDelayMax: 1500,
      extraHeaders: { cookie: `nghisu.session=${encodeURIComponent(`s:${sid}.${signature}`)}`, origin: house.origin },
    })
    return { personId, socket }
  })
  let next = 0
  await Promise.all(Array.from({ length: ABREAST }, async () => {
    for (let seat = seats[next++]; seat; seat = seats[next++]) await connected(seat.socket)
  }))

  return {
    /** Every voter casts, within so many ms of each other, until answered; `told` hears of each acknowledgement. */
    async cast(voteId: string, withinMs: number, told: (ack: Ack) => void = () => {}): Promise<Ack[]> {
      const order = seats.map((seat) => ({ seat, at: Math.random() * withinMs })).toSorted((a, b) => a.at - b.at)
      const began = performance.now()
      return await Promise.all(order.map(async ({ seat: { personId, socket }, at }) => {
        if (withinMs) await wait(Math.max(0, at - (performance.now() - began)))
        const input = { meetingId: house.meetingId, voteId, key: randomUUID(), content: { kind: 'named', choice: 'approve' } }
        const from = performance.now()
        for (let tries = 1; ; tries += 1) {
          const answer = await ask(socket, input)
          if (answer?.ok) {
            const ack = { personId, ms: performance.now() - from, at: performance.now() - began, tries }
            told(ack)
            return ack
          }
          if (answer && !['databaseUnavailable', 'internal', 'tooManyRequests'].includes(answer.error.code)) throw new Error(`refused: ${answer.error.code}`)
          await wait(200)
        }
      }))
    },
    leave(): void {
      for (const { socket } of seats) socket.disconnect()
    },
  }
}

async function connected(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject)
    socket.connect()
  })
  socket.off('connect_error')
}

async function ask(socket: Socket, input: object): Promise<Acknowledgement<unknown> | undefined> {
  // One that was refused while the database was away does not come back by itself.
  if (!socket.active) socket.connect()
  try {
    return await socket.timeout(ANSWER_MS).emitWithAck(castBallot.name, input) as Acknowledgement<unknown>
  } catch {
    return undefined
  }
}
