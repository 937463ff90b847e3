import type { NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh', hourCycle: 'h23', day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit',
})
const when = (instant: string) => clock.format(new Date(instant)).replace(',', '')

/** Tells somebody of the whole meeting that its draft minutes are before them. `title` null: it is not to be told outside. */
export function reviewAsked(title: string | null, dueAt: string): Record<NoticeLanguage, NoticeWords> {
  return {
    vi: {
      subject: title === null ? 'Xin ý kiến dự thảo biên bản cuộc họp' : `Xin ý kiến dự thảo biên bản: ${title}`,
      paragraphs: [`Kính đề nghị đồng chí đọc dự thảo biên bản cuộc họp và góp ý trước ${when(dueAt)}.`],
    },
    en: {
      subject: title === null ? 'Draft minutes of a meeting for your comments' : `Draft minutes for your comments: ${title}`,
      paragraphs: [`Please read the draft minutes of the meeting and comment before ${when(dueAt)}.`],
    },
  }
}
