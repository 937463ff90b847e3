import type { ConfidenceLevel, VoteResult, VoteTerms } from '../../protocol/ballots.ts'
import type { SpeakKind } from '../../protocol/floor-rules.ts'
import type { Threshold, VoteBase } from '../../protocol/shares.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import type { StayMode } from '../../protocol/stays.ts'

/**
 * The set phrases of minutes, which are written in Vietnamese whatever language the interface shows. Order and wording
 * follow the model of Hướng dẫn 16-HD/VPTW (23/02/2023) and, for state bodies, the one of Nghị định 30/2020/NĐ-CP.
 */
interface Phrases {
  /** What a sitting is called. */
  meeting: string
  /** Put before a name. State papers use the sex-marked "ông, bà", which is not known of anybody here. */
  title: string
  /** What those who take part are counted in. */
  counted: string
  recipients: readonly string[]
  /** After the last sentence. */
  endMark: string
}

export const phrases: Record<'party' | 'state', Phrases> = {
  party: {
    meeting: 'hội nghị', title: 'đồng chí ', counted: 'đồng chí', endMark: '.',
    recipients: ['Các đồng chí dự hội nghị', 'Lưu văn phòng'],
  },
  state: {
    meeting: 'cuộc họp', title: '', counted: 'đại biểu', endMark: './.',
    recipients: ['Như thành phần dự họp', 'Lưu: VT, hồ sơ'],
  },
}

export const modeNames: Record<MeetingMode, string> = {
  inPerson: 'trực tiếp', online: 'trực tuyến', hybrid: 'trực tiếp kết hợp trực tuyến',
}

export const presentAs: Record<StayMode, string> = { inPerson: 'trực tiếp', online: 'trực tuyến' }

export const choiceNames: Record<string, string> = { approve: 'tán thành', reject: 'không tán thành', abstain: 'không có ý kiến' }

export const levelNames: Record<ConfidenceLevel, string> = { high: 'tín nhiệm cao', confident: 'tín nhiệm', low: 'tín nhiệm thấp' }

/** Why a vote decided nothing, other than by the choice of those who voted. */
export const undecided: Record<Exclude<NonNullable<VoteResult['why']>, 'notReached'>, string> = {
  nobodyEntitled: 'không còn ai có quyền biểu quyết', noBallots: 'không có phiếu hợp lệ', tooFewReturned: 'số phiếu thu về chưa đủ theo quy định',
  tied: 'số phiếu ngang nhau',
}

/** How a vote was held, as the first words of its paragraph. */
export function methodNames({ kind, secret }: Pick<VoteTerms, 'kind' | 'secret'>): string {
  switch (kind) {
    case 'named': return secret ? 'Bỏ phiếu kín' : 'Biểu quyết ghi tên'
    case 'grading': return `Bỏ phiếu ${secret ? 'kín ' : ''}đánh giá, xếp loại`
    case 'scoring': return `Bỏ phiếu ${secret ? 'kín ' : ''}chấm điểm`
    case 'options': return `Bỏ phiếu ${secret ? 'kín ' : ''}lựa chọn phương án`
    case 'election': return `Bầu cử bằng ${secret ? 'phiếu kín' : 'phiếu ghi tên'}`
    case 'confidence': return `Lấy phiếu tín nhiệm${secret ? ' bằng phiếu kín' : ''}`
  }
}

/** What a turn on the floor is called after the speaker’s name. */
export const speechNames: Record<SpeakKind, string> = { speak: 'phát biểu', reply: 'trao đổi lại', pointOfOrder: 'phát biểu về trình tự, thủ tục' }

/** By which words in somebody’s office they are of the press, who stand apart in 16-HD/VPTW (1.3). */
const pressWords = /phóng viên|nhà báo|biên tập viên|cơ quan báo chí/iu
export const isPress = (offices: string): boolean => pressWords.test(offices.normalize('NFC'))

export const baseNames: Record<VoteBase, string> = {
  incumbents: 'thành viên đương nhiệm', present: 'thành viên có mặt', validBallots: 'phiếu hợp lệ',
}

/** `quá nửa`, `quá 2/3`, `từ 2/3 trở lên`. */
export function thresholdName({ numerator, denominator, strict }: Threshold): string {
  const share = denominator === 2 * numerator ? 'nửa' : `${numerator}/${denominator}`
  if (strict) return `quá ${share}`
  return share === 'nửa' ? 'từ một nửa trở lên' : `từ ${share} trở lên`
}

const figureFormat = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 })
/** `8,75` */
export const figure = (value: number): string => figureFormat.format(value)

const percentFormat = new Intl.NumberFormat('vi-VN', { style: 'percent', maximumFractionDigits: 1 })

/** `86,7%`; nothing for a base of none. */
export function percent(count: number, base: number): string {
  return base > 0 ? percentFormat.format(count / base) : ''
}

/** With a capital at the beginning. */
export function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase('vi') + text.slice(1)
}

/** Closed by a full stop, unless it closes by itself. */
export function closed(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
