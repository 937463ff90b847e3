import { CalendarDate, Time } from '@internationalized/date'
import { describe, expect, test } from 'vitest'
import { differences, draftFields, emptyDraft, readDraft, startOf } from './draft.ts'

describe('a draft', () => {
  const fields = {
    title: ' Hội nghị tháng 3 ', mode: 'hybrid' as const, place: 'Phòng họp số 1', day: new CalendarDate(2026, 3, 2), time: new Time(8, 30), plannedMinutes: 120,
    kindId: null, roomId: null, cautions: [],
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

  test('tells in what two of them differ, absent alike with none', () => {
    const draft = { title: 'A', mode: 'hybrid' as const, place: 'P', startsAt: '2026-03-02T01:30:00.000Z', plannedMinutes: 120 }
    expect(differences(draft, { ...draft })).toEqual([])
    expect(differences({ ...draft, cautions: ['c'] }, { ...draft, place: 'Q', kindId: 'k' })).toEqual(['kindId', 'place', 'cautions'])
  })

  test('is proposed for the next working day', () => {
    expect(emptyDraft(Date.parse('2026-03-06T03:00:00Z')).day?.toString()).toBe('2026-03-09')
    // Already the next day at the meeting's place.
    expect(emptyDraft(Date.parse('2026-03-02T18:00:00Z')).day?.toString()).toBe('2026-03-04')
  })
})
