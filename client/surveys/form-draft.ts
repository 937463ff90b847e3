import type { Question, QuestionKind, Section, SurveyForm } from '../../protocol/survey-form.ts'

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A short name of its own for a question, an option or a section; it stays through all versions. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('')
}

export const newOption = () => ({ id: newId(), text: '' })

export function newQuestion(kind: QuestionKind): Question {
  const asked = { id: newId(), text: '', help: '', required: true }
  if (kind === 'scale') return { kind, ...asked, labels: ['', '', '', '', ''] }
  if (kind === 'text') return { kind, ...asked, required: false, long: true }
  return { kind, ...asked, options: [newOption(), newOption()], other: false }
}

/** The same question asked in another way; what both have stays. */
export function asKind(question: Question, kind: QuestionKind): Question {
  const { id, text, help, required } = question
  const fresh = { ...newQuestion(kind), id, text, help, required }
  return (fresh.kind === 'single' || fresh.kind === 'multiple') && 'options' in question ? { ...fresh, options: question.options, other: question.other } : fresh
}

export const newSection = (): Section => ({ id: newId(), title: '', text: '', questions: [] })
export const newForm = (): SurveyForm => ({ title: '', intro: '', thanks: '', sections: [{ ...newSection(), questions: [newQuestion('single')] }] })

/** Puts a question before another, which may stand in another section, or at the end. */
export function place(sections: Section[], questionId: string, before: string | null): void {
  if (questionId === before) return
  const from = sections.find(({ questions }) => questions.some(({ id }) => id === questionId))
  const index = from?.questions.findIndex(({ id }) => id === questionId) ?? -1
  const [question] = from?.questions.splice(index, 1) ?? []
  if (!question) return
  const to = sections.find(({ questions }) => questions.some(({ id }) => id === before)) ?? sections.at(-1)
  const at = to?.questions.findIndex(({ id }) => id === before) ?? -1
  to?.questions.splice(at < 0 ? to.questions.length : at, 0, question)
}

/** One step up or down, over the border of a section too. */
export function step(sections: Section[], questionId: string, by: 1 | -1): void {
  const section = sections.findIndex(({ questions }) => questions.some(({ id }) => id === questionId))
  const questions = sections[section]?.questions
  const index = questions?.findIndex(({ id }) => id === questionId) ?? -1
  if (!questions || index < 0) return
  const target = sections[section + by]
  const inside = index + by >= 0 && index + by < questions.length
  if (!inside && !target) return
  const [question] = questions.splice(index, 1)
  if (!question) return
  if (inside) questions.splice(index + by, 0, question)
  else if (by === 1) target?.questions.unshift(question)
  else target?.questions.push(question)
}
