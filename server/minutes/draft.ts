import type { Letterhead } from '../../protocol/bodies.ts'
import type { Person } from '../../protocol/identity.ts'
import type { TextBodies, TextRef } from '../../protocol/journal.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { MeetingFacts, Participant } from '../../protocol/meetings.ts'
import type { MinutesBlock, MinutesContent } from '../../protocol/minutes.ts'
import { branchEnd } from '../../protocol/outline.ts'
import { summonedOf } from '../../protocol/roll.ts'
import { StayMode, type Stretch } from '../../protocol/stays.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import { voteBlocks } from './ballots.ts'
import { closed, modeNames, phrases, presentAs, sentence } from './phrases.ts'
import { callRoll, presentInRole, type Present, type Roll, type Sitting } from './roll.ts'

export interface DraftInput {
  /** The whole state, after the closing. */
  state: MeetingState
  course: readonly Stretch[]
  texts: TextBodies
  people: readonly Person[]
  style: Letterhead['style']
}

/** In the place of a text that was erased by law. */
const ERASED = '(nội dung đã được xoá theo quy định)'

/** Left empty for what the journal does not know and the clerk fills in: speeches, the chair's conclusion. */
const toFillIn: MinutesBlock = { kind: 'paragraph', text: '' }

const paragraph = (text: string): MinutesBlock => ({ kind: 'paragraph', text })
const listItem = (text: string): MinutesBlock => ({ kind: 'listItem', text })
const listed = (lead: string, lines: readonly string[]) => [paragraph(lead), ...lines.map((line) => listItem(sentence(line)))]
/** Below a list's item. */
const sublist = (lines: readonly string[]) => lines.map((line) => paragraph(`+ ${closed(line)}`))
const heading = (text: string): MinutesBlock => ({ kind: 'heading', text })
const subheading = (text: string): MinutesBlock => ({ kind: 'subheading', text })

/** Names and texts as the minutes write them. */
function writer({ texts, people, style }: DraftInput) {
  const persons = new Map(people.map((person) => [person.id, person]))
  const { title } = phrases[style]
  return {
    text: (ref: TextRef) => texts[ref.$text] ?? ERASED,
    document: (ref: TextRef) => texts[ref.$text]?.replace(/\.[a-z]{3,4}$/i, '') ?? ERASED,
    /** `đồng chí Nguyễn Văn A, Phó Bí thư Tỉnh uỷ, Chủ tịch Hội đồng`: who, and what they are there and here. */
    person({ personId, office }: Participant): string {
      const known = persons.get(personId)
      const offices = new Set([known?.office ?? '', office].filter(Boolean))
      return [`${known?.kind === 'site' ? '' : title}${known?.fullName ?? ERASED}`, ...offices].join(', ')
    },
  }
}
type Writer = ReturnType<typeof writer>

/**
 * Draft minutes of a closed meeting in the order of 16-HD/VPTW: opening, 1. who took part, 2. the course by agenda item,
 * 3. the conclusion, closing. It says what the journal knows and nothing else, without a comment; the same journal gives
 * the same draft.
 */
export function draftMinutes(input: DraftInput): MinutesContent {
  const { state, style } = input
  const { facts, openedAt, closedAt } = state
  if (!facts || !openedAt || !closedAt) throw new Error('minutes are drafted from a meeting that was opened and closed')
  const sitting = { openedAt, closedAt }
  const write = writer(input)
  const { meeting, counted, endMark } = phrases[style]
  const summoned = summonedOf(state.participants)
  const official = callRoll(state, sitting, summoned)
  const siteIds = new Set(input.people.filter(({ kind }) => kind === 'site').map(({ id }) => id))
  const inPlace = state.participants.filter(({ substituteFor }) => summoned.some(({ personId }) => personId === substituteFor))
  const substitutes = callRoll(state, sitting, inPlace)
  const invited = state.participants.filter((participant) => !summoned.includes(participant) && !inPlace.includes(participant))
  const others = withoutUncalled(callRoll(state, sitting, invited.filter(({ personId }) => !siteIds.has(personId))))
  const sites = callRoll(state, sitting, invited.filter(({ personId }) => siteIds.has(personId)))
  return {
    abstract: write.text(facts.title),
    blocks: [
      ...opening(state, facts, sitting, callRoll(state, sitting, state.participants), write),
      heading(`1. Thành phần ${meeting}`),
      subheading('1.1. Đại biểu chính thức'),
      ...rollBlocks(official, state, counted, write),
      ...substituteBlocks(substitutes, state, counted, write),
      subheading('1.2. Đại biểu mời dự và giúp việc'),
      ...(others.present.length + others.absent.length ? rollBlocks(others, state, counted, write) : [paragraph('Không có.')]),
      ...siteBlocks(sites, state, write),
      heading(`2. Diễn biến ${meeting}`),
      ...courseBlocks(input, write),
      heading('3. Kết luận của người chủ trì'),
      toFillIn,
      paragraph(`${sentence(meeting)} kết thúc lúc ${moment(closedAt)}${endMark}`),
    ],
  }
}

/** What everybody had who will read the minutes: members and substitutes. Of anything else they learn nothing by them. */
const usedIn = ({ documents }: MeetingState) => documents.filter(({ held, withdrawn, versions, parts }) => (
  !withdrawn && (!held || held === 'expired') && versions.some(({ state }) => state !== 'draft') && parts.includes('members') && parts.includes('substitutes')
))

const moment = (instant: string) => `${officialTime(instant)}, ${officialDate(instant)}`

function opening(state: MeetingState, facts: MeetingFacts, sitting: Sitting, roll: Roll, write: Writer): MinutesBlock[] {
  const [chair, clerk] = [presentInRole(roll, 'chair'), presentInRole(roll, 'clerk')]
  const used = usedIn(state).map((document) => write.document(document.name))
  return [
    listItem(`Thời gian: bắt đầu lúc ${moment(sitting.openedAt)}.`),
    listItem(`Địa điểm: ${closed(write.text(facts.place))}`),
    listItem(`Hình thức: ${modeNames[facts.mode]}.`),
    listItem(`Nội dung: ${closed(write.text(facts.title))}`),
    // Nobody is named who was not there: the clerk fills in who took the place.
    listItem(`Người chủ trì:${chair ? ` ${write.person(chair)}.` : ''}`),
    listItem(`Người ghi biên bản:${clerk ? ` ${write.person(clerk)}.` : ''}`),
    listItem(`Tài liệu sử dụng: ${used.length ? `${used.length} tài liệu, gồm:` : 'không có.'}`),
    ...sublist(used),
    ...recordedBlock(state),
  ]
}

/** Quyết định 45/2018/QĐ-TTg: that a meeting is recorded is the chair's to decide. */
function recordedBlock({ recordings, closedAt }: MeetingState): MinutesBlock[] {
  const times = recordings.map(({ startedAt, stoppedAt }) => `từ ${officialTime(startedAt)} đến ${officialTime(stoppedAt ?? closedAt ?? startedAt)}`)
  return times.length ? [listItem(`Ghi âm, ghi hình: theo quyết định của người chủ trì, ${times.join('; ')}.`)] : []
}

function rollBlocks({ present, absent }: Roll, state: MeetingState, counted: string, write: Writer): MinutesBlock[] {
  const told = modesOf(present) > 1
  const named = present.map(({ participant, mode }) => `${write.person(participant)}${told && mode === 'online' ? ` (dự ${presentAs.online})` : ''}.`)
  const late = present.flatMap(({ participant, arrived }) =>
    arrived ? [`${write.person(participant)}: có mặt từ ${officialTime(arrived)}.`] : [])
  const early = present.flatMap(({ participant, left }) =>
    left ? [`${write.person(participant)}: rời đi lúc ${officialTime(left)}.`] : [])
  const interrupted = present.flatMap(({ participant, gaps }) => gaps.length
    ? [`${write.person(participant)}: ${gaps.map(({ from, to }) => `từ ${officialTime(from)} đến ${officialTime(to)}`).join('; ')}.`] : [])
  const missed = absent.map(({ participant, excused, substitute }) => {
    const reason = state.attendance.reasons[participant.personId]
    const instead = substitute ? `; ${write.person(substitute)} dự thay` : ''
    if (!excused && substitute) return `${write.person(participant)}: vắng${instead}.`
    if (!excused) return `${write.person(participant)}: vắng không có lý do.`
    return `${write.person(participant)}: vắng có lý do${reason ? ` (${write.text(reason)})` : ''}${instead}.`
  })
  const end = (lines: string[]) => lines.length ? ', gồm:' : '.'
  return [
    ...listed(`Có mặt: ${present.length}/${present.length + absent.length} ${counted}${byMode(present, state)}${end(named)}`, named),
    ...(late.length ? listed(`Đến sau khi khai mạc: ${late.length} ${counted}${end(late)}`, late) : []),
    ...(early.length ? listed(`Rời đi trước khi bế mạc: ${early.length} ${counted}${end(early)}`, early) : []),
    ...(interrupted.length ? listed(`Rời đi rồi trở lại: ${interrupted.length} ${counted}${end(interrupted)}`, interrupted) : []),
    ...(missed.length ? listed(`Vắng mặt: ${missed.length} ${counted}${end(missed)}`, missed) : [paragraph('Vắng mặt: không.')]),
  ]
}

const modesOf = (present: readonly Present[]) => new Set(present.map(({ mode }) => mode)).size

/** ` (trực tiếp: 8; trực tuyến: 3)`: where both ways were open, or taken. */
function byMode(present: readonly Present[], { facts }: MeetingState): string {
  if (!present.length || (facts?.mode !== 'hybrid' && modesOf(present) < 2)) return ''
  const counts = StayMode.options.map((mode) => [presentAs[mode], present.filter((one) => one.mode === mode).length] as const)
  return ` (${counts.filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`).join('; ')})`
}

/** Who was there in the place of a member, with the chair's consent; nothing where nobody was. */
function substituteBlocks({ present }: Roll, { participants }: MeetingState, counted: string, write: Writer): MinutesBlock[] {
  if (!present.length) return []
  const lines = present.map(({ participant }) => {
    const member = participants.find(({ personId }) => personId === participant.substituteFor)
    return `${write.person(participant)}${member ? `: dự thay ${write.person(member)}` : ''}.`
  })
  return listed(`Dự thay, được người chủ trì đồng ý: ${present.length} ${counted}, gồm:`, lines)
}

/** A guest of single items who was not there may not have been called: not an absence. */
const withoutUncalled = (roll: Roll): Roll => ({ ...roll, absent: roll.absent.filter(({ participant }) => !participant.itemsOnly) })

/** Remote sites, which are no persons: with how many people sat there, as far as that was told. Nothing where there is none. */
function siteBlocks({ present, absent }: Roll, { attendance }: MeetingState, write: Writer): MinutesBlock[] {
  const invited = present.length + absent.length
  if (!invited) return []
  const heads = present.map(({ participant }) => attendance.headCounts[participant.personId])
  const told = heads.filter((people) => people !== undefined)
  const total = told.length ? `, tổng số ${told.reduce((sum, people) => sum + people, 0)} người` : ''
  const lines = present.map(({ participant }, index) => {
    const people = heads[index]
    return `${write.person(participant)}${people === undefined ? '' : `: ${people} người`}.`
  })
  const missing = absent.map(({ participant }) => `${write.person(participant)}.`)
  return [
    ...listed(`Điểm cầu kết nối: ${present.length}/${invited} điểm cầu${total}${lines.length ? ', gồm:' : '.'}`, lines),
    ...(missing.length ? listed(`Điểm cầu không kết nối: ${missing.length} điểm cầu, gồm:`, missing) : []),
  ]
}

/** The items dealt with, in that order, and then those that the meeting did not come to. */
function courseBlocks({ state, course, style }: DraftInput, write: Writer): MinutesBlock[] {
  const beginnings = new Map(state.agenda.map(({ itemId }) => {
    const stretches = course.filter((stretch) => stretch.itemId === itemId).map(({ from }) => from)
    const votes = state.votes.filter((vote) => vote.itemId === itemId).map(({ openedAt }) => openedAt)
    return [itemId, [...stretches, ...votes].toSorted()[0] ?? null]
  }))
  const begun = (itemId: string) => beginnings.get(itemId) ?? ''
  const dealtWith = state.agenda.filter(({ itemId }) => begun(itemId))
    .toSorted((a, b) => begun(a.itemId) < begun(b.itemId) ? -1 : 1)
  // A heading is undone where what stands under it is.
  const left = state.agenda.filter(({ itemId }, index) => !begun(itemId) && branchEnd(state.agenda, index) === index + 1)
  const participants = new Map(state.participants.map((participant) => [participant.personId, participant]))

  const items = dealtWith.flatMap((item, index): MinutesBlock[] => {
    const times = course.filter((stretch) => stretch.itemId === item.itemId)
      .map(({ from, to }) => `từ ${officialTime(from)} đến ${officialTime(to ?? state.closedAt ?? from)}`)
    const presenter = item.presenterId === null ? undefined : participants.get(item.presenterId)
    const documents = usedIn(state).filter(({ itemId }) => itemId === item.itemId).map(({ name }) => write.document(name))
    return [
      subheading(`2.${index + 1}. ${write.text(item.title)}`),
      ...(times.length ? [paragraph(`Thời gian: ${times.join('; ')}.`)] : []),
      ...(presenter ? [paragraph(`Người trình bày (theo chương trình): ${write.person(presenter)}.`)] : []),
      ...(documents.length ? [paragraph('Tài liệu kèm theo:'), ...sublist(documents)] : []),
      ...(item.status === 'deferred' && item.deferral ? [paragraph(`Nội dung này được hoãn sang cuộc họp sau, lý do: ${closed(write.text(item.deferral))}`)] : []),
      toFillIn,
      ...state.votes.filter(({ itemId }) => itemId === item.itemId)
        .flatMap((vote) => voteBlocks(vote, write.text(vote.question), vote.withoutQuorum ? write.text(vote.withoutQuorum) : null)),
    ]
  })
  if (!left.length) return items
  const { meeting } = phrases[style]
  return [
    ...items,
    subheading(`2.${dealtWith.length + 1}. Nội dung trong chương trình mà ${meeting} chưa xem xét`),
    ...left.map((item) => listItem(item.status === 'deferred' && item.deferral
      ? `${write.text(item.title)}: hoãn sang cuộc họp sau, lý do: ${closed(write.text(item.deferral))}` : closed(write.text(item.title)))),
  ]
}
