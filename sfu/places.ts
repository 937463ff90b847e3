import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { MediaFailure } from './failure.ts'
import type { Place, WorkerPool } from './workers.ts'

/**
 * How full a room makes a worker before it takes another. One packet to many receivers leaves one after the other, about
 * 12 µs each, so it is the number of receivers on one worker that makes the last of them wait; the pipe to a further
 * worker costs one packet more.
 */
export const SPREAD = {
  peers: 24,
  /** Consumers on a worker, of all its rooms. */
  consumers: 500,
}

export interface PlacesEvents {
  /** The worker of this place died: what these peers had there is gone; they have no place now. Other places stand. */
  lost: [Place, string[]]
}

/** The places of one room: a router on each worker that it needs. */
export interface Places {
  events: EventEmitter<PlacesEvents>
  /** Where the observers are, and what comes from outside the room's peers should come in; it changes only by `lost`. */
  main(): Place
  /** Where a peer's media go: once chosen, until its worker dies or the peer leaves. Fails with mediaUnavailable. */
  of(peerId: string): Promise<Place>
  leave(peerId: string): void
  /** Waits until a main place stands again after a loss; undefined where the room closed meanwhile. */
  restored(): Promise<Place | undefined>
  /** Closes every router. Idempotent. */
  close(): void
}

interface Seat {
  chosen: Promise<Place>
  /** Once it is known. */
  place: Place | undefined
}

export async function createPlaces(options: { pool: WorkerPool; spread?: typeof SPREAD; log: Logger }): Promise<Places> {
  const { pool, spread = SPREAD, log } = options
  const events = new EventEmitter<PlacesEvents>()
  /** The places, and how many peers each was chosen for. */
  const occupants = new Map<Place, number>()
  const seats = new Map<string, Seat>()
  let growing: Promise<Place> | undefined
  let closed = false

  const living = () => [...occupants.keys()].filter(({ router }) => !router.closed)
  const taken = (place: Place) => occupants.get(place) ?? 0
  let main = await open()

  async function open(): Promise<Place> {
    const place = await pool.place(new Set(living().map(({ pid }) => pid)))
    if (closed || place.router.closed) {
      place.router.close()
      throw new MediaFailure('mediaUnavailable')
    }
    occupants.set(place, 0)
    place.router.once('workerclose', () => {
      occupants.delete(place)
      const struck = [...seats].filter(([, seat]) => seat.place === place).map(([peerId]) => peerId)
      for (const peerId of struck) seats.delete(peerId)
      if (!closed) events.emit('lost', place, struck)
    })
    return place
  }

  /** One at a time, so that a room has one router on a worker: pipes keep the producers' ids, which allows no two. */
  function grow(): Promise<Place> {
    growing ??= open().finally(() => { growing = undefined })
    return growing
  }

  function occupy(place: Place): Place {
    occupants.set(place, taken(place) + 1)
    return place
  }

  function vacate(place: Place): void {
    if (!occupants.has(place)) return
    occupants.set(place, taken(place) - 1)
    // Producers would be piped there for nobody.
    if (place === main || taken(place) > 0) return
    occupants.delete(place)
    place.router.close()
  }

  async function take(): Promise<Place> {
    for (;;) {
      const roomy = living().find((place) => taken(place) < spread.peers && place.load() < spread.consumers)
      if (roomy) return occupy(roomy)
      if (living().length >= pool.state().length) break
      try {
        // Others may wait for it too, and fill it: then there is another look.
        await grow()
      } catch (error) {
        log.warn({ err: error }, 'room could not be spread to another worker')
        break
      }
    }
    const [least] = living().sort((a, b) => taken(a) - taken(b))
    return occupy(least ?? await grow())
  }

  return {
    events,
    main: () => main,

    of(peerId) {
      const known = seats.get(peerId)
      if (known && !known.place?.router.closed) return known.chosen
      const seat: Seat = { chosen: take(), place: undefined }
      seats.set(peerId, seat)
      seat.chosen.then((place) => {
        seat.place = place
        if (seats.get(peerId) !== seat) vacate(place)
      }, () => {
        if (seats.get(peerId) === seat) seats.delete(peerId)
      })
      return seat.chosen
    },

    leave(peerId) {
      const place = seats.get(peerId)?.place
      seats.delete(peerId)
      if (place) vacate(place)
    },

    async restored() {
      for (let attempt = 1; !closed; attempt += 1) {
        if (!main.router.closed) return main
        try {
          main = living()[0] ?? await grow()
          continue
        } catch (error) {
          log.error({ attempt, err: error }, 'room could not be moved yet')
        }
        await wait(250)
      }
      return undefined
    },

    close() {
      if (closed) return
      closed = true
      for (const { router } of living()) router.close()
    },
  }
}
