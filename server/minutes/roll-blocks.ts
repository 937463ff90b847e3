import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { MinutesBlock } from '../../protocol/minutes.ts'
import { summonedOf } from '../../protocol/roll.ts'
import { StayMode } from '../../protocol/stays.ts'
import { officialTime } from '../issuing/dates.ts'
import { isPress, phrases, presentAs } from './phrases.ts'
import { callRoll, type Present, type Roll, type Sitting } from './roll.ts'
import { listed, paragraph, type DraftInput, type Writer } from './writer.ts'

/** The parts of a roll as minutes tell it; empty where there is nothing to tell. */
export interface RollBlocks { present: MinutesBlock[], late: MinutesBlock[], early: MinutesBlock[], interrupted: MinutesBlock[], absent: MinutesBlock[] }

/** The rolls in the order of 16-HD/VPTW: 1.1 members, who is there in their place; 1.2 who was invited, remote sites; 1.3 the press. */
export function callRolls({ state, people }: DraftInput, sitting: Sitting) {
  const summoned = summonedOf(state.participants)
  const siteIds = new Set(people.filter(({ kind }) => kind === 'site').map(({ id }) => id))
  const offices = new Map(people.map(({ id, office }) => [id, office]))
  const inPlace = state.participants.filter(({ substituteFor }) => summoned.some(({ personId }) => personId === substituteFor))
  const invited = state.participants.filter((participant) => !summoned.includes(participant) && !inPlace.includes(participant))
  const press = invited.filter(({ personId, role, office }) => role === 'guest' && isPress(`${office}\n${offices.get(personId) ?? ''}`))
  const others = invited.filter((participant) => !siteIds.has(participant.personId) && !press.includes(participant))
  return {
    official: callRoll(state, sitting, summoned),
    substitutes: callRoll(state, sitting, inPlace),
    others: withoutUncalled(callRoll(state, sitting, others)),
    sites: callRoll(state, sitting, invited.filter(({ personId }) => siteIds.has(personId))),
    press: withoutUncalled(callRoll(state, sitting, press)),
  }
}

export function rollBlocks({ present, absent }: Roll, { state, style }: DraftInput, write: Writer): RollBlocks {
  const { counted } = phrases[style]
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
  return {
    present: listed(`Có mặt: ${present.length}/${present.length + absent.length} ${counted}${byMode(present, state)}${end(named)}`, named),
    late: late.length ? listed(`Đến sau khi khai mạc: ${late.length} ${counted}${end(late)}`, late) : [],
    early: early.length ? listed(`Rời đi trước khi bế mạc: ${early.length} ${counted}${end(early)}`, early) : [],
    interrupted: interrupted.length ? listed(`Rời đi rồi trở lại: ${interrupted.length} ${counted}${end(interrupted)}`, interrupted) : [],
    absent: missed.length ? listed(`Vắng mặt: ${missed.length} ${counted}${end(missed)}`, missed) : [paragraph('Vắng mặt: không.')],
  }
}

const modesOf = (present: readonly Present[]) => new Set(present.map(({ mode }) => mode)).size

/** ` (trực tiếp: 8; trực tuyến: 3)`: where both ways were open, or taken. */
function byMode(present: readonly Present[], { facts }: MeetingState): string {
  if (!present.length || (facts?.mode !== 'hybrid' && modesOf(present) < 2)) return ''
  const counts = StayMode.options.map((mode) => [presentAs[mode], present.filter((one) => one.mode === mode).length] as const)
  return ` (${counts.filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`).join('; ')})`
}

/** Who was there in the place of a member, with the chair's consent; nothing where nobody was. */
export function substituteBlocks({ present }: Roll, { state: { participants }, style }: DraftInput, write: Writer): MinutesBlock[] {
  if (!present.length) return []
  const lines = present.map(({ participant }) => {
    const member = participants.find(({ personId }) => personId === participant.substituteFor)
    return `${write.person(participant)}${member ? `: dự thay ${write.person(member)}` : ''}.`
  })
  return listed(`Dự thay, được người chủ trì đồng ý: ${present.length} ${phrases[style].counted}, gồm:`, lines)
}

/** A guest of single items who was not there may not have been called: not an absence. */
const withoutUncalled = (roll: Roll): Roll => ({ ...roll, absent: roll.absent.filter(({ participant }) => !participant.itemsOnly) })

/** Remote sites, which are no persons: with how many people sat there, as far as that was told. Nothing where there is none. */
export function siteBlocks({ present, absent }: Roll, { state: { attendance } }: DraftInput, write: Writer): MinutesBlock[] {
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
