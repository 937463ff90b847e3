import type { Letterhead } from '../../protocol/bodies.ts'
import type { MinutesBlock, MinutesContent } from '../../protocol/minutes.ts'

/** What a draft is made of; null texts were erased. */
export interface ResolutionFacts {
  style: Letterhead['style']
  /** What was decided on. */
  title: string | null
  /** Ballots for it, and of how many; for a choice or an election, those of the winner, or none. */
  approve: number | null
  /** Of these who did not answer, and count as in favour by the rule of their body. */
  silent?: number | undefined
  base: number
  /** Of whom the base counts: members in office, those present, or valid ballots. */
  of: 'incumbents' | 'present' | 'validBallots'
  /** What was chosen, or who was elected. */
  chosen: readonly (string | null)[]
  /** The text that was decided on, where there is one: a paragraph a line. */
  text: string | null
}

/** In the place of a text that was erased by law. */
const ERASED = '(nội dung đã được xoá theo quy định)'

const lowered = (text: string) => text.charAt(0).toLocaleLowerCase('vi') + text.slice(1)
const closed = (text: string) => /[.!?…;:]$/.test(text) ? text : `${text}.`
/** A title that begins as an abstract does is left so; one that says what to do is `về việc`. */
function about(title: string): string {
  if (/^(về|việc|v\/v)\s/iu.test(title)) return title
  return `${DEED.test(title) ? 'Về việc' : 'Về'} ${lowered(title)}`
}
const DEED = /^(thông qua|ban hành|phê duyệt|thành lập|điều chỉnh|sửa đổi|bổ sung|giao|bầu|cho phép|giải thể|sáp nhập)\s/iu
/** What was adopted, said once where the title says it already. */
const adopted = (title: string) => /^thông qua\s/iu.test(title) ? title : `Thông qua nội dung “${title}”`

const counted = {
  party: { incumbents: 'uỷ viên đương nhiệm', present: 'đại biểu có mặt', validBallots: 'phiếu hợp lệ' },
  state: { incumbents: 'thành viên', present: 'đại biểu có mặt', validBallots: 'phiếu hợp lệ' },
} as const

const percent = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 1 })

function sum({ style, approve, silent = 0, base, of }: ResolutionFacts): string {
  if (approve === null || base === 0) return ''
  const slips = silent ? `, trong đó ${approve - silent} trả lời tán thành, ${silent} không trả lời được tính là tán thành theo quy chế` : ''
  return ` (kết quả biểu quyết: ${approve}/${base} ${counted[style][of]} tán thành, đạt ${percent.format(approve * 100 / base)}%${slips})`
}

const blocks = (kind: MinutesBlock['kind'], ...lines: readonly string[]) => lines.map((text): MinutesBlock => ({ kind, text: text.slice(0, 10_000) }))

/**
 * A draft in Vietnamese, the language of official papers, whatever the interface shows: what was adopted with the sum behind it,
 * the text that was decided on, who carries it out and from when (Party: by points; State: by articles, Nghị định
 * 30/2020/NĐ-CP, Phụ lục III). The same facts, the same draft.
 */
export function draftResolution(facts: ResolutionFacts): MinutesContent {
  const { style, chosen, text } = facts
  const title = facts.title ?? ERASED
  const point = (number: number, of: string) => style === 'party' ? `${number}. ${of}` : `Điều ${number}. ${of}`
  const lines = (text ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== '')
  return {
    abstract: about(title).slice(0, 500),
    blocks: [
      ...blocks('subheading', point(1, 'Nội dung quyết nghị')),
      ...blocks('paragraph', chosen.length
        ? `Thống nhất kết quả biểu quyết nội dung “${title}”${sum(facts)}:`
        : `${adopted(title)}${sum(facts)}.`),
      ...blocks('listItem', ...chosen.map((one, index) => `${one ?? ERASED}${index === chosen.length - 1 ? '.' : ';'}`)),
      ...blocks('paragraph', ...lines.map(closed)),
      ...blocks('subheading', point(2, 'Tổ chức thực hiện')),
      ...blocks('paragraph', 'Các cơ quan, đơn vị, cá nhân liên quan chịu trách nhiệm tổ chức thực hiện Nghị quyết này.'),
      ...style === 'party'
        ? blocks('paragraph', 'Nghị quyết này có hiệu lực kể từ ngày ký.')
        : [...blocks('subheading', point(3, 'Hiệu lực thi hành')), ...blocks('paragraph', 'Nghị quyết này có hiệu lực kể từ ngày ký.')],
    ],
  }
}
