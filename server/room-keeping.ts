import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { IceServer } from '../protocol/room.ts'
import { createChat } from './chat/chat.ts'
import { mountChatLive } from './chat/live.ts'
import { createFloor } from './floor/floor.ts'
import { mountFloorLive } from './floor/live.ts'
import { mountFloor } from './floor/routes.ts'
import type { FloorDeps } from './floor/speech.ts'
import { floorStore } from './floor/store.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import { createDoors } from './order/doors.ts'
import { createEnforcement, type EnforcementDeps } from './order/enforcement.ts'
import { createEntrance, type EntranceDeps } from './order/entrance.ts'
import { mountOrderLive } from './order/live.ts'
import { createOrder } from './order/order.ts'
import { orderStore } from './order/store.ts'
import type { MountRoute } from './platform/contract.ts'
import type { MountCommand } from './platform/socket.ts'

interface RoomKeepingDeps extends Pick<FloorDeps, 'bodies' | 'people'> {
  db: Knex
  journal: Journal
  access: MeetingAccess
  /** Undefined where the server runs without a video room. */
  media: NonNullable<EnforcementDeps['media']> & NonNullable<EntranceDeps['media']> | undefined
  iceServers(): IceServer[]
  log: Logger
}

/** The room of a meeting: who comes in, who has the floor, the order there, and what is written in its chat. */
export function createRoomKeeping({ db, journal, access, bodies, people, media, iceServers, log }: RoomKeepingDeps) {
  const enforcement = createEnforcement({ db, journal, store: orderStore, media, log })
  const doors = createDoors()
  const order = createOrder({ access, store: orderStore, enforcement, doors })
  const floor = createFloor({ db, journal, access, store: floorStore, enforcement, bodies, people, log })
  const entrance = createEntrance({ db, journal, access, store: orderStore, enforcement, doors, media, iceServers, log })
  const chat = createChat({ access })
  return {
    enforcement, order, floor, entrance, chat,
    mountRoutes(route: MountRoute): void { mountFloor(route, floor) },
    mountCommands(command: MountCommand): void {
      mountOrderLive(command, { order, entrance })
      mountFloorLive(command, floor)
      mountChatLive(command, chat)
    },
  }
}

export type RoomKeeping = ReturnType<typeof createRoomKeeping>
