import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { calendarFeed, calendarMessage, type CalendarEvent } from './calendar.ts'

const event: CalendarEvent = {
  uid: '0197a3d0-0000-7000-8000-000000000001@nghi-su', sequence: 3, startsAt: '2026-06-08T01:00:00.000Z', minutes: 210,
  title: 'Hội nghị Ban Thường vụ; kỳ họp tháng 6, mở rộng', place: 'Phòng họp số 1, Trụ sở Tỉnh uỷ', text: '1. Nội dung một\n2. Nội dung hai',
  link: '/meetings/0197a3d0-0000-7000-8000-000000000001', organizer: 'Ban Thường vụ "Tỉnh uỷ"', cancelled: false,
}
const frame = { origin: 'https://hop.example.vn', address: 'vptu@example.vn', at: new Date('2026-06-01T02:03:04Z') }
const attendee = { name: 'Lê Hoài Đăng', email: 'dang@example.vn' }

/** As another program reads it, strictly. */
function read(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
  const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one))
  return { calendar, events }
}

describe('an entry that is sent', () => {
  it('is a request with its time in Vietnam’s zone, read alike by a second library', () => {
    const { calendar, events: [read1] } = read(calendarMessage('REQUEST', event, frame, attendee))
    expect([calendar.getFirstPropertyValue('method'), calendar.getFirstPropertyValue('version')]).toEqual(['REQUEST', '2.0'])
    const zone = calendar.getFirstSubcomponent('vtimezone')
    expect(zone?.getFirstPropertyValue('tzid')).toBe('Asia/Ho_Chi_Minh')
    expect(new ICAL.Timezone(zone as never).utcOffset(ICAL.Time.fromJSDate(new Date(event.startsAt)))).toBe(7 * 3600)
    expect(read1).toMatchObject({ uid: event.uid, sequence: 3, summary: event.title, location: event.place, description: event.text })
    expect(read1?.component.getFirstProperty('dtstart')?.getParameter('tzid')).toBe('Asia/Ho_Chi_Minh')
    // 01:00 UTC is 8 o'clock there, whatever zone this machine is in.
    expect(read1?.startDate.toString()).toBe('2026-06-08T08:00:00')
    expect(read1?.endDate.toString()).toBe('2026-06-08T11:30:00')
    expect(read1?.component.getFirstPropertyValue('status')).toBe('CONFIRMED')
    expect(read1?.component.getFirstPropertyValue('organizer')).toBe('mailto:vptu@example.vn')
    expect(read1?.attendees.map((one) => [String(one.getFirstValue()).toLowerCase(), one.getParameter('cn'), one.getParameter('rsvp')])).toEqual([
      ['mailto:dang@example.vn', 'Lê Hoài Đăng', 'FALSE'],
    ])
    expect(read1?.component.getFirstPropertyValue('url')).toBe(`https://hop.example.vn${event.link}`)
    expect(String(read1?.component.getFirstPropertyValue('dtstamp'))).toBe('2026-06-01T02:03:04Z')
  })

  it('is a cancellation of the same entry with a higher sequence', () => {
    const { calendar, events: [off] } = read(calendarMessage('CANCEL', { ...event, sequence: 4, cancelled: true }, frame, attendee))
    expect([calendar.getFirstPropertyValue('method'), off?.uid, off?.sequence, off?.component.getFirstPropertyValue('status')])
      .toEqual(['CANCEL', event.uid, 4, 'CANCELLED'])
  })

  it('keeps lines within 75 bytes and ends them as the format says', () => {
    const text = calendarMessage('REQUEST', { ...event, title: 'Đ'.repeat(300) }, frame, attendee)
    expect(text.split('\r\n').filter((line) => Buffer.byteLength(line) > 75)).toEqual([])
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(read(text).events[0]?.summary).toBe('Đ'.repeat(300))
  })

  it('lets no name or title begin a line of its own', () => {
    const nasty = 'Họp\r\nATTENDEE:mailto:evil@example.com\r\nX-EVIL:1'
    const text = calendarMessage('REQUEST', { ...event, title: nasty, place: nasty, organizer: `${nasty}"` }, frame, { ...attendee, name: `"${nasty}` })
    const { events: [one], calendar } = read(text)
    expect(one?.attendees.map((attending) => String(attending.getFirstValue()).toLowerCase())).toEqual(['mailto:dang@example.vn'])
    expect(one?.component.getFirstProperty('x-evil')).toBeNull()
    expect(calendar.getAllSubcomponents('vevent')).toHaveLength(1)
  })
})

describe('a calendar to subscribe to', () => {
  it('has every meeting, nobody as attendee, and says which are off', () => {
    const { calendar, events } = read(calendarFeed([event, { ...event, uid: 'b@nghi-su', cancelled: true }], frame, 'Lịch họp của Lê Hoài Đăng'))
    expect(calendar.getFirstPropertyValue('method')).toBe('PUBLISH')
    expect(events.map((one) => [one.uid, one.component.getFirstPropertyValue('status'), one.attendees.length])).toEqual([
      [event.uid, 'CONFIRMED', 0], ['b@nghi-su', 'CANCELLED', 0],
    ])
  })

  it('is a calendar also with no meeting in it', () => {
    expect(read(calendarFeed([], frame, 'Lịch')).events).toEqual([])
  })
})
