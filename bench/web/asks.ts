import type { House } from './seed.ts'

/** Something that a page asks the server for. */
export interface Ask {
  name: string
  who: 'administrator' | 'clerk' | 'member' | 'nobody'
  /** A path to get; or a meeting to follow on a socket, which answers with its whole state. */
  path?: string
  follow?: string
  /** Made anew for each download, of everybody: named, but not held to the time of lists. */
  file?: true
}

const DAY_MS = 24 * 3600_000
const instant = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
const query = (values: Record<string, string>) => new URLSearchParams(values).toString()

/** What the pages of convening ask for, each as whoever has the most of it. */
export function asksOf(house: House): Ask[] {
  const { live, largeDraft, draft, largeBody, member, unit, proposal } = house
  const year = String(new Date(Date.now() - 30 * DAY_MS).getFullYear())
  const large = `/api/meetings/${live}`
  return [
    { name: 'people: search "nguyen"', who: 'clerk', path: `/api/people?${query({ q: 'nguyen' })}` },
    { name: 'people: search "Lê Minh"', who: 'clerk', path: `/api/people?${query({ q: 'Lê Minh' })}` },
    { name: 'people: all, first 100', who: 'clerk', path: '/api/people?limit=100' },
    { name: 'people of a unit', who: 'clerk', path: `/api/people?${query({ unitId: unit })}` },
    { name: 'accounts', who: 'administrator', path: '/api/accounts' },
    { name: 'units', who: 'clerk', path: '/api/units?ended=true' },
    { name: 'bodies', who: 'clerk', path: '/api/bodies' },
    { name: 'bodies: all', who: 'administrator', path: '/api/bodies' },
    { name: 'members of the large body', who: 'clerk', path: `/api/bodies/${largeBody}/members` },
    { name: 'terms of the large body', who: 'administrator', path: `/api/bodies/${largeBody}/terms` },
    { name: 'working calendar of a year', who: 'clerk', path: `/api/working-calendar?${query({ from: `${year}-01-01`, to: `${year}-12-31` })}` },

    { name: 'proposals of the office', who: 'clerk', path: '/api/proposals?side=office' },
    { name: 'proposals of the office, page in the middle', who: 'clerk', path: `/api/proposals?${query({ side: 'office', before: instant(-90) })}` },
    { name: 'proposals: search', who: 'clerk', path: `/api/proposals?${query({ side: 'office', search: 'đầu tư công trình số 1' })}` },
    { name: 'proposals: the pool', who: 'clerk', path: '/api/proposals?side=office&stage=pool' },
    { name: 'proposals: the decided', who: 'clerk', path: '/api/proposals?side=office&stage=decided' },
    { name: 'proposals: the board', who: 'clerk', path: '/api/proposals/board' },
    { name: 'proposals of a unit', who: 'member', path: '/api/proposals?side=unit' },
    { name: 'proposals: one', who: 'clerk', path: `/api/proposals/${proposal}` },
    { name: 'proposals: the form', who: 'member', path: '/api/proposals/form' },

    { name: 'meetings', who: 'clerk', path: '/api/meetings?limit=100' },
    { name: 'meetings, page in the middle', who: 'member', path: `/api/meetings?${query({ before: instant(-60) })}` },
    { name: 'meetings: a month', who: 'clerk', path: `/api/meetings?${query({ from: instant(-45), before: instant(-15), limit: '100' })}` },
    { name: 'meetings: the held', who: 'member', path: '/api/meetings?status=closed' },
    { name: 'large meeting', who: 'member', path: large },
    { name: 'large meeting: its state', who: 'clerk', follow: live },
    { name: 'large meeting: its state', who: 'member', follow: live },
    { name: 'large meeting: plan of its agenda', who: 'member', path: `${large}/plan` },
    { name: 'large meeting: changes', who: 'member', path: `${large}/changes` },
    { name: 'large draft', who: 'clerk', path: `/api/meetings/${largeDraft}` },
    { name: 'large draft: readiness', who: 'clerk', path: `/api/meetings/${largeDraft}/readiness` },
    { name: 'draft: what may be carried over', who: 'clerk', path: `/api/meetings/${draft}/carriable` },
    { name: 'kinds, rooms, cautions', who: 'clerk', path: '/api/meeting-rules' },

    { name: 'large meeting: invitation and answer', who: 'clerk', path: `${large}/invitation` },
    { name: 'large meeting: invitation and answer', who: 'member', path: `${large}/invitation` },
    { name: 'large meeting: mails', who: 'clerk', path: `${large}/invitation/deliveries` },
    { name: 'what waits for an answer', who: 'member', path: '/api/me/invitations' },
    { name: 'notices', who: 'member', path: '/api/notices?limit=100' },
    { name: 'notices: how many', who: 'member', path: '/api/notices/unread' },
    { name: 'calendar feed', who: 'nobody', path: house.calendar },

    { name: 'attendance by item', who: 'clerk', path: `${large}/attendance/items` },
    { name: 'attendance of one', who: 'clerk', path: `${large}/attendance/${member}/history` },
    { name: 'own record of a year', who: 'member', path: `/api/me/attendance?${query({ year })}` },
    { name: 'attendance list, XLSX', who: 'clerk', path: `${large}/attendance.xlsx`, file: true },
    { name: 'attendance list, PDF', who: 'clerk', path: `${large}/attendance.pdf`, file: true },
    { name: 'own record of a year, XLSX', who: 'member', path: `/api/me/attendance.xlsx?${query({ year })}`, file: true },
  ]
}
