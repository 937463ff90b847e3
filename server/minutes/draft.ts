import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { MinutesBlock, MinutesContent } from '../../protocol/minutes.ts'
import type { MinutesFact } from '../../protocol/minutes-text.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import { courseOf } from './course-facts.ts'
import { createOutline, type OutlineBlock, type Words } from './outline.ts'
import { modeNames, phrases, sentence } from './phrases.ts'
import { callRolls, rollBlocks, siteBlocks, substituteBlocks, type RollBlocks } from './roll-blocks.ts'
import { presentInRole, type Roll, type Sitting } from './roll.ts'
import { createWriter, listItem, paragraph, sublist, type DraftInput, type Writer } from './writer.ts'

/** What the journal knows of a meeting, and how a whole draft is made of that. */
export interface Draft {
  abstract: string
  /** In the order of the outline; after them what may be put anywhere. */
  facts: MinutesFact[]
  outline: OutlineBlock[]
}

/** Left empty for what the journal does not know and the clerk fills in: speeches, the chair's conclusion. */
const toFillIn: Words = ''

/**
 * Draft minutes of a meeting that was opened, at any moment since, in the order of 16-HD/VPTW: opening, 1. who took part,
 * 2. the course by agenda item, 3. the conclusion, closing. It says what the journal knows and nothing else, without a
 * comment; the same journal gives the same draft. What it says of the meeting stands in facts, so that a text made of the
 * outline follows the journal until it is approved.
 */
export function draftOf(input: DraftInput): Draft {
  const { state, style, now } = input
  const { facts, openedAt, closedAt } = state
  const until = closedAt ?? now
  if (!facts || !openedAt || until === undefined) throw new Error('minutes are drafted from a meeting that was opened')
  const sitting = { openedAt, closedAt: until }
  const write = createWriter(input)
  const { meeting, endMark } = phrases[style]
  const outline = createOutline()
  const rolls = callRolls(input, sitting)

  opening(input, sitting, rolls, write, outline)
  outline.add('heading', `1. Thành phần ${meeting}`)
  outline.add('subheading', '1.1. Đại biểu chính thức')
  addRoll('official', rollBlocks(rolls.official, input, write), outline)
  outline.blocks('substitutes', substituteBlocks(rolls.substitutes, input, write), {})
  outline.add('subheading', '1.2. Đại biểu mời dự và giúp việc')
  addRoll('others', isEmpty(rolls.others) ? nobody : rollBlocks(rolls.others, input, write), outline)
  outline.blocks('sites', siteBlocks(rolls.sites, input, write), {})
  outline.add('subheading', '1.3. Cơ quan báo chí')
  addRoll('press', isEmpty(rolls.press) ? nobody : rollBlocks(rolls.press, input, write), outline)
  outline.add('heading', `2. Diễn biến ${meeting}`)
  courseOf(input, write, usedIn(state), outline)
  outline.add('heading', '3. Kết luận của người chủ trì')
  // A heading is not left alone where the conclusions stand under their items.
  outline.blocks('conclusions.above', state.conclusions.some(({ text }) => write.text(text) !== '')
    ? [paragraph('Người chủ trì kết luận từng nội dung như ghi tại mục 2.')] : [], {}, true)
  outline.add('paragraph', toFillIn)
  outline.add('paragraph', `${sentence(meeting)} kết thúc lúc `, outline.words('closing.time', closedAt && moment(closedAt), { at: closedAt }), endMark)
  anywhere(state, rolls.official, write, outline)
  return { abstract: write.text(facts.title), ...outline.made() }
}

/** The draft as plain blocks: its outline with what the facts say. */
export function draftMinutes(input: DraftInput): MinutesContent {
  const { abstract, facts, outline } = draftOf(input)
  const byRef = new Map(facts.map((fact) => [fact.ref, fact]))
  const said = (ref: string) => byRef.get(ref)?.blocks ?? []
  return {
    abstract,
    blocks: outline.flatMap((block): MinutesBlock[] => 'facts' in block ? said(block.facts) : [{
      kind: block.kind, text: block.runs.map((run) => typeof run === 'string' ? run : said(run.ref)[0]?.text ?? '').join('').trim(),
    }]),
  }
}

const nobody: RollBlocks = { present: [paragraph('Không có.')], late: [], early: [], interrupted: [], absent: [] }
const isEmpty = ({ present, absent }: Roll) => present.length + absent.length === 0

/** The parts that say nothing yet stand in the text too: who comes late is told without the clerk. */
function addRoll(name: 'official' | 'others' | 'press', blocks: RollBlocks, outline: ReturnType<typeof createOutline>): void {
  for (const part of ['present', 'late', 'early', 'interrupted', 'absent'] as const) outline.blocks(`${name}.${part}`, blocks[part], {}, true)
}

/** What everybody had who will read the minutes: members and substitutes. Of anything else they learn nothing by them. */
const usedIn = ({ documents }: MeetingState) => documents.filter(({ held, withdrawn, versions, parts }) => (
  !withdrawn && (!held || held === 'expired') && versions.some(({ state }) => state !== 'draft') && parts.includes('members') && parts.includes('substitutes')
))

const moment = (instant: string) => `${officialTime(instant)}, ${officialDate(instant)}`

function opening({ state }: DraftInput, sitting: Sitting, rolls: ReturnType<typeof callRolls>, write: Writer, outline: ReturnType<typeof createOutline>): void {
  const { facts } = state
  if (!facts) return
  const all: Roll = { present: Object.values(rolls).flatMap(({ present }) => present), absent: [] }
  const [chair, clerk] = [presentInRole(all, 'chair'), presentInRole(all, 'clerk')]
  const used = usedIn(state).map((document) => write.document(document.name))
  outline.add('listItem', 'Thời gian: bắt đầu lúc ', outline.words('opening.time', moment(sitting.openedAt), { at: sitting.openedAt }), '.')
  outline.add('listItem', 'Địa điểm: ', outline.words('meeting.place', open(write.text(facts.place)), {}), '.')
  outline.add('listItem', 'Hình thức: ', outline.words('meeting.mode', modeNames[facts.mode], {}), '.')
  outline.add('listItem', 'Nội dung: ', outline.words('meeting.title', open(write.text(facts.title)), {}), '.')
  // Nobody is named who was not there: the clerk fills in who took the place.
  outline.offer('listItem', 'Người chủ trì:', outline.words('meeting.chair', chair ? write.person(chair) : null, {}))
  outline.offer('listItem', 'Người ghi biên bản:', outline.words('meeting.clerk', clerk ? write.person(clerk) : null, {}))
  outline.blocks('documents.used', [
    listItem(`Tài liệu sử dụng: ${used.length ? `${used.length} tài liệu, gồm:` : 'không có.'}`), ...sublist(used),
  ], {})
  outline.blocks('recordings', recordedBlock(state), {})
}

/** The full stop comes with the line. */
const open = (text: string) => text.replace(/\.$/, '')

/** Quyết định 45/2018/QĐ-TTg: that a meeting is recorded is the chair's to decide. */
function recordedBlock({ recordings, closedAt }: MeetingState): MinutesBlock[] {
  const times = recordings.map(({ startedAt, stoppedAt }) => `từ ${officialTime(startedAt)} đến ${officialTime(stoppedAt ?? closedAt ?? startedAt)}`)
  return times.length ? [listItem(`Ghi âm, ghi hình: theo quyết định của người chủ trì, ${times.join('; ')}.`)] : []
}

/** What a clerk may put into a sentence of their own. */
function anywhere(state: MeetingState, { present, absent }: Roll, write: Writer, outline: ReturnType<typeof createOutline>): void {
  outline.words('count.present', String(present.length), {}, false)
  outline.words('count.absent', String(absent.length), {}, false)
  outline.words('count.summoned', String(present.length + absent.length), {}, false)
  for (const document of usedIn(state)) outline.words(`document:${document.documentId}`, write.document(document.name), { itemId: document.itemId }, false)
  for (const { personId } of state.participants) outline.words(`person:${personId}`, write.personId(personId), {}, false)
}
