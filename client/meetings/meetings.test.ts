import { CalendarDate, Time } from '@internationalized/date'
import { describe, expect, test } from 'vitest'
import type { AgendaItemState } from '../../protocol/agenda.ts'
import { draftFields, emptyDraft, readDraft, startOf } from './draft.ts'
import { readiness } from './readiness.ts'

describe('a draft', () => {
  const fields = {
    title: ' Hội nghị tháng 3 ', mode: 'hybrid' as const, place: 'Phòng họp số 1', day: new CalendarDate(2026, 3, 2), time: new Time(8, 30), plannedMinutes: 120,
  }

  test('begins at the time of the meeting’s place, wherever the browser is', () => {
    expect(startOf(fields.day, fields.time)).toBe('2026-03-02T01:30:00.000Z')
  })

  test('comes back as it was typed', () => {
    const read = readDraft(fields)
    expect(read).toMatchObject({ draft: { title: 'Hội nghị tháng 3', startsAt: '2026-03-02T01:30:00.000Z' } })
    const again = 'draft' in read ? draftFields(read.draft) : null
    expect([again?.day?.toString(), again?.time?.toString()]).toEqual(['2026-03-02', '08:30:00'])
  })

  test('names every field that is missing or wrong', () => {
    expect(readDraft({ ...fields, title: '  ', day: null, plannedMinutes: 2 })).toEqual({ wrong: ['start', 'title', 'plannedMinutes'] })
    expect(readDraft({ ...fields, plannedMinutes: null })).toEqual({ wrong: ['plannedMinutes'] })
  })

  test('is proposed for the next working day', () => {
    expect(emptyDraft(Date.parse('2026-03-06T03:00:00Z')).day?.toString()).toBe('2026-03-09')
    // Already the next day at the meeting's place.
    expect(emptyDraft(Date.parse('2026-03-02T18:00:00Z')).day?.toString()).toBe('2026-03-04')
  })
})

describe('readiness', () => {
  const item = (itemId: string, presenterId: string | null, minutes: number): AgendaItemState => ({
    itemId, presenterId, minutes, title: { $text: itemId, mac: '' }, purpose: 'report', classified: false,
    status: 'pending', startedAt: null, spentMs: 0,
  })
  const paper = { documentId: 'd', itemId: 'a', name: { $text: 'n', mac: '' }, sha256: '', bytes: 1 }

  test('an empty agenda holds publishing up', () => expect(readiness([], [], 60).obstacles).toEqual([{ kind: 'agendaEmpty' }]))
  test('a whole one is clear', () => expect(readiness([item('a', 'p', 60)], [paper], 60)).toEqual({ obstacles: [], advice: [] }))
  test('names what is missing, and where', () => {
    expect(readiness([item('a', 'p', 60), item('b', null, 30)], [paper], 60).advice).toEqual([
      { kind: 'overLength', minutes: 30 },
      { kind: 'presenterMissing', itemId: 'b', number: 2 },
      { kind: 'documentsMissing', itemId: 'b', number: 2 },
    ])
  })
})
