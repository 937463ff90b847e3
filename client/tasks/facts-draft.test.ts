import { expect, it } from 'vitest'
import { draftOf, emptyDraft, factsOf, missingOf } from './facts-draft.ts'

const whole = { ...emptyDraft(), unitId: '01990000-0000-7000-8000-000000000001', what: ' Trình đề án ', product: 'Đề án', dueOn: '2030-01-02' }

it('says what is missing of a task, and what may not stand in it', () => {
  expect(missingOf(emptyDraft())).toEqual({ what: 'required', product: 'required', unitId: 'required', dueOn: 'required' })
  expect(missingOf({ ...whole, leadKind: 'person' })).toEqual({ unitId: 'required' })
  expect(missingOf({ ...whole, authority: 'TỐI MẬT' })).toEqual({ authority: 'stamp' })
  expect(factsOf({ ...whole, dueOn: null })).toBeNull()
})

it('makes facts of a draft and a draft of facts', () => {
  const facts = factsOf(whole)
  expect(facts).toMatchObject({ lead: { kind: 'unit', id: whole.unitId }, what: 'Trình đề án', coUnitIds: [] })
  if (facts) expect(factsOf(draftOf(facts, null))).toEqual(facts)
})
