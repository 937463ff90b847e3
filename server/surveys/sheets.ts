import { isChoice, OTHER, questionsOf, type Question, type SurveyAnswer, type SurveyForm } from '../../protocol/survey-form.ts'
import type { Figures, QuestionResult, SurveyResults } from '../../protocol/survey-results.ts'
import type { CellValue, Sheet } from '../issuing/workbook.ts'
import type { Round } from './access.ts'
import type { Row } from './results.ts'

const percent = (share: number | null | undefined) => share === null || share === undefined ? null : Math.round(share * 10_000) / 100
const rounded = (value: number | null | undefined) => value === null || value === undefined ? null : Math.round(value * 10_000) / 10_000

/** What an option or a point is called. */
export function labelOf(question: Question, id: string): string {
  if (id === OTHER) return 'Khác'
  if (isChoice(question)) return question.options.find((option) => option.id === id)?.text ?? id
  const label = question.kind === 'scale' ? question.labels[Number(id) - 1] : ''
  return label ? `${id} – ${label}` : id
}

function shareRows({ question, figures, before, differences }: QuestionResult): CellValue[][] {
  return figures.shares.map((share, index) => {
    const then = before?.shares.find(({ id }) => id === share.id)
    const difference = differences[index]
    return [
      question.text, labelOf(question, share.id), share.count, figures.answered,
      percent(share.share), percent(share.interval?.low), percent(share.interval?.high),
      then?.count ?? null, before?.answered ?? null, percent(then?.share),
      percent(difference?.difference), percent(difference?.low), percent(difference?.high),
    ]
  })
}

function meanRow({ question, figures, before, meanDifference }: QuestionResult): CellValue[][] {
  if (question.kind !== 'scale') return []
  return [[
    question.text, figures.answered, rounded(figures.mean), rounded(figures.deviation), rounded(figures.median),
    rounded(figures.meanInterval?.low), rounded(figures.meanInterval?.high), before?.answered ?? null, rounded(before?.mean), rounded(before?.deviation),
    rounded(meanDifference?.difference), rounded(meanDifference?.low), rounded(meanDifference?.high),
  ]]
}

const ofUnit = (figures: Figures): CellValue[] => [figures.answered, rounded(figures.mean), rounded(figures.deviation)]

function unitRows({ question, units }: QuestionResult): CellValue[][] {
  return units.flatMap(({ unit, figures }): CellValue[][] => {
    const name = unit.id === null ? 'Không ghi đơn vị' : unit.name
    if (!figures) return [[name, question.text, 'Không hiển thị (quá ít phiếu)', null, null, null, null, null]]
    return figures.shares.map(({ id, count, share }) => [name, question.text, labelOf(question, id), count, percent(share), ...ofUnit(figures)])
  })
}

/** Results as tables, percent with two decimals. */
export function resultSheets(title: string, results: SurveyResults): Sheet[] {
  const { round, before, confidence, fewest, anonymous, basis, questions, unreadable } = results
  const sure = `${percent(confidence)} %`
  const facts: CellValue[][] = [
    ['Khảo sát', title], ['Đợt', round.name], ['Số phiếu trả lời', round.answers], ['Số người và mã được hỏi', round.asked],
    ...before ? [['So với đợt', before.name], ['Số phiếu trả lời của đợt đó', before.answers]] : [],
    ['Hình thức', anonymous ? 'Không ghi tên' : 'Có ghi tên'], ['Độ tin cậy của các khoảng', sure],
    ['Cách tính', 'Tỷ lệ: khoảng Wilson; chênh lệch tỷ lệ: Newcombe (phương pháp 10); trung bình: khoảng t; chênh lệch trung bình: Welch. Hai đợt coi là hai mẫu độc lập.'],
    ...anonymous ? [['Nhóm dưới ngần này phiếu không hiển thị', fewest], ['Căn cứ', basis]] : [],
    ...unreadable ? [['Phiếu không mở được, không tính', unreadable]] : [],
  ]
  const units = questions.flatMap(unitRows)
  const texts = { title: 'Câu hỏi', width: 60 }
  return [
    { name: 'Tổng quan', columns: [{ title: 'Nội dung', width: 36 }, { title: 'Giá trị', width: 70 }], rows: facts },
    {
      name: 'Lựa chọn', rows: questions.flatMap(shareRows), columns: [
        texts, { title: 'Lựa chọn', width: 40 }, { title: 'Số phiếu', width: 10 }, { title: 'Số người trả lời câu', width: 12 }, { title: 'Tỷ lệ %', width: 10 },
        { title: `Thấp ${sure}`, width: 12 }, { title: `Cao ${sure}`, width: 12 }, { title: 'Đợt trước: số phiếu', width: 12 }, { title: 'Đợt trước: trả lời câu', width: 12 },
        { title: 'Đợt trước: %', width: 10 }, { title: 'Chênh lệch (điểm %)', width: 12 }, { title: `Thấp ${sure}`, width: 12 }, { title: `Cao ${sure}`, width: 12 },
      ],
    },
    {
      name: 'Thang điểm', rows: questions.flatMap(meanRow), columns: [
        texts, { title: 'Số trả lời', width: 10 }, { title: 'Trung bình', width: 12 }, { title: 'Độ lệch chuẩn', width: 12 }, { title: 'Trung vị', width: 10 }, { title: `Thấp ${sure}`, width: 12 },
        { title: `Cao ${sure}`, width: 12 }, { title: 'Đợt trước: số trả lời', width: 12 }, { title: 'Đợt trước: trung bình', width: 12 }, { title: 'Đợt trước: độ lệch', width: 12 },
        { title: 'Chênh lệch', width: 12 }, { title: `Thấp ${sure}`, width: 12 }, { title: `Cao ${sure}`, width: 12 },
      ],
    },
    ...units.length ? [{
      name: 'Theo đơn vị', rows: units, columns: [
        { title: 'Đơn vị', width: 36 }, texts, { title: 'Lựa chọn', width: 40 }, { title: 'Số phiếu', width: 10 }, { title: 'Tỷ lệ %', width: 10 }, { title: 'Trả lời câu', width: 10 },
        { title: 'Trung bình', width: 12 }, { title: 'Độ lệch chuẩn', width: 12 },
      ],
    }] : [],
  ]
}

function cellOf(question: Question, answer: SurveyAnswer | undefined): CellValue {
  if (!answer) return null
  if ('point' in answer) return answer.point
  if ('text' in answer) return answer.text
  return answer.choices.map((id) => id === OTHER ? `Khác: ${answer.other ?? ''}` : labelOf(question, id)).join('; ')
}

/** Every answer, one a row, in the order of random names. Of an anonymous round without unit: that would leave few to choose from. */
export function answerSheets(round: Round, form: SurveyForm, rows: readonly Row[]): Sheet[] {
  const questions = questionsOf(form)
  const who = round.anonymous ? [] : [{ title: 'Họ và tên', width: 28 }, { title: 'Đơn vị', width: 28 }]
  return [{
    name: 'Phiếu', columns: [...who, ...questions.map(({ text }) => ({ title: text, width: 30 }))],
    rows: rows.map(({ person, unitName, answers }) => [
      ...round.anonymous ? [] : [person?.fullName ?? '', unitName ?? ''], ...questions.map((question) => cellOf(question, answers[question.id])),
    ]),
  }]
}
