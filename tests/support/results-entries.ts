import { expect, it } from 'vitest'
import { Figure, getResults, listLedger, listResultEntries } from '../../protocol/results.ts'
import type { signedIn } from './people.ts'

type Seat = Awaited<ReturnType<typeof signedIn>>
interface Lived { chair: Seat, administrator: Seat, bodyId: string, otherId: string }
const period = { from: '2025-01', to: '2025-06' } as const

/** What each figure opens to, over the wire, on the half year that the test of results has lived. */
export function describeEntries(lived: () => Lived): void {
  it('figures open to entries that come to the same', async () => {
    const { chair, administrator, bodyId, otherId } = lived()
    const entriesOf = async (figure: Figure, limit = 100, after?: string) =>
      (await chair.client.call(listResultEntries, { query: { ...period, bodyId, figure, limit, ...figure === 'quota' ? { kind: 'provinceWide' } : {}, ...after ? { after } : {} } })).body
    const got = (await chair.client.call(getResults, { query: { ...period, bodyId } })).body
    const papers = got.issuing.electronic + got.issuing.onPaper
    const expected: Record<Figure, [number, number]> = {
      held: [got.meetings.held, got.meetings.held], compared: [got.headline!.held, got.headline!.held], quota: [0, 0],
      issuing: [papers, papers], copies: [got.issuing.electronic, got.unprinted.copies], pages: [1, got.unprinted.pages],
      decisions: [got.decisions.count, got.decisions.longestDays!],
      notices: [got.notices.due, got.notices.due], tasks: [got.tasks.due, got.tasks.due], hours: [got.hours.people, got.hours.minutes],
      costs: [got.costs.meetings, got.costs.saved.likely], minutesSaved: [1, got.ledger.minutesSaved],
    }
    for (const figure of Figure.options) {
      const { entries, next } = await entriesOf(figure)
      expect([entries.length, entries.reduce((all, { value }) => all + value, 0)], figure).toEqual(expected[figure])
      expect(next).toBeNull()
    }
    const notices = (await entriesOf('notices')).entries
    expect(notices.filter(({ state }) => state === 'onTime')).toHaveLength(got.notices.onTime)
    expect(notices.filter(({ state }) => state === 'waived')).toHaveLength(got.notices.excused)
    expect((await entriesOf('tasks')).entries.filter(({ state }) => state === 'extended')).toHaveLength(got.tasks.excused)
    const entries = async (seat: Seat, query: object, of: object = { bodyId }) => await seat.client.call(listResultEntries, { query: { ...period, ...of, figure: 'held', ...query } as never })
    // The headline's meetings are of the bodies that the baseline knows, in the months that it compares.
    expect((await entries(administrator, { figure: 'compared' }, {})).body.entries).toHaveLength(got.headline!.held)
    expect((await entries(administrator, { figure: 'held' }, {})).body.entries).toHaveLength(got.meetings.held + 1)
    expect((await entries(chair, { figure: 'compared', baseline: 2023 })).body.entries).toEqual([])
    // A quota opens to the meetings of its calendar year and scope, whoever looks.
    const year = await entries(chair, { figure: 'quota', kind: 'provinceWide', from: '2026-01', to: '2026-01' })
    expect([year.body.from, year.body.to, year.body.entries.map(({ day, body, title }) => [day, body?.id, title])]).toEqual(['2026-01', '2026-12', [['2026-01-15', otherId, null]]])
    const anyId = '-'.repeat(36)
    for (const query of [{ figure: 'quota' }, { after: `2025-13-45~${bodyId}` }, { after: `2025-01-01~${anyId}` }, { after: `0000-01-01~${bodyId}` }, { after: `2025-01-01~${bodyId}~` }]) {
      expect((await entries(chair, query)).error?.code, JSON.stringify(query)).toBe('badRequest')
      if (!('figure' in query)) expect((await chair.client.call(listLedger, { query: { ...period, ...query } })).error?.code).toBe('badRequest')
    }
    // A person's hours open to the meetings that they were in.
    for (const { id, value } of (await entriesOf('hours')).entries) {
      const { body: { entries: own } } = await chair.client.call(listResultEntries, { query: { ...period, bodyId, figure: 'hours', personId: id } })
      expect([own.reduce((all, one) => all + one.value, 0), own.every(({ body }) => body?.id === bodyId)]).toEqual([value, true])
    }
    // Page by page it is the same list.
    const whole = (await entriesOf('held')).entries
    let [paged, after]: [typeof whole, string | undefined] = [[], undefined]
    do {
      const page = await entriesOf('held', 1, after)
      paged = [...paged, ...page.entries]
      after = page.next ?? undefined
    } while (after)
    expect(paged).toEqual(whole)
    // Who takes no part in a meeting is told neither its title nor a way to it.
    expect(whole.every(({ title, opens }) => title === null && opens === null)).toBe(true)
  })
}
