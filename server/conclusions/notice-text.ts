import type { Day } from '../../protocol/calendar.ts'
import type { Letterhead } from '../../protocol/bodies.ts'
import type { MinutesBlock, MinutesContent } from '../../protocol/minutes.ts'

/** What a draft of the notice is made of; nothing else enters. Null texts were erased. */
export interface NoticeFacts {
  style: Letterhead['style']
  title: string | null
  startsAt: string
  /** Who presided, with their office. */
  chair: { personId: string, name: string, office: string } | null
  /** In their order, with the settled conclusion of each; items without one are left out by the caller. */
  items: readonly { number: string, title: string | null, text: string | null, tasks: readonly NoticeTask[] }[]
}

export interface NoticeTask { lead: string, coUnits: readonly string[], what: string, product: string, dueOn: Day }

/** In the place of a text that was erased by law. */
const ERASED = '(nội dung đã được xoá theo quy định)'

const closed = (text: string) => /[.!?…]$/.test(text) ? text : `${text}.`
const lowered = (text: string) => text.charAt(0).toLocaleLowerCase('vi') + text.slice(1)
const dayOf = (day: Day) => day.split('-').toReversed().join('/')

function taskLine({ lead, coUnits, what, product, dueOn }: NoticeTask): MinutesBlock {
  const together = coUnits.length ? `, phối hợp với ${coUnits.join(', ')}` : ''
  return { kind: 'listItem', text: `Giao ${lead} chủ trì${together}: ${closed(what)} Sản phẩm: ${closed(lowered(product))} Hoàn thành trước ngày ${dayOf(dueOn)}.` }
}

/**
 * A draft of the notice in Vietnamese, the language of official papers, whatever the interface shows: each settled conclusion with
 * the tasks that were made of it (Quyết định 45/2018/QĐ-TTg). Who met when is said by the template of such papers. The same facts,
 * the same draft.
 */
export function draftNotice({ style, title, chair, items }: NoticeFacts): MinutesContent {
  const called = style === 'party' ? 'đồng chí ' : ''
  const presided = chair ? `${called}${chair.name}${chair.office ? `, ${chair.office}` : ''}` : 'người chủ trì'
  return {
    abstract: `Kết luận của ${presided} tại ${lowered(title ?? ERASED)}`.slice(0, 500),
    blocks: [
      ...items.flatMap(({ number, title: of, text, tasks }): MinutesBlock[] => [
        { kind: 'subheading', text: `${number}. ${of ?? ERASED}` },
        ...(text ?? ERASED).split('\n').filter((line) => line.trim() !== '').map((line): MinutesBlock => ({ kind: 'paragraph', text: line.trim() })),
        ...tasks.map(taskLine),
      ]),
      { kind: 'paragraph', text: `Thông báo để các cơ quan, đơn vị liên quan biết, tổ chức thực hiện${style === 'party' ? '.' : './.'}` },
    ],
  }
}
