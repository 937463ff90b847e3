import { describe, expect, it } from 'vitest'
import { addDays, addWorkingDays, type WorkingCalendar } from '../../protocol/calendar.ts'
import { planProposal } from '../../protocol/proposals.ts'
import { getResults, listLedger, listResultEntries, monthsLater } from '../../protocol/results.ts'
import type { TriageChoice, TriageDetail, TriageNotes } from '../../protocol/triage.ts'
import type { Actor } from './assembly.ts'
import { draft, freshKey, itemDraft, REASON } from './house.ts'
import { today, type Office } from './proposals.ts'

interface Triage {
  office: Office
  calendar: WorkingCalendar
  look(actor: Actor, proposalId: string): Promise<TriageDetail>
  decide(actor: Actor, proposalId: string, choice: TriageChoice, reason?: string): Promise<{ error?: { code: string } | undefined }>
  finish(actor: Actor, proposalId: string, nth: number, kind: 'decided' | 'rebound' | 'stopped'): Promise<{ error?: { code: string } | undefined }>
  note(actor: Actor, proposalId: string, version: number, notes: Partial<TriageNotes>): Promise<unknown>
}

/** The ledger of meetings that were not held, through the acts of the office; on the server of the tests of triage. */
export function describeTriageLedger(of: () => Triage): void {
  const period = { from: monthsLater(today().slice(0, 7), -8), to: monthsLater(today().slice(0, 7), 3) }
  const query = () => ({ ...period, bodyId: of().office.body.id })
  async function figures() {
    const { body, error } = await of().office.chair.client.call(getResults, { query: query() })
    if (error) throw new Error(error.code)
    return body.ledger
  }
  /** Lines with a cause of these matters or meetings, as the chair sees them. */
  const linesOf = async (id: string, actor = of().office.chair) =>
    (await actor.client.call(listLedger, { query: { ...query(), limit: 100 } })).body!.lines.filter(({ causes }) => causes.some((cause) => cause.of?.id === id))
  const statesOf = async (id: string) => (await linesOf(id)).map(({ state }) => state)

  let pastDay = -30
  /** The day of a line is over; which one it was is another one then, of no other line. */
  async function passDay(id: string): Promise<void> {
    const [line] = await linesOf(id)
    pastDay -= 1
    await of().office.server.db('ledger_line').where({ id: line!.id }).update({ day: addDays(today(), pastDay) })
  }
  let [wishedDay, meetingDay] = [0, 12]
  const wanting = (): Promise<string> => {
    wishedDay += 1
    return of().office.accepted({ disagreement: 'none', wantsMeeting: true, proposedOn: addWorkingDays(today(), 25 + wishedDay, of().calendar) })
  }
  /** Each on a day of its own, unless it is to sit now. */
  async function newMeeting(when: 'now' | 'later' = 'later'): Promise<string> {
    const { office } = of()
    meetingDay += 1
    const startsAt = when === 'now' ? {} : { startsAt: `${addDays(today(), meetingDay)}T01:00:00.000Z` }
    const wanted = { ...draft({ plannedMinutes: 120, ...startsAt }), bodyId: office.body.id, key: freshKey() }
    return (await office.server.domains.meetings.create(office.clerk.caller, wanted)).meetingId
  }
  async function fill(meetingId: string): Promise<void> {
    await of().office.server.domains.agenda.add(meetingId, of().office.clerk.caller, { ...itemDraft(), key: freshKey() })
  }
  async function plan(proposalId: string, meetingId: string): Promise<string> {
    const { body, error } = await of().office.clerk.client.call(planProposal, { params: { proposalId }, body: { meetingId, minutes: 35, key: freshKey() } })
    if (error) throw new Error(error.code)
    return body.itemId
  }
  const takeOff = (meetingId: string, itemId: string) => of().office.server.domains.agenda.remove(meetingId, itemId, of().office.clerk.caller)
  async function act(proposalId: string, choice: TriageChoice): Promise<void> {
    const { error } = await of().decide(of().office.chair, proposalId, choice, 'Đã cân nhắc')
    if (error) throw new Error(error.code)
  }
  const alone = (proposalId: string) => act(proposalId, { way: 'delegate', personId: of().office.member.personId, dueOn: addWorkingDays(today(), 5, of().calendar) })
  async function end(proposalId: string, kind: 'decided' | 'rebound' | 'stopped' = 'decided'): Promise<void> {
    const { office, look, finish } = of()
    const { error } = await finish(office.clerk, proposalId, (await look(office.clerk, proposalId)).decisions.length, kind)
    if (error) throw new Error(error.code)
  }
  const { publish, cancel } = {
    publish: (meetingId: string) => of().office.server.domains.meetings.publish(meetingId, of().office.clerk.caller, REASON),
    cancel: (meetingId: string) => of().office.server.domains.postponing.cancel(meetingId, of().office.clerk.caller, REASON),
  }

  describe('what the ledger has of it', () => {
    it('a requested meeting counts once its day is past and its matter decided; who would have met opens from it', async () => {
      const { office } = of()
      const [id, before] = [await wanting(), await figures()]
      await alone(id)
      expect(await figures()).toEqual({ ...before, pending: before.pending + 1 })
      await passDay(id)
      expect(await statesOf(id)).toEqual(['pending'])
      await end(id)
      expect(await figures()).toEqual({ ...before, lines: before.lines + 1 })
      const [line] = await linesOf(id)
      expect(line).toMatchObject({ state: 'counts', people: 2, causes: [{ way: 'delegate', reason: 'Đã cân nhắc', reversed: null }] })
      expect(line?.units).toEqual([{ unit: null, people: 2, names: [expect.any(String), expect.any(String)] }])
      const { lines } = (await office.administrator.client.call(listLedger, { query: { ...query(), limit: 100 } })).body!
      expect(lines.find((one) => one.id === line?.id)?.units).toEqual([{ unit: null, people: 2, names: null }])
    })

    it('a rebound reverses it; what was taken back undecided is neither avoided nor a rebound', async () => {
      const [came, stopped, before] = [await wanting(), await wanting(), await figures()]
      for (const [id, kind] of [[came, 'rebound'], [stopped, 'stopped']] as const) {
        await alone(id)
        await end(id, kind)
      }
      expect(await figures()).toEqual({ ...before, reversed: before.reversed + 1 })
      expect([await statesOf(came), await statesOf(stopped)]).toEqual([['reversed'], ['stopped']])
      await alone(came)
      expect(await statesOf(came)).toEqual(['pending'])
    })

    it('a merger counts into a meeting that has other matters, and not for what a meeting dealt with before', async () => {
      const { look, note, office } = of()
      const [empty, shared, one, two] = [await newMeeting(), await newMeeting(), await wanting(), await wanting()]
      await fill(shared)
      for (const [id, meetingId] of [[one, empty], [two, shared]] as const) {
        await note(office.clerk, id, (await look(office.clerk, id)).version, { minutes: 20 })
        await act(id, { way: 'merge', meetingId })
      }
      expect([await statesOf(one), await statesOf(two)]).toEqual([[], ['pending']])
      // Onto another agenda by hand: it is met about there, whatever is decided of it later.
      const [item] = await office.server.db('agenda_item').where({ matter_id: two }).pluck('id') as string[]
      await takeOff(shared, item!)
      await plan(two, empty)
      expect(await statesOf(two)).toEqual(['reversed'])
    })

    it('one that was decided alone and comes onto an agenda all the same reverses its line', async () => {
      const { look, note, office } = of()
      const [id, shared] = [await wanting(), await newMeeting()]
      await fill(shared)
      await note(office.clerk, id, (await look(office.clerk, id)).version, { minutes: 20 })
      await act(id, { way: 'merge', meetingId: shared })
      const [item] = await office.server.db('agenda_item').where({ matter_id: id }).pluck('id') as string[]
      await takeOff(shared, item!)
      await alone(id)
      await end(id)
      // Its own meeting was merged away before; what it saved the other one is not told beside that.
      expect([await statesOf(id), await office.server.db('ledger_minutes').where({ matter_id: id })]).toEqual([['pending'], []])
      await office.server.domains.agenda.add(shared, office.clerk.caller, { ...itemDraft(), matterId: id, key: freshKey() })
      expect(await statesOf(id)).toEqual(['reversed'])
    })

    it('one that is taken off the agenda of a meeting that sat anyway saves its minutes there, and is no meeting', async () => {
      const { office } = of()
      const [id, meetingId, before] = [await wanting(), await newMeeting('now'), await figures()]
      await fill(meetingId)
      await takeOff(meetingId, await plan(id, meetingId))
      await alone(id)
      await end(id)
      expect(await figures()).toEqual(before)
      await publish(meetingId)
      await office.server.domains.meetings.open(meetingId, office.clerk.caller, freshKey())
      const people = await office.server.db('meeting_participant').where({ meeting_id: meetingId }).count<{ count: string }[]>('*')
      const saved = { minutesSaved: before.minutesSaved + 35, personMinutesSaved: before.personMinutesSaved + 35 * Number(people[0]?.count) }
      expect(await figures()).toEqual({ ...before, ...saved })
      expect(await linesOf(id)).toEqual([])
      const { entries } = (await office.chair.client.call(listResultEntries, { query: { ...query(), figure: 'minutesSaved', limit: 100 } })).body!
      expect(entries).toContainEqual(expect.objectContaining({ value: 35, title: 'Chủ trương đầu tư Trung tâm dữ liệu', opens: { kind: 'proposal', id } }))
      expect(entries.reduce((all, { value }) => all + value, 0)).toBe(saved.minutesSaved)
      await office.server.domains.meetings.close(meetingId, office.clerk.caller, freshKey())
    })

    it.each(['before', 'after'] as const)('a sitting is not held where all its matters went elsewhere, decided %s it is cancelled', async (when) => {
      const [one, two, meetingId, before] = [await wanting(), await wanting(), await newMeeting(), await figures()]
      const items = [await plan(one, meetingId), await plan(two, meetingId)]
      await publish(meetingId)
      if (when === 'after') await cancel(meetingId)
      else for (const item of items) await takeOff(meetingId, item)
      await alone(one)
      if (when === 'before') expect(await statesOf(meetingId)).toEqual([])
      await alone(two)
      if (when === 'before') await cancel(meetingId)
      expect(await linesOf(meetingId)).toMatchObject([{ state: 'pending', causes: [{ kind: 'sittingCancelled', way: null, reason: '' }] }])
      for (const id of [one, two]) await end(id)
      await passDay(meetingId)
      // One line, of the sitting; none of the meetings that were asked for, and no minutes.
      expect(await figures()).toEqual({ ...before, lines: before.lines + 1 })
      expect([await linesOf(one), await linesOf(two)]).toEqual([[], []])
    })

    it('a cancelled sitting that left something to be met about was held elsewhere', async () => {
      const [one, two, meetingId] = [await wanting(), await wanting(), await newMeeting()]
      for (const id of [one, two]) await plan(id, meetingId)
      await publish(meetingId)
      await cancel(meetingId)
      await alone(one)
      expect(await linesOf(meetingId)).toEqual([])
      await alone(two)
      expect(await statesOf(meetingId)).toEqual(['pending'])
      await end(two, 'rebound')
      expect(await statesOf(meetingId)).toEqual(['reversed'])
      await alone(two)
      expect(await statesOf(meetingId)).toEqual(['pending'])
    })
  })
}
