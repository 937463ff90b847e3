import { TZDate } from '@date-fns/tz'
import ical, { ICalAttendeeRole, ICalAttendeeStatus, ICalCalendarMethod, ICalEventStatus } from 'ical-generator'

/** A meeting as calendars have it: the same `uid` for ever, and a `sequence` that rises with each change that is sent. */
export interface CalendarEvent {
  uid: string
  sequence: number
  /** ISO instant. */
  startsAt: string
  minutes: number
  title: string
  place: string
  text: string
  /** A path of this product. */
  link: string
  /** Who invites. */
  organizer: string
  cancelled: boolean
}

/** Where links lead, and whom calendar programs take for the inviting side. */
export interface CalendarFrame { origin: string, address: string, at: Date }

const ZONE = 'Asia/Ho_Chi_Minh'
/** UTC+7 without summer time since 13/6/1975. */
const VTIMEZONE = [
  'BEGIN:VTIMEZONE', `TZID:${ZONE}`, `X-LIC-LOCATION:${ZONE}`,
  'BEGIN:STANDARD', 'TZNAME:+07', 'TZOFFSETFROM:+0700', 'TZOFFSETTO:+0700', 'DTSTART:19750613T000000', 'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n')

const local = (at: string, minutes = 0) => new TZDate(Date.parse(at) + minutes * 60_000, ZONE)
/** One line without control characters: names come from people. */
const line = (text: string) => text.replace(/\p{Cc}+/gu, ' ').trim()

interface Attendee { name: string, email: string }

function calendarOf(
  method: ICalCalendarMethod, events: readonly CalendarEvent[], { origin, address, at }: CalendarFrame,
  { name, attendee }: { name?: string, attendee?: Attendee },
): string {
  const calendar = ical({
    // A calendar that has a zone of its own would write when entries were made in it too, which has to be in UTC.
    method, timezone: { name: null, generator: () => VTIMEZONE },
    prodId: { company: 'Nghi Su', product: 'Meetings', language: 'VI' }, ...(name ? { name: line(name) } : {}),
  })
  for (const event of events) {
    calendar.createEvent({
      id: event.uid, sequence: event.sequence, stamp: at, timezone: ZONE, start: local(event.startsAt), end: local(event.startsAt, event.minutes),
      summary: line(event.title), location: line(event.place), description: event.text, url: origin + event.link,
      organizer: { name: line(event.organizer), email: address },
      status: event.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      // The answer is given in the product, so that the office has it: no mail program is to send one of its own.
      attendees: attendee ? [{
        name: line(attendee.name), email: attendee.email, rsvp: false, role: ICalAttendeeRole.REQ, status: ICalAttendeeStatus.NEEDSACTION,
      }] : [],
    })
  }
  return calendar.toString()
}

/** An entry sent to one person (iTIP, RFC 5546): `REQUEST` for a new or changed meeting, `CANCEL` for one that is off. */
export function calendarMessage(method: 'REQUEST' | 'CANCEL', event: CalendarEvent, frame: CalendarFrame, attendee: Attendee): string {
  return calendarOf(ICalCalendarMethod[method], [event], frame, { attendee })
}

/** All of a person's meetings, for calendar programs that subscribe. */
export function calendarFeed(events: readonly CalendarEvent[], frame: CalendarFrame, name: string): string {
  return calendarOf(ICalCalendarMethod.PUBLISH, events, frame, { name })
}
