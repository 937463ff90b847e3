import type { PaperKind } from '../../protocol/issuing-entries.ts'
import type { NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'

/** What notices and mails say of issued papers, in both languages. */

export interface ToldPaper {
  paperId: string
  kind: PaperKind
  /** As `07-TB/TU`. */
  written: string
  abstract: string
  body: string
  /** Why it is no longer in force, and what is in its place. */
  endReason?: string | null
  replacedBy?: string | null
}

type Both<T> = Record<NoticeLanguage, T>

export const paperKinds: Both<Record<PaperKind, string>> = {
  vi: { minutes: 'Biên bản', conclusionNotice: 'Thông báo kết luận', resolution: 'Nghị quyết', invitation: 'Giấy mời', report: 'Báo cáo' },
  en: { minutes: 'Minutes', conclusionNotice: 'Conclusion notice', resolution: 'Resolution', invitation: 'Invitation', report: 'Report' },
}

const vi = ({ kind, written }: ToldPaper) => `${paperKinds.vi[kind]} số ${written}`
const en = ({ kind, written }: ToldPaper) => `${paperKinds.en[kind]} no. ${written}`

/** A paper that came. */
export function issued(paper: ToldPaper): Both<NoticeWords> {
  const { body, abstract } = paper
  return {
    vi: {
      subject: `Văn bản đến: ${vi(paper)}`,
      paragraphs: [`${body} gửi đồng chí ${vi(paper)}: ${abstract}.`, 'Đề nghị đồng chí mở văn bản và xác nhận đã nhận.'],
    },
    en: {
      subject: `Paper received: ${en(paper)}`,
      paragraphs: [`${body} sends you ${en(paper)}: ${abstract}.`, 'Please open the paper and confirm its receipt.'],
    },
  }
}

/** A paper that is no longer in force. */
export function ended(paper: ToldPaper, how: 'recalled' | 'replaced'): Both<NoticeWords> {
  const { body, abstract, endReason, replacedBy } = paper
  const by = replacedBy ? { vi: ` bởi số ${replacedBy}`, en: ` by no. ${replacedBy}` } : { vi: '', en: '' }
  const reason = endReason ? { vi: [`Lý do: ${endReason}`], en: [`Reason: ${endReason}`] } : { vi: [], en: [] }
  return {
    vi: {
      subject: `${how === 'recalled' ? 'Thu hồi' : 'Thay thế'} ${vi(paper)}`,
      paragraphs: [
        `${body} đã ${how === 'recalled' ? 'thu hồi' : 'thay thế'} ${vi(paper)} (${abstract})${how === 'replaced' ? by.vi : ''}.`, ...reason.vi,
        'Đề nghị đồng chí không sử dụng văn bản này nữa.',
      ],
    },
    en: {
      subject: `${en(paper)} was ${how}`,
      paragraphs: [`${body} has ${how} ${en(paper)} (${abstract})${how === 'replaced' ? by.en : ''}.`, ...reason.en, 'Please no longer use this paper.'],
    },
  }
}
