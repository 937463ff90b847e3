/** How many viewers a room has, and for how long each turn of a contender is measured there. */
export interface RoomPlan { viewers: number; seconds: number }

/** How much is measured. A full run takes less than 15 minutes, a quick one, which only shows that all works, about 2. */
export interface Plan {
  cost: { rooms: RoomPlan[]; rounds: number }
  delay: { rooms: RoomPlan[]; rounds: number }
  capacity: { step: number; most: number; seconds: number }
  egress: { people: number; seconds: number }
  conference: { sockets: number; viewers: number; speakers: number; seconds: number }
}

export const FULL: Plan = {
  cost: { rooms: [{ viewers: 20, seconds: 5 }, { viewers: 60, seconds: 4 }, { viewers: 120, seconds: 3 }], rounds: 5 },
  delay: { rooms: [{ viewers: 20, seconds: 5 }, { viewers: 60, seconds: 4 }, { viewers: 120, seconds: 3 }], rounds: 5 },
  capacity: { step: 40, most: 600, seconds: 4 },
  egress: { people: 100, seconds: 10 },
  conference: { sockets: 500, viewers: 120, speakers: 20, seconds: 10 },
}

export const QUICK: Plan = {
  cost: { rooms: [{ viewers: 20, seconds: 2 }], rounds: 1 },
  delay: { rooms: [{ viewers: 20, seconds: 2 }], rounds: 1 },
  capacity: { step: 20, most: 20, seconds: 1 },
  egress: { people: 50, seconds: 2 },
  conference: { sockets: 50, viewers: 12, speakers: 4, seconds: 2 },
}
