/** The socket by which somebody asks to come in, and waits as long as it lasts. */
export interface Door {
  readonly connected: boolean
  once(event: 'disconnect', listener: () => void): unknown
}

const keyOf = (meetingId: string, personId: string) => `${meetingId} ${personId}`

/**
 * Who waits by which sockets of this process, by meeting and person. Doors are opened and cleared under the lock of the
 * meeting's journal, with the rows that they stand for, so that no door of an earlier knock keeps a later one alive.
 */
export function createDoors() {
  const waiting = new Map<string, Set<Door>>()
  const ends = new WeakMap<Door, Map<string, () => void>>()

  return {
    /** `gone` is called when the socket is lost, unless they left this door before. */
    stand(meetingId: string, personId: string, door: Door, gone: () => void): void {
      const key = keyOf(meetingId, personId)
      waiting.set(key, (waiting.get(key) ?? new Set<Door>()).add(door))
      const known = ends.get(door)
      const all = known ?? new Map<string, () => void>()
      all.set(key, gone)
      if (known) return
      ends.set(door, all)
      door.once('disconnect', () => { for (const end of [...all.values()]) end() })
    },

    leave(meetingId: string, personId: string, door: Door): void {
      const key = keyOf(meetingId, personId)
      ends.get(door)?.delete(key)
      const doors = waiting.get(key)
      doors?.delete(door)
      if (doors?.size === 0) waiting.delete(key)
    },

    /** Their waiting has ended, by whichever socket. */
    clear(meetingId: string, personId: string): void {
      const key = keyOf(meetingId, personId)
      for (const door of waiting.get(key) ?? []) ends.get(door)?.delete(key)
      waiting.delete(key)
    },

    has: (meetingId: string, personId: string) => waiting.has(keyOf(meetingId, personId)),
  }
}

export type Doors = ReturnType<typeof createDoors>
