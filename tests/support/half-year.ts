import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { TestServer } from './server.ts'

interface Lived {
  owner: Knex, server: Pick<TestServer, 'db' | 'domains'>, chair: Who, clerk: Who, member: Who
  bodyId: string, otherId: string
  /** Three, the first that of the bodies. */
  units: readonly string[]
}
interface Who { personId: string }

/** Half a year of two bodies in rows, with what lies just outside it; the ids of the meetings. */
export async function livedHalfYear({ owner, server, chair, clerk, member, bodyId, otherId, units }: Lived): Promise<string[]> {
  const meetingIds: string[] = []

  /** A meeting that was held, in rows: who was there how, for how many minutes. */
  async function held(of: string, opened: string, minutes: number, mode: string, kind: string | null, people: readonly [Who, 'inPerson' | 'online' | 'absentExcused', number][]): Promise<string> {
    const [id, title, place] = [randomUUID(), randomUUID(), randomUUID()]
    await owner('journal_head').insert({ meeting_id: id, seq: 0, hash: Buffer.alloc(32) })
    await owner('journal_text').insert([[title, 'Hội nghị'], [place, 'Trụ sở']].map(([text, body]) => ({ id: text, meeting_id: id, body, key: Buffer.alloc(32) })))
    const opening = new Date(`${opened}+07:00`)
    await owner('meeting').insert({
      id, body_id: of, title_text: title, place_text: place, mode, starts_at: opening, planned_minutes: minutes, status: 'closed', opened_at: opening, published_at: opening,
      closed_at: new Date(opening.getTime() + minutes * 60_000), creator_id: clerk.personId, kind_id: kind === null ? null : owner('meeting_kind').where({ code: kind }).select('id').first(),
    })
    if (people.length) await owner('attendance_result').insert(people.map(([seat, state, present]) => ({ meeting_id: id, person_id: seat.personId, state, present_ms: present * 60_000 + 31_000 })))
    meetingIds.push(id)
    return id
  }

  async function paper(of: string, number: number, channel: string, day: string, recipients: number): Promise<void> {
    const id = randomUUID()
    await owner('issued_paper').insert({ id, body_id: of, kind: 'resolution', year: 2025, number, style: 'party', symbol: 'NQ/TU', abstract: 'Nghị quyết', channel, issued_at: new Date(`${day}T10:00:00+07:00`) })
    for (let index = 0; index < recipients; index += 1) await owner('paper_recipient').insert({ paper_id: id, unit_id: units[index], name: units[index], added_at: new Date() })
  }

  const submitted = new Date('2024-12-01T09:00:00+07:00')
  async function accepted(id: string, changes: { title?: string, settled?: 'decided' } = {}): Promise<void> {
    const kind = await owner('proposal_kind').first<{ kind_id: string, version: number }>()
    await owner('proposal').insert({
      id, unit_id: units[1], body_id: bodyId, kind_id: kind.kind_id, kind_version: kind.version, status: 'accepted', round: 1, since: submitted, title: 'Chủ trương', summary: '', asks: 'decide',
      legal_basis: '', edited_at: submitted, edited_by: clerk.personId, creator_id: clerk.personId, creation_key: randomUUID(), ...changes,
    })
  }

  /** An item of a proposal, with a document of seven pages, and tasks of its conclusion: in time, late, not done, not yet due, cancelled, extended. */
  async function dealtWith(meetingId: string): Promise<string> {
    const [matter, item, other, document, text] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    const key = () => randomUUID()
    await owner('matter').insert({ id: matter })
    await accepted(matter)
    await owner('proposal_submission').insert({ proposal_id: matter, round: 1, at: submitted, content: '{}', documents: [] })
    await owner('journal_text').insert({ id: text, meeting_id: meetingId, body: 'Nội dung', key: Buffer.alloc(32) })
    await owner('agenda_item').insert({ id: item, meeting_id: meetingId, place: 1, title_text: text, minutes: 30, purpose: 'decide', status: 'done', matter_id: matter })
    // The member was there for the second item alone, whose document has three pages.
    await owner('agenda_item').insert({ id: other, meeting_id: meetingId, place: 2, title_text: text, minutes: 30, purpose: 'decide', status: 'done' })
    await owner('meeting_participant').insert({ meeting_id: meetingId, person_id: member.personId, role: 'guest', office: '', voting: false, rank: 1, items_only: true })
    await owner('agenda_item_guest').insert({ meeting_id: meetingId, item_id: other, person_id: member.personId })
    const [short, sha] = [randomUUID(), Buffer.alloc(32, 9)]
    await owner('document').insert([{ id: document, meeting_id: meetingId, item_id: item, name_text: text }, { id: short, meeting_id: meetingId, item_id: other, name_text: text }])
    await owner('rendition').insert({ sha256: sha, media_type: 'application/pdf', status: 'ready', pdf_sha256: sha, pages: 3, has_text: true, registered_at: submitted })
    await owner('document_version').insert({ document_id: short, number: 1, state: 'final', sha256: sha, media_type: 'application/pdf', bytes: 1, added_at: submitted })
    for (const [number, pages, state] of [[1, 5, 'circulation'], [2, 7, 'final'], [3, 9, 'draft']] as const) {
      const sha256 = Buffer.alloc(32, number)
      await owner('rendition').insert({ sha256, media_type: 'application/pdf', status: 'ready', pdf_sha256: sha256, pages, has_text: true, registered_at: submitted })
      await owner('document_version').insert({ document_id: document, number, state, sha256, media_type: 'application/pdf', bytes: 1, added_at: submitted })
    }
    await owner('conclusion').insert({ item_id: item, meeting_id: meetingId, text_id: text, version: 1, written_by: clerk.personId, written_at: submitted })
    await owner('conclusion_version').insert({ item_id: item, version: 1, text_id: text, written_by: clerk.personId, written_at: submitted })
    const tasks = [
      ['closed', '2025-02-28', '2025-02-28T23:30'], ['reported', '2025-03-31', '2025-04-01T00:10'], ['inProgress', '2025-06-30', null], ['cancelled', '2025-05-05', '2025-05-05T10:00'], ['assigned', '2025-07-01', null],
      // Cancelled when it was late already; and done in time by its second deadline alone.
      ['cancelled', '2025-05-06', '2025-05-08T10:00'], ['reported', '2025-07-15', '2025-06-20T09:00', '2025-05-30'],
    ] as const
    for (const [stage, due, ended, first = due] of tasks) {
      const id = randomUUID()
      await owner('task').insert({
        id, body_id: bodyId, meeting_id: meetingId, item_id: item, conclusion_version: 1, decided_at: submitted, lead_unit_id: units[1], what: 'Việc', product: 'Báo cáo', responsibility: '', authority: '',
        due_on: due, stage, since: submitted, creator_id: clerk.personId, creation_key: key(),
      })
      await owner('task_event').insert({ task_id: id, seq: 1, at: submitted, kind: 'assigned', note: '', stage: 'assigned', due_on: first, version: 1 })
      if (ended) await owner('task_event').insert({ task_id: id, seq: 2, at: new Date(`${ended}+07:00`), kind: stage === 'cancelled' ? 'cancelled' : 'reported', note: '', stage: 'reported', version: 2 })
    }
    return matter
  }

  await held(bodyId, '2025-01-01T00:00', 200, 'inPerson', 'committeeRegular', [[chair, 'inPerson', 200], [clerk, 'inPerson', 199], [member, 'inPerson', 180]])
  await held(bodyId, '2025-02-10T08:00', 100, 'online', 'briefing', [[chair, 'online', 100], [clerk, 'online', 100], [member, 'absentExcused', 0]])
  await held(bodyId, '2025-02-20T08:00', 500, 'hybrid', 'provinceWide', [[chair, 'inPerson', 480], [clerk, 'online', 490], [member, 'inPerson', 60]])
  await held(bodyId, '2025-06-30T23:59', 30, 'hybrid', null, [[chair, 'online', 30]])
  await held(otherId, '2025-03-03T08:00', 60, 'inPerson', 'briefing', [[member, 'inPerson', 60]])
  await held(bodyId, '2024-12-31T23:59', 60, 'inPerson', 'briefing', [[chair, 'inPerson', 60]]) // the day before
  await held(bodyId, '2025-07-01T00:00', 60, 'inPerson', 'briefing', [[chair, 'inPerson', 60]]) // the day after
  for (const [index, [of, channel, day, recipients]] of ([
    [bodyId, 'electronic', '2025-01-02', 3], [bodyId, 'electronic', '2025-03-02', 2], [bodyId, 'paper', '2025-04-02', 0], [bodyId, 'electronic', '2025-07-02', 3], [otherId, 'electronic', '2025-02-02', 1],
  ] as const).entries()) await paper(of, index + 1, channel, day, recipients)
  await paper(bodyId, 9, 'electronic', '2025-03-03', 2)
  await owner('issued_paper').where({ number: 9 }).update({ status: 'recalled', ended_at: new Date(), end_reason: 'Sai' })
  for (const [index, due, issued, status] of [[0, '2025-01-08', '2025-01-08T16:00', 'issued'], [1, '2025-02-14', '2025-02-15T08:00', 'issued'], [2, '2025-02-26', null, 'draft'], [3, '2025-06-30', null, 'waived'], [5, '2025-01-08', null, 'waived']] as const) {
    await owner('conclusion_notice').insert({
      meeting_id: meetingIds[index], body_id: bodyId, status, due_on: due, working_days: 5, basis: 'QĐ 45', content: issued ? '{}' : null,
      ...issued ? { issued_at: new Date(`${issued}+07:00`), number: `0${index}-TB/TU`, paper_id: randomUUID(), approved_by: chair.personId, approved_at: new Date(`${issued}+07:00`) } : {},
    })
  }
  // One was waived in time, the other when it was late.
  for (const [index, at] of [[3, '2025-06-20'], [5, '2025-01-20']] as const) {
    await owner('journal_entry').insert({
      meeting_id: meetingIds[index], seq: 1, at: new Date(`${at}T10:00:00+07:00`), kind: 'conclusionNotice.waived', data: '{}', audience: '"office"', prev_hash: Buffer.alloc(32), hash: Buffer.alloc(32),
    })
  }
  await held(otherId, '2026-01-15T08:00', 60, 'online', 'provinceWide', [])
  const proposed = await dealtWith(meetingIds[0]!)
  const { ledger } = server.domains.resulting
  const matters = [proposed, ...Array.from({ length: 3 }, () => randomUUID())]
  await owner('matter').insert(matters.slice(1).map((id) => ({ id })))
  // What was taken off an agenda was decided by somebody alone.
  await accepted(matters[3]!, { title: 'Việc uỷ quyền', settled: 'decided' })
  await server.db.transaction(async (trx) => {
    const avoided = (index: number, date: string) => ledger.avoided(trx, {
      bodyId, date, cause: { kind: 'requestedElsewhere', matterId: matters[index]! }, attendees: [{ personId: member.personId, unitId: units[2]! }], byId: clerk.personId, reason: 'Xin ý kiến bằng văn bản',
    })
    await avoided(0, '2025-03-04')
    await avoided(1, '2025-02-10') // the body met on that day after all
    await avoided(2, '2025-05-05')
    await ledger.reverse(trx, { matterId: matters[2]! }, { kind: 'rebound', reason: 'Không đủ quá nửa' })
    await ledger.minutesSaved(trx, { bodyId, meetingId: meetingIds[1]!, matterId: matters[3]!, minutes: 20, people: 15, byId: clerk.personId, reason: 'Uỷ quyền' })
  })
  return meetingIds
}
