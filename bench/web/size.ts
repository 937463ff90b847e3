/** How much there is in an installation. */
export interface Size {
  /** Members of the large body, which all of them meet in. */
  people: number
  units: number
  /** Besides the large one, of 20 members each. */
  bodies: number
  /** Of the large meeting, and of the draft beside it. */
  items: number
  /** Invited to single items of the large meeting. */
  guests: number
  documents: number
  proposals: number
  /** Besides the large one, over a year. */
  meetings: number
  /** To a member, and to the clerk. */
  notices: number
}

/** What a province has: figures of issue "Convening". */
export const whole: Size = {
  people: 2000, units: 40, bodies: 40, items: 300, guests: 100, documents: 300, proposals: 2000, meetings: 500, notices: 500,
}

/** The same with so many times less of everything. */
export function divided(size: Size, by: number): Size {
  const share = (count: number, least: number) => Math.max(least, Math.round(count / by))
  return {
    people: share(size.people, 25), units: share(size.units, 2), bodies: share(size.bodies, 2), items: share(size.items, 4),
    guests: share(size.guests, 2), documents: share(size.documents, 2), proposals: share(size.proposals, 40),
    meetings: share(size.meetings, 16), notices: share(size.notices, 10),
  }
}
