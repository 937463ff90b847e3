import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formProblems, FormField, textsOf, type FormValues } from './procedure-forms.ts'
import { cycleIn, inForceOn } from './procedure-rules.ts'

const field = (kind: string, more: object = {}) => FormField.parse({ id: kind.toLowerCase(), label: 'Ô', required: true, kind, ...more })
const table = field('table', { maxRows: 2, columns: [{ id: 'ten', label: 'Tên', kind: 'text', required: true }, { id: 'so', label: 'Số', kind: 'number', required: false, max: 5 }] })
const fields = [
  field('text'), field('longText', { id: 'long' }), field('number', { min: 1, max: 10 }), field('money'), field('date'), field('person'), field('unit'), table,
  field('choice', { options: [{ id: 'co', label: 'Có' }, { id: 'khong', label: 'Không' }] }),
]
const id = '0190d7a0-0000-7000-8000-000000000001'
const whole: FormValues = {
  text: 'Một dòng', long: 'Hai\ndòng', number: 2.5, money: 6_951_260_000, date: '2027-02-04', person: id, unit: id, choice: 'co', table: [{ ten: 'A', so: 1 }],
}

describe('forms', () => {
  it('takes what is whole and right, and half of it while it is being filled in', () => {
    expect(formProblems(fields, whole, true)).toEqual([])
    expect(formProblems(fields, {}, false)).toEqual([])
    expect(formProblems(fields, {}, true).map(({ reason }) => reason)).toEqual(fields.map(() => 'missing'))
  })

  it.each([
    [{ text: 'a\nb' }, 'text', 'wrongKind'], [{ text: 'x'.repeat(501) }, 'text', 'tooLong'], [{ number: 11 }, 'number', 'outOfRange'], [{ number: '2' }, 'number', 'wrongKind'],
    [{ money: 1.5 }, 'money', 'notWhole'], [{ money: -1 }, 'money', 'outOfRange'], [{ date: '2027-02-30' }, 'date', 'badDate'], [{ person: 'ai' }, 'person', 'wrongKind'],
    [{ choice: 'gi-do' }, 'choice', 'badChoice'], [{ la: 'x' }, 'la', 'unknown'], [{ table: 'x' }, 'table', 'wrongKind'], [{ table: [{}, {}, {}] }, 'table', 'tooManyRows'],
    [{ table: [{ ten: 'A', so: 6 }] }, 'table.0.so', 'outOfRange'], [{ table: [{ la: 'x' }] }, 'table.0.la', 'unknown'], [{ constructor: 'x' }, 'constructor', 'unknown'],
  ])('names %j by its place', (values, place, reason) => {
    expect(formProblems(fields, values as FormValues, false)).toEqual([{ place, reason }])
  })

  it('gives every text that was typed, also of rows', () => {
    expect(textsOf(whole)).toEqual(expect.arrayContaining(['Một dòng', 'A']))
  })
})

describe('versions', () => {
  it('has one in force a day at most, whatever was saved', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((number) => `2026-02-${String(number).padStart(2, '0')}`)
    fc.assert(fc.property(fc.array(fc.record({ since: day, until: fc.option(day) }), { maxLength: 8 }), day, (spans, on) => {
      const versions = spans.map((span, index) => ({ version: index + 1, since: span.since, until: span.until }))
      const found = inForceOn(versions, on)
      const begun = versions.filter(({ since }) => since <= on)
      if (found) {
        expect([found.since <= on, found.until === null || found.until >= on]).toEqual([true, true])
        expect(begun.every(({ version }) => version <= found.version)).toBe(true)
      }
      if (!found && begun.length > 0) expect(begun.at(-1)?.until).not.toBeNull()
    }))
  })

  it('finds a cycle of what comes before what, and none in a chain', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 29 }), (length, back) => {
      const chain = new Map(Array.from({ length }, (_, index) => [`Q${index}`, index === 0 ? [] : [`Q${index - 1}`]]))
      expect(cycleIn(chain)).toBeNull()
      const end = back % length
      chain.set('Q0', [...chain.get('Q0') ?? [], `Q${end}`])
      expect(cycleIn(chain)).toHaveLength(end + 1)
    }))
  })
})
