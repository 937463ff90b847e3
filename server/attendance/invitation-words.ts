import type { ChangeValue, MeetingChange } from '../../protocol/meeting-changes.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import type { NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import type { Outward } from './outward.ts'

/** What mails and notices of invitations say, in both languages. */

type Both<T> = Record<NoticeLanguage, T>

const ZONE = 'Asia/Ho_Chi_Minh'
const english = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})
const weekday = new Intl.DateTimeFormat('vi-VN', { timeZone: ZONE, weekday: 'long' })

export const moment: Both<(at: string) => string> = {
  vi: (at) => `${officialTime(at)}, ${weekday.format(new Date(at))}, ${officialDate(at)}`,
  en: (at) => `${english.format(new Date(at))} (Vietnam time)`,
}

const modes: Both<Record<MeetingMode, string>> = {
  vi: { inPerson: 'Trực tiếp', online: 'Trực tuyến', hybrid: 'Trực tiếp kết hợp trực tuyến' },
  en: { inPerson: 'In person', online: 'Online', hybrid: 'In person and online' },
}

/** What a meeting is called outside the product; without a title where that may not leave. */
const called: Both<(meeting: Outward, body: string) => string> = {
  vi: ({ title }, body) => title ?? `cuộc họp của ${body}`,
  en: ({ title }, body) => title ?? `a meeting of ${body}`,
}

const facts: Both<(meeting: Outward) => string> = {
  vi: ({ startsAt, place, mode }) => `Thời gian: ${moment.vi(startsAt)}\nĐịa điểm: ${place}\nHình thức: ${modes.vi[mode]}`,
  en: ({ startsAt, place, mode }) => `Time: ${moment.en(startsAt)}\nPlace: ${place}\nHow: ${modes.en[mode]}`,
}

function programme(meeting: Outward, heading: string): string[] {
  return meeting.items.length ? [[heading, ...meeting.items.map(({ number, title }) => `${number}. ${title}`)].join('\n')] : []
}

const labelled = (label: string, text: string) => text ? [`${label}: ${text}`] : []

export interface Sent { meeting: Outward, body: string }

export function invited({ meeting, body }: Sent, paper: { number: string, prepare: string, contact: string, replaces: string | null }): Both<NoticeWords> {
  return {
    vi: {
      subject: `Giấy mời số ${paper.number}: ${called.vi(meeting, body)}`,
      paragraphs: [
        `${body} trân trọng kính mời đồng chí dự ${called.vi(meeting, body)}.`,
        ...paper.replaces ? [`Giấy mời này thay thế Giấy mời số ${paper.replaces}.`] : [],
        facts.vi(meeting), ...programme(meeting, 'Nội dung:'), ...labelled('Chuẩn bị', paper.prepare), ...labelled('Đầu mối liên hệ', paper.contact),
        'Đề nghị đồng chí trả lời để Văn phòng chuẩn bị.',
      ],
    },
    en: {
      subject: `Invitation no. ${paper.number}: ${called.en(meeting, body)}`,
      paragraphs: [
        `${body} invites you to ${called.en(meeting, body)}.`,
        ...paper.replaces ? [`This invitation replaces no. ${paper.replaces}.`] : [],
        facts.en(meeting), ...programme(meeting, 'Agenda:'), ...labelled('To prepare', paper.prepare), ...labelled('Contact', paper.contact),
        'Please answer, so that the office can prepare.',
      ],
    },
  }
}

export function changed({ meeting, body }: Sent, lines: Both<string[]>, again: boolean): Both<NoticeWords> {
  return {
    vi: {
      subject: `Thay đổi: ${called.vi(meeting, body)}`,
      paragraphs: [
        ['So với giấy mời đã gửi, có thay đổi:', ...lines.vi.map((line) => `– ${line}`)].join('\n'), facts.vi(meeting),
        ...again ? ['Thời gian hoặc hình thức đã thay đổi, đề nghị đồng chí trả lời lại.'] : [],
      ],
    },
    en: {
      subject: `Changed: ${called.en(meeting, body)}`,
      paragraphs: [
        ['Since you were invited, this has changed:', ...lines.en.map((line) => `– ${line}`)].join('\n'), facts.en(meeting),
        ...again ? ['Time or form has changed: please answer again.'] : [],
      ],
    },
  }
}

/** Off for good, for the time being, or for this person. */
export function calledOff({ meeting, body }: Sent, why: 'cancelled' | 'postponed' | 'notInvited', reason: string | null): Both<NoticeWords> {
  const [name, title] = [called.vi(meeting, body), called.en(meeting, body)]
  const subject = {
    cancelled: { vi: `Huỷ: ${name}`, en: `Cancelled: ${title}` },
    postponed: { vi: `Hoãn: ${name}`, en: `Postponed: ${title}` },
    notInvited: { vi: `Không còn mời dự: ${name}`, en: `No longer invited: ${title}` },
  }[why]
  const text = {
    cancelled: { vi: `${name}, dự kiến ${moment.vi(meeting.startsAt)}, không tổ chức nữa.`, en: `${title}, planned for ${moment.en(meeting.startsAt)}, is not held.` },
    postponed: { vi: `${name}, dự kiến ${moment.vi(meeting.startsAt)}, tạm hoãn. Thời gian mới sẽ được báo sau.`, en: `${title}, planned for ${moment.en(meeting.startsAt)}, is postponed. The new time will be told.` },
    notInvited: { vi: `Nội dung có mời đồng chí tại ${name} đã thay đổi; đồng chí không cần dự.`, en: `What you were invited for at ${title} has changed; you need not attend.` },
  }[why]
  return {
    vi: { subject: subject.vi, paragraphs: [text.vi, ...labelled('Lý do', reason ?? '')] },
    en: { subject: subject.en, paragraphs: [text.en, ...labelled('Reason', reason ?? '')] },
  }
}

export function reminder({ meeting, body }: Sent, silent: boolean): Both<NoticeWords> {
  return {
    vi: {
      subject: `Nhắc: ${called.vi(meeting, body)}`,
      paragraphs: [facts.vi(meeting), ...silent ? ['Đồng chí chưa trả lời giấy mời. Đề nghị đồng chí trả lời để Văn phòng chuẩn bị.'] : []],
    },
    en: {
      subject: `Reminder: ${called.en(meeting, body)}`,
      paragraphs: [facts.en(meeting), ...silent ? ['You have not answered the invitation. Please answer, so that the office can prepare.'] : []],
    },
  }
}

export function substituteAsked({ meeting, body }: Sent, name: string, substitute: string): Both<NoticeWords> {
  return {
    vi: {
      subject: `Xin ý kiến cử người dự thay: ${called.vi(meeting, body)}`,
      paragraphs: [`Đồng chí ${name} đề nghị cử đồng chí ${substitute} dự thay. Việc dự thay cần đồng chí chủ trì đồng ý.`, facts.vi(meeting)],
    },
    en: {
      subject: `A substitute is asked for: ${called.en(meeting, body)}`,
      paragraphs: [`${name} asks that ${substitute} attend instead, which needs the chair’s consent.`, facts.en(meeting)],
    },
  }
}

export function substituteDecided({ meeting, body }: Sent, substitute: string, agreed: boolean): Both<NoticeWords> {
  return {
    vi: {
      subject: `${agreed ? 'Đồng ý' : 'Không đồng ý'} cử người dự thay: ${called.vi(meeting, body)}`,
      paragraphs: [agreed
        ? `Chủ trì đồng ý để đồng chí ${substitute} dự thay đồng chí.`
        : `Chủ trì không đồng ý để đồng chí ${substitute} dự thay. Đề nghị đồng chí trả lời lại giấy mời.`],
    },
    en: {
      subject: `Substitute ${agreed ? 'agreed to' : 'declined'}: ${called.en(meeting, body)}`,
      paragraphs: [agreed ? `The chair agrees that ${substitute} attends in your place.` : `The chair does not agree to ${substitute}. Please answer the invitation again.`],
    },
  }
}

export const answerLabel: Both<string> = { vi: 'Trả lời giấy mời', en: 'Answer the invitation' }

/** What a push may say: when, and the title where that may leave. */
export function pushed({ meeting, body }: Sent, what: 'invited' | 'changed' | 'calledOff' | 'reminder' | 'substitute'): Both<{ title: string, body: string }> {
  const titles = {
    invited: { vi: 'Giấy mời họp', en: 'Invitation' }, changed: { vi: 'Thay đổi cuộc họp', en: 'Meeting changed' },
    calledOff: { vi: 'Cuộc họp không tổ chức', en: 'Meeting called off' }, reminder: { vi: 'Nhắc cuộc họp', en: 'Reminder of a meeting' },
    substitute: { vi: 'Cử người dự thay', en: 'Substitute' },
  }[what]
  return {
    vi: { title: titles.vi, body: `${called.vi(meeting, body)} · ${moment.vi(meeting.startsAt)}` },
    en: { title: titles.en, body: `${called.en(meeting, body)} · ${moment.en(meeting.startsAt)}` },
  }
}

/** One change as a line; null for what is not told by mail. `text` gives a text's body, and a title only where it may leave. */
export function changeLine(change: MeetingChange, text: (value: ChangeValue) => string | null): Both<string> | null {
  const pair = (vi: string, en: string): Both<string> => ({ vi, en })
  switch (change.kind) {
    case 'fact':
      switch (change.field) {
        case 'startsAt': return pair(`Thời gian: ${moment.vi(String(change.after))} (trước là ${moment.vi(String(change.before))})`, `Time: ${moment.en(String(change.after))} (was ${moment.en(String(change.before))})`)
        case 'place': return pair(`Địa điểm: ${text(change.after) ?? ''} (trước là ${text(change.before) ?? ''})`, `Place: ${text(change.after) ?? ''} (was ${text(change.before) ?? ''})`)
        case 'mode': return pair(`Hình thức: ${modes.vi[change.after as MeetingMode]}`, `How: ${modes.en[change.after as MeetingMode]}`)
        case 'title': {
          const title = text(change.after)
          return title === null ? null : pair(`Tên cuộc họp: ${title}`, `Title: ${title}`)
        }
        case 'plannedMinutes': return pair(`Thời lượng dự kiến: ${String(change.after)} phút`, `Planned length: ${String(change.after)} minutes`)
        case 'kindId': case 'roomId': return null
      }
      break
    case 'itemsReordered': return pair('Thứ tự các nội dung', 'The order of the items')
    case 'postponed': case 'cancelled': {
      const reason = text(change.reason)
      return reason === null ? null : pair(`Lý do: ${reason}`, `Reason: ${reason}`)
    }
    default: {
      const name = text('title' in change ? change.title : change.name)
      if (name === null) return null
      switch (change.kind) {
        case 'itemAdded': return pair(`Thêm nội dung: ${name}`, `New item: ${name}`)
        case 'itemRemoved': return pair(`Bỏ nội dung: ${name}`, `Item removed: ${name}`)
        case 'itemChanged': return pair(`Sửa nội dung: ${name}`, `Item changed: ${name}`)
        case 'itemGuests': return pair(`Khách mời của nội dung: ${name}`, `Guests of the item: ${name}`)
        case 'documentAdded': return pair(`Thêm tài liệu: ${name}`, `New document: ${name}`)
        case 'documentVersion': return pair(`Bản mới của tài liệu: ${name}`, `New version of a document: ${name}`)
        case 'documentRemoved': return pair(`Rút tài liệu: ${name}`, `Document withdrawn: ${name}`)
      }
    }
  }
  return null
}
