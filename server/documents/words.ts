import type { NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'
import { moment } from '../attendance/invitation-words.ts'

/** `title` null: it may not leave the product. */
export function readingAsked({ title, startsAt, left }: { title: string | null, startsAt: string, left: number }): Record<NoticeLanguage, NoticeWords> {
  return {
    vi: {
      subject: `Đề nghị đọc tài liệu: ${title ?? 'cuộc họp'}`,
      paragraphs: [`Đồng chí còn ${left} tài liệu chưa mở của cuộc họp lúc ${moment.vi(startsAt)}. Đề nghị đồng chí đọc trước khi họp.`],
    },
    en: {
      subject: `Please read the documents: ${title ?? 'a meeting'}`,
      paragraphs: [`You have not opened ${left} ${left === 1 ? 'document' : 'documents'} of the meeting of ${moment.en(startsAt)}. Please read before the meeting.`],
    },
  }
}
