import type { AttendanceStatus } from '../../protocol/roll.ts'
import { quorumOf } from '../../protocol/roll.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import type { Paper, PaperBlock } from '../issuing/paper.ts'
import type { AttendanceSheet, ListLine, ListPart } from './list.ts'
import { minutesOf, modeNames, secondOf, statusNames } from './words.ts'

const headings: Record<ListPart, string> = {
  summoned: 'Đại biểu chính thức', substitutes: 'Đại biểu dự thay, được người chủ trì đồng ý',
  others: 'Đại biểu mời dự và giúp việc', sites: 'Điểm cầu',
}

const meetingModes = { inPerson: 'trực tiếp', online: 'trực tuyến', hybrid: 'trực tiếp kết hợp trực tuyến' }

/** In the order in which a list sums them up. */
const order: AttendanceStatus[] = ['inPerson', 'online', 'substitute', 'left', 'absentExcused', 'absentUnexcused', 'notChecked']

/** The attendance list as an official paper: in the body's heading, of no register, signed by who made it and who presided. */
export function attendancePaper(sheet: AttendanceSheet): Paper {
  const { letterhead, lines, state, openedAt, closedAt, asOf } = sheet
  const { style, superior, issuer, minutesSymbol, place } = letterhead
  const nameIn = (role: 'chair' | 'clerk') =>
    lines.find(({ participant, status }) => participant.role === role && (status === 'inPerson' || status === 'online'))?.name ?? null
  return {
    style, superior, issuer, symbol: minutesSymbol, place, number: null, unnumbered: true, date: asOf,
    type: 'Danh sách', abstract: `đại biểu dự ${sheet.title}`, recipients: [], foot: null, draft: false,
    body: [
      { kind: 'paragraph', text: times(sheet) },
      { kind: 'paragraph', text: `Địa điểm: ${sheet.place}. Hình thức: ${meetingModes[sheet.mode]}.` },
      { kind: 'paragraph', text: sums(lines.filter(({ part }) => part === 'summoned'), 'Đại biểu chính thức') },
      ...(openedAt && closedAt ? [] : [quorumText(sheet)]),
      ...(['summoned', 'substitutes', 'others', 'sites'] as const).flatMap((part) => partBlocks(part, lines.filter((line) => line.part === part))),
      { kind: 'paragraph', text: `Danh sách gồm ${lines.length} ${lines.some(({ part }) => part === 'sites') ? 'người và điểm cầu' : 'người'}.` },
    ],
    signatures: [{ title: 'Người lập danh sách', name: nameIn('clerk') }, { title: state.order.presiding === null ? 'Chủ trì' : 'Người điều hành', name: presidedBy(sheet) ?? nameIn('chair') }],
  }
}

function presidedBy({ state, lines }: AttendanceSheet): string | null {
  return lines.find(({ participant }) => participant.personId === state.order.presiding)?.name ?? null
}

function times({ startsAt, openedAt, closedAt, asOf }: AttendanceSheet): string {
  if (openedAt && closedAt) return `Khai mạc lúc ${officialTime(openedAt)}, ${officialDate(openedAt)}; bế mạc lúc ${officialTime(closedAt)}.`
  const now = `tình hình lúc ${officialTime(asOf)}, ${officialDate(asOf)}`
  return openedAt ? `Khai mạc lúc ${officialTime(openedAt)}; ${now}.` : `Dự kiến khai mạc lúc ${officialTime(startsAt)}, ${officialDate(startsAt)}; ${now}.`
}

function sums(lines: readonly ListLine[], name: string): string {
  const counts = order.map((status) => [status, lines.filter((line) => line.status === status).length] as const)
  const told = counts.filter(([, count]) => count > 0).map(([status, count]) => `${statusNames[status].toLocaleLowerCase('vi')}: ${count}`)
  return `${name}: ${lines.length}${told.length ? `, trong đó ${told.join('; ')}` : ''}.`
}

function quorumText({ state, rules }: AttendanceSheet): PaperBlock {
  const { present, summoned, needed, met } = quorumOf(state, rules)
  return { kind: 'paragraph', text: `Có mặt ${present}/${summoned}, ${met ? 'đủ' : 'chưa đủ'} số đại biểu theo quy định (cần ít nhất ${needed}).` }
}

function partBlocks(part: ListPart, lines: readonly ListLine[]): PaperBlock[] {
  if (!lines.length) return []
  return [
    { kind: 'subheading', text: headings[part] },
    {
      kind: 'table',
      columns: [
        { title: 'STT', share: 8, align: 'center' },
        { title: part === 'sites' ? 'Điểm cầu' : 'Họ và tên', share: 25, align: 'left' },
        { title: 'Chức vụ, đơn vị', share: 26, align: 'left' },
        { title: 'Tình trạng', share: 18, align: 'left' },
        { title: 'Thời gian có mặt', share: 23, align: 'left' },
      ],
      rows: lines.map((line, index) => [
        String(index + 1), line.name, line.office, [statusNames[line.status], line.note].filter(Boolean).join('. '), presence(line),
      ]),
    },
  ]
}

/** Each stay on its own, to the second; how it was attended where that changed. */
function presence({ stays, presentMs }: ListLine): string {
  if (!stays.length) return ''
  const mixed = new Set(stays.map(({ mode }) => mode)).size > 1
  const told = stays.map(({ from, to, mode }) => `${secondOf(from)}–${secondOf(to)}${mixed ? ` (${modeNames[mode].toLocaleLowerCase('vi')})` : ''}`)
  return `${told.join('; ')}${presentMs > 0 ? `; ${minutesOf(presentMs)} phút` : ''}`
}
