import type { AgendaItemState } from '../../protocol/agenda.ts'
import type { DocumentsState } from '../../protocol/document-entries.ts'
import type { Turn } from '../../protocol/floor-entries.ts'
import { branchEnd } from '../../protocol/outline.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'
import { officialTime } from '../issuing/dates.ts'
import { voteBlocks } from './ballots.ts'
import type { Outline } from './outline.ts'
import { closed, phrases, sentence, speechNames } from './phrases.ts'
import { listItem, paragraph, subheading, sublist, type DraftInput, type Writer } from './writer.ts'

/** The items dealt with, in that order, and once the meeting is over those that it did not come to. */
export function courseOf(input: DraftInput, write: Writer, used: DocumentsState, outline: Outline): void {
  const { state, style } = input
  const begun = beginnings(input)
  const dealtWith = state.agenda.filter(({ itemId }) => begun.has(itemId))
    .toSorted((a, b) => (begun.get(a.itemId) ?? '') < (begun.get(b.itemId) ?? '') ? -1 : 1)
  dealtWith.forEach((item, index) => addItem(item, `2.${index + 1}`, begun.get(item.itemId) ?? null, input, write, used, outline))
  for (const turn of state.floor.turns.filter(({ itemId }) => itemId === null)) addTurn(turn, write, outline)

  // A heading is undone where what stands under it is.
  const left = state.closedAt === null ? [] : state.agenda.filter(({ itemId }, index) => !begun.has(itemId) && branchEnd(state.agenda, index) === index + 1)
  outline.blocks('items.left', left.length ? [
    subheading(`2.${dealtWith.length + 1}. Nội dung trong chương trình mà ${phrases[style].meeting} chưa xem xét`),
    ...left.map((item) => listItem(item.status === 'deferred' && item.deferral
      ? `${write.text(item.title)}: hoãn sang cuộc họp sau, lý do: ${closed(write.text(item.deferral))}` : closed(write.text(item.title)))),
  ] : [], {}, true)
}

/** When each item was begun that was: called up, spoken on, or voted on. */
function beginnings({ state, course }: DraftInput): Map<string, string> {
  const known = new Map<string, string>()
  const note = (itemId: string | null, at: string) => {
    const before = itemId === null ? undefined : known.get(itemId)
    if (itemId !== null && (before === undefined || at < before)) known.set(itemId, at)
  }
  for (const { itemId, from } of course) note(itemId, from)
  for (const { itemId, openedAt } of state.votes) note(itemId, openedAt)
  for (const { itemId, from } of state.floor.turns) note(itemId, from)
  return known
}

function addItem(
  item: AgendaItemState, number: string, at: string | null, { state, course }: DraftInput, write: Writer, used: DocumentsState, outline: Outline,
): void {
  const { itemId } = item
  const of = { itemId, at }
  const times = course.filter((stretch) => stretch.itemId === itemId)
    .map(({ from, to }) => to ?? state.closedAt ? `từ ${officialTime(from)} đến ${officialTime(to ?? state.closedAt ?? from)}` : `từ ${officialTime(from)}`)
  const presenter = state.participants.find(({ personId }) => personId === item.presenterId)
  const documents = used.filter((document) => document.itemId === itemId).map(({ name }) => write.document(name))
  const conclusion = state.conclusions.find((one) => one.itemId === itemId)
  outline.blocks(`item.heading:${itemId}`, [subheading(`${number}. ${write.text(item.title)}`)], of)
  outline.blocks(`item.times:${itemId}`, times.length ? [paragraph(`Thời gian: ${times.join('; ')}.`)] : [], of)
  outline.blocks(`item.presenter:${itemId}`, presenter ? [paragraph(`Người trình bày (theo chương trình): ${write.person(presenter)}.`)] : [], of)
  outline.blocks(`item.documents:${itemId}`, documents.length ? [paragraph('Tài liệu kèm theo:'), ...sublist(documents)] : [], of)
  outline.blocks(`item.deferral:${itemId}`, item.status === 'deferred' && item.deferral
    ? [paragraph(`Nội dung này được hoãn sang cuộc họp sau, lý do: ${closed(write.text(item.deferral))}`)] : [], of)
  const turns = state.floor.turns.filter((turn) => turn.itemId === itemId)
  if (!turns.length) outline.add('paragraph', '')
  for (const one of inTurn(turns, state.votes.filter((vote) => vote.itemId === itemId))) {
    if ('turnId' in one) addTurn(one, write, outline)
    else outline.blocks(`vote:${one.voteId}`, voteBlocks(one, write), { itemId, at: one.closedAt })
  }
  outline.blocks(`conclusion:${itemId}`, conclusion && write.text(conclusion.text) !== ''
    ? [{ kind: 'paragraph', text: `Kết luận của người chủ trì: ${closed(write.text(conclusion.text))}` }] : [], { itemId, at: conclusion?.at }, true)
}

/** Speeches and votes of an item in the order in which they began. */
function inTurn(turns: readonly Turn[], votes: readonly VoteState[]): (Turn | VoteState)[] {
  const begun = (one: Turn | VoteState) => 'turnId' in one ? one.from : one.openedAt
  return [...turns, ...votes].toSorted((a, b) => begun(a) < begun(b) ? -1 : begun(a) > begun(b) ? 1 : 0)
}

/** A speech: who, when, about what; what was said is the clerk's to write. */
function addTurn(turn: Turn, write: Writer, outline: Outline): void {
  const { turnId, from, until } = turn
  const who = `${write.personId(turn.personId)}${turn.speaker ? ` (${write.text(turn.speaker)})` : ''}`
  const topic = turn.topic ? ` về ${write.text(turn.topic).replace(/\.$/, '')}` : ''
  const times = until ? `từ ${officialTime(from)} đến ${officialTime(until)}` : `từ ${officialTime(from)}`
  const words = outline.words(`turn:${turnId}`, `${sentence(who)} ${speechNames[turn.kind]}${topic} (${times})`, { at: from, ...turn.itemId === null ? {} : { itemId: turn.itemId } })
  outline.add('paragraph', words, ': ')
}
