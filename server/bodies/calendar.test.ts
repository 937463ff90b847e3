import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addWorkingDays, isWeekend, isWorkingDay } from '../../protocol/calendar.ts'
import { listCalendar, listKeptCalendar, putCalendarDay, removeCalendarDay } from '../../protocol/calendar-days.ts'
import type { Client } from '../../tests/support/client.ts'
import { signedIn } from '../../tests/support/people.ts'
import { startTestServer, type TestServer } from '../../tests/support/server.ts'

let server: TestServer
let administrator: Client
let other: Client
beforeAll(async () => {
  server = await startTestServer()
  administrator = (await signedIn(server, 'admin1', { administrator: true, fullName: 'Quản Trị Một' })).client
  other = (await signedIn(server, 'admin2', { administrator: true })).client
})
afterAll(() => server.stop())

const put = (client: Client, day: string, kind: 'holiday' | 'swappedOff' | 'swappedWorking', version = 0, name = 'Nghỉ') =>
  client.call(putCalendarDay, { params: { day }, body: { kind, name, basis: 'Thông báo số 1', version } })

describe('the working calendar', () => {
  it('comes with two years whose days make sense, each with its basis', async () => {
    const { body: { days } } = await other.call(listCalendar, { query: { from: '2026-01-01', to: '2027-12-31' } })
    for (const year of ['2026', '2027']) {
      const names = days.filter(({ day, kind }) => day.startsWith(year) && kind === 'holiday').map(({ day }) => day.slice(5))
      expect(names).toEqual(expect.arrayContaining(['01-01', '04-30', '05-01', '09-02']))
    }
    for (const { day, kind, basis } of days) {
      expect(basis).not.toBe('')
      if (kind === 'swappedOff') expect([day, isWeekend(day)]).toEqual([day, false])
      if (kind === 'swappedWorking') expect([day, isWeekend(day)]).toEqual([day, true])
      if (kind !== 'holiday') expect(basis).toContain('Chưa xác nhận')
    }
    const swapped = (kind: string) => days.filter((one) => one.kind === kind).length
    expect(swapped('swappedOff')).toBe(swapped('swappedWorking'))
    const calendar = await server.domains.calendar.load('2026-01-01', '2026-12-31')
    expect(addWorkingDays('2026-02-12', 3, calendar)).toBe('2026-02-24')
    expect(isWorkingDay('2026-04-27', calendar)).toBe(false)
  })

  it('is changed by administrators, who stand by what they wrote; deadlines follow at once', async () => {
    const before = await server.domains.calendar.load('2028-01-01', '2028-12-31')
    expect(addWorkingDays('2028-01-25', 1, before)).toBe('2028-01-26')
    expect((await put(administrator, '2028-01-26', 'holiday', 0, 'Tết Mậu Thân')).body.day).toMatchObject({ version: 1, changedBy: { fullName: 'Quản Trị Một' } })
    const after = await server.domains.calendar.load('2028-01-01', '2028-12-31')
    expect(addWorkingDays('2028-01-25', 1, after)).toBe('2028-01-27')
    const { body: { days } } = await administrator.call(listKeptCalendar, { params: { year: 2028 } })
    expect(days).toMatchObject([{ day: '2028-01-26', name: 'Tết Mậu Thân' }])
    const audit = await server.db('audit_entry').where({ day: '2028-01-26' })
    expect(audit).toMatchObject([{ action: 'calendarDay.put', data: { kind: 'holiday', basis: 'Thông báo số 1' } }])
    expect((await administrator.call(removeCalendarDay, { params: { day: '2028-01-26' }, query: { version: 1 } })).status).toBe(200)
    expect((await administrator.call(listKeptCalendar, { params: { year: 2028 } })).body.days).toEqual([])
  })

  it('keeps the first of two changes, and shows it to the second', async () => {
    const answers = await Promise.all([put(administrator, '2029-03-06', 'holiday', 0, 'A'), put(other, '2029-03-06', 'swappedOff', 0, 'B')])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const kept = answers.find(({ status }) => status === 200)?.body.day
    expect(answers.find(({ status }) => status === 409)?.error).toMatchObject({ code: 'calendarChanged', details: { day: { name: kept?.name, version: 1 } } })
    expect((await administrator.call(removeCalendarDay, { params: { day: '2029-03-06' }, query: { version: 2 } })).error?.code).toBe('calendarChanged')
    expect((await put(other, '2029-03-07', 'holiday', 4)).error).toMatchObject({ code: 'calendarChanged', details: { day: null } })
  })

  it('takes no swap that changes nothing', async () => {
    expect((await put(administrator, '2029-03-05', 'swappedWorking')).error?.code).toBe('calendarDayOdd')
    expect((await put(administrator, '2029-03-04', 'swappedOff')).error?.code).toBe('calendarDayOdd')
    expect((await put(administrator, '2029-03-04', 'holiday')).status).toBe(200)
    expect((await put(administrator, '2029-02-30', 'holiday')).error?.code).toBe('badRequest')
  })

  it.each([['2026-01-02', '2026-01-01'], ['2026-01-01', '2029-01-01'], ['x', '2026-01-01']])('is not read from %s to %s', async (from, to) => {
    expect((await other.call(listCalendar, { query: { from, to } })).error?.code).toBe('badRequest')
  })
})
