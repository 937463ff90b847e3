import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerBytes, answerProblems, comparable, SurveyForm, type Question, type SurveyAnswers } from '../../protocol/survey-form.ts'
import { withheld } from './figures.ts'

const question = { help: '', required: true, text: 'Câu hỏi' }
const options = [{ id: 'yess', text: 'Có' }, { id: 'nooo', text: 'Không' }]
const form: SurveyForm = {
  title: 'Khảo sát', intro: '', thanks: '', sections: [{ id: 'part', title: '', text: '', questions: [
    { ...question, id: 'one1', kind: 'single', options, other: true }, { ...question, id: 'many', kind: 'multiple', options, other: false, required: false },
    { ...question, id: 'mark', kind: 'scale', labels: ['Kém', '', 'Tốt'] }, { ...question, id: 'free', kind: 'text', long: true, required: false },
  ] }],
}
const good: SurveyAnswers = { one1: { choices: ['yess'] }, mark: { point: 3 } }

describe('answers', () => {
  it.each<[string, SurveyAnswers, string]>([
    ['a required question passed over', { one1: good['one1']! }, 'required'],
    ['a choice that is not offered', { ...good, one1: { choices: ['none'] } }, 'unknown'],
    ['two choices of one', { ...good, one1: { choices: ['yess', 'nooo'] } }, 'tooMany'],
    ['a choice twice', { ...good, many: { choices: ['yess', 'yess'] } }, 'unknown'],
    ['other where it is not offered', { ...good, many: { choices: ['other'], other: 'x' } }, 'unknown'],
    ['other without words', { ...good, one1: { choices: ['other'] } }, 'otherWithoutWords'],
    ['words without other', { ...good, one1: { choices: ['yess'], other: 'x' } }, 'otherWithoutWords'],
    ['a point beyond the scale', { ...good, mark: { point: 4 } }, 'unknown'],
    ['text to a scale', { ...good, mark: { text: '3' } }, 'wrongKind'],
    ['a question that nobody asked', { ...good, more: { text: 'x' } }, 'unknown'],
  ])('refuse %s', (_, answers, problem) => {
    expect(answerProblems(form, answers)).toMatchObject([{ problem }])
  })

  it('take what fits, in the room that is kept for it', () => {
    const longest: SurveyAnswers = { one1: { choices: ['other'], other: '\u0001'.repeat(300) }, many: { choices: ['yess', 'nooo'] }, mark: { point: 3 }, free: { text: '\u0001'.repeat(2000) } }
    for (const answers of [good, longest]) {
      expect(answerProblems(form, answers)).toEqual([])
      expect(Buffer.byteLength(JSON.stringify(answers))).toBeLessThanOrEqual(answerBytes(form))
    }
  })

  it('are compared where the question stayed the same', () => {
    const [one, many, mark] = form.sections[0]!.questions as [Question, Question, Question]
    expect(comparable(one, { ...one, text: 'Hỏi cách khác' })).toBe(true)
    expect(comparable(one, many)).toBe(false)
    // Words of one's own are a choice like others: without them those who had taken it take another.
    expect(comparable(one, { ...one, other: false } as Question)).toBe(false)
    expect(comparable(mark, { ...question, id: 'mark', kind: 'scale', labels: ['1', '2', '3', '4'] })).toBe(false)
  })

  it('need a form whose ids stand once', () => {
    const section = form.sections[0]!
    expect(SurveyForm.safeParse(form).success).toBe(true)
    for (const questions of [[], [section.questions[0]!, section.questions[0]!], [{ ...question, id: 'bad1', kind: 'single' as const, other: false, options: [options[0]!, options[0]!] }]]) {
      expect(SurveyForm.safeParse({ ...form, sections: [{ ...section, questions }] }).success).toBe(false)
    }
  })
})

describe('small groups', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }).map((sizes) => sizes.map((answered, index) => ({ id: `unit${index}`, answered })))

  it('are withheld, and no subtraction from the whole gives one back', () => {
    fc.assert(fc.property(groups, fc.integer({ min: 1, max: 12 }), (all, fewest) => {
      const hidden = withheld(all, fewest)
      const [shut, open] = [all.filter(({ id }) => hidden.has(id)), all.filter(({ id, answered }) => answered > 0 && !hidden.has(id))]
      for (const { answered } of open) expect(answered).toBeGreaterThanOrEqual(fewest)
      if (!shut.length || !open.length) return
      expect(shut.length).toBeGreaterThan(1)
      expect(shut.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThanOrEqual(fewest)
    }))
  })

  it('hide no more than they must', () => {
    expect(withheld([{ id: 'a', answered: 3 }, { id: 'b', answered: 40 }, { id: 'c', answered: 8 }], 5)).toEqual(new Set(['a', 'c']))
    expect(withheld([{ id: 'a', answered: 5 }, { id: 'b', answered: 40 }], 5)).toEqual(new Set())
    expect(withheld([{ id: 'a', answered: 2 }, { id: 'b', answered: 2 }, { id: 'c', answered: 9 }, { id: 'd', answered: 10 }], 5)).toEqual(new Set(['a', 'b', 'c']))
  })
})
