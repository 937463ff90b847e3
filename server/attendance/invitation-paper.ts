import type { Letterhead } from '../../protocol/bodies.ts'
import type { Person } from '../../protocol/identity.ts'
import type { InvitationText } from '../../protocol/invitations.ts'
import type { TextBodies, Viewer } from '../../protocol/journal.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { MeetingMode, Participant } from '../../protocol/meetings.ts'
import { numberings } from '../../protocol/outline.ts'
import type { PaperTemplate } from '../../protocol/paper-templates.ts'
import { composePaper } from '../issuing/compose.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import type { Paper, PaperBlock } from '../issuing/paper.ts'

/** What stands on a giấy mời: kept as it went out. */
export interface InvitationSheet {
  letterhead: Letterhead
  /** After the number: `GM/TU`. */
  symbol: string
  text: InvitationText
  title: string
  place: string
  startsAt: string
  plannedMinutes: number
  mode: MeetingMode
  chair: string | null
  members: string[]
  guests: string[]
  sites: string[]
  items: { itemId: string, level: number, title: string, presenter: string | null }[]
  /** The number of the paper that it takes the place of. */
  replaces: string | null
  /** What it was set by, and the body that it asks for; of before there were templates: none. */
  template?: PaperTemplate
  body?: string
}

const modes: Record<MeetingMode, string> = { inPerson: 'trực tiếp', online: 'trực tuyến', hybrid: 'trực tiếp kết hợp trực tuyến' }
const weekday = new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', weekday: 'long' })
/** Names are written out up to so many; a conference of hundreds is invited by its kind. */
const MOST_NAMES = 40

/** Set phrases; State papers use the sex-marked "ông, bà", which is not known of anybody here. */
const phrases = {
  party: { comrade: 'đồng chí ', invites: 'trân trọng kính mời các đồng chí dự', behalf: 'T/M', counted: 'đồng chí', recipients: 'Như thành phần mời\nLưu Văn phòng' },
  state: { comrade: '', invites: 'trân trọng kính mời các đại biểu dự', behalf: 'TM.', counted: 'đại biểu', recipients: 'Như thành phần mời\nLưu: VT' },
} as const

const capital = (text: string) => text.charAt(0).toLocaleUpperCase('vi') + text.slice(1)

/** What is proposed for a paper that nobody has written yet. */
export function proposedText(
  { letterhead, body, title, chair, chairOffice, clerk }:
  { letterhead: Letterhead, body: string, title: string, chair: Person | undefined, chairOffice: string, clerk: Person | undefined },
): InvitationText {
  const { behalf, invites, recipients } = phrases[letterhead.style]
  return {
    abstract: title,
    opening: `${body} ${invites} ${title}, cụ thể như sau:`,
    prepare: 'Nghiên cứu trước tài liệu trên hệ thống phòng họp số và chuẩn bị ý kiến thảo luận.',
    contact: clerk ? `${clerk.fullName}, ${clerk.office}` : '',
    signerTitle: [`${behalf} ${letterhead.issuer}`, chairOffice].filter(Boolean).join('\n'),
    signerName: chair?.fullName ?? '',
    recipients,
  }
}

/** The sheet of a meeting as it stands now. */
export function sheetOf(
  { state, texts, people, letterhead, symbol, text, replaces }: {
    state: MeetingState, texts: TextBodies, people: readonly Person[], letterhead: Letterhead, symbol: string, text: InvitationText, replaces: string | null
  },
): InvitationSheet {
  const { facts, participants, agenda } = state
  if (!facts) throw new Error('a meeting without facts')
  const names = new Map(people.map((person) => [person.id, person]))
  const named = ({ personId, office }: Participant) => {
    const person = names.get(personId)
    return person ? [`${person.fullName}, ${person.office || office}`] : []
  }
  const whole = participants.filter(({ itemsOnly }) => !itemsOnly)
  const isSite = ({ personId }: Participant) => names.get(personId)?.kind === 'site'
  const presenter = (id: string | null) => id === null ? null : names.get(id)?.fullName ?? null
  return {
    letterhead, symbol, text, replaces,
    title: texts[facts.title.$text] ?? '', place: texts[facts.place.$text] ?? '',
    startsAt: facts.startsAt, plannedMinutes: facts.plannedMinutes, mode: facts.mode,
    chair: whole.filter(({ role }) => role === 'chair').flatMap(named)[0] ?? null,
    members: whole.filter((one) => one.role === 'member' && !isSite(one)).flatMap(named),
    guests: whole.filter((one) => one.role === 'guest' && !isSite(one)).flatMap(named),
    sites: whole.filter(isSite).flatMap(({ personId }) => names.get(personId)?.fullName ?? []),
    // A classified item shows the fixed phrase that the agenda has in place of its title.
    items: agenda.map(({ itemId, level, title, presenterId }) => ({
      itemId, level, title: texts[title.$text] ?? '', presenter: presenter(presenterId),
    })),
  }
}

/** The paper, with the items that its reader may see. A draft has no number and carries its mark. */
export function invitationPaper(
  sheet: InvitationSheet, issue: { number: number, issuedAt: string } | null, items: Viewer['items'],
): Paper {
  const { letterhead, symbol, text, template } = sheet
  const { style, superior, issuer, place } = letterhead
  const signed = { title: text.signerTitle, name: text.signerName }
  const own = {
    number: issue?.number ?? null, date: issue?.issuedAt ?? null, draft: issue === null,
    recipients: text.recipients.split('\n').map((line) => line.trim()).filter(Boolean),
  }
  if (!template) {
    return {
      style, superior, issuer, symbol, place, type: 'Giấy mời', abstract: capital(text.abstract), body: [...bodyOf(sheet, items), closing(style)],
      signatures: [null, signed], foot: null, ...own,
    }
  }
  const paper = composePaper(template, {
    letterhead, symbol, body: sheet.body ?? '', abstract: capital(text.abstract), blocks: bodyOf(sheet, items), chair: text.signerName, chairOffice: '', clerk: null,
    meeting: { title: sheet.title, startsAt: sheet.startsAt }, recipients: [], foot: null,
  })
  // Who signs, as what, and who receives it the office wrote itself.
  return { ...paper, ...own, signatures: [paper.signatures[0], { ...paper.signatures[1], ...signed }] }
}

/** Of papers of before there were templates. */
function closing(style: 'party' | 'state'): PaperBlock {
  return {
    kind: 'paragraph',
    text: style === 'party' ? 'Đề nghị các đồng chí dự đúng thành phần, thời gian.' : 'Đề nghị các đại biểu dự đúng thành phần, thời gian./.',
  }
}

function bodyOf(sheet: InvitationSheet, visible: Viewer['items']): PaperBlock[] {
  const { text, items: all, startsAt, plannedMinutes, mode, place } = sheet
  const items = visible === 'all' ? all : all.filter(({ itemId }) => visible.includes(itemId))
  const numbers = numberings(items.map(({ level }) => level))
  const paragraph = (line: string): PaperBlock => ({ kind: 'paragraph', text: line })
  const listItem = (line: string): PaperBlock => ({ kind: 'listItem', text: line })
  const points: [string, PaperBlock[]][] = [
    ['Thành phần', peopleOf(sheet).map(listItem)],
    ['Nội dung', items.map(({ title, presenter }, index) => paragraph(`${numbers[index]}) ${title}${presenter ? ` (${presenter} trình bày)` : ''}`))],
    ['Thời gian, địa điểm', [
      listItem(`Thời gian: ${officialTime(startsAt)}, ${weekday.format(new Date(startsAt)).toLocaleLowerCase('vi')}, ${officialDate(startsAt)}; dự kiến ${length(plannedMinutes)}.`),
      listItem(`Địa điểm: ${place}.`), listItem(`Hình thức: ${modes[mode]}.`),
    ]],
    ['Chuẩn bị', lines(text.prepare).map(paragraph)],
    ['Đầu mối liên hệ', lines(text.contact).map(paragraph)],
  ]
  const filled = points.filter(([, blocks]) => blocks.length)
  return [
    ...lines(text.opening).map(paragraph),
    ...filled.flatMap(([title, blocks], index): PaperBlock[] => [{ kind: 'subheading', text: `${index + 1}. ${title}` }, ...blocks]),
    ...sheet.replaces ? [paragraph(`Giấy mời này thay thế Giấy mời số ${sheet.replaces}.`)] : [],
  ]
}

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean)

function length(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [hours ? `${hours} giờ` : '', rest ? `${rest} phút` : ''].filter(Boolean).join(' ')
}

function peopleOf({ chair, members, guests, sites, letterhead }: InvitationSheet): string[] {
  const { comrade, counted } = phrases[letterhead.style]
  const group = (label: string, names: readonly string[]) => {
    if (!names.length) return []
    return [names.length > MOST_NAMES ? `${label}: ${names.length} ${counted} theo danh sách triệu tập.` : `${label}: ${names.join('; ')}.`]
  }
  return [
    ...chair ? [`Chủ trì: ${comrade}${chair}.`] : [],
    ...group('Thành viên dự họp', members),
    ...group('Mời dự', guests), ...group('Điểm cầu', sites),
  ]
}
