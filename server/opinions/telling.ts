import type { Knex } from 'knex'
import { localDay } from '../../protocol/calendar.ts'
import type { NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'
import type { OpinionTally } from '../../protocol/opinion-counting.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { Opinion } from './access.ts'
import type { Place } from './closing.ts'

export interface TellingStore {
  find(db: Knex, opinionId: string): Promise<Opinion>
  asked(db: Knex, opinionId: string): Promise<string[]>
  /** Chair and clerks of a body today. */
  officeOf(db: Knex, bodyId: string, on: string): Promise<string[]>
  /** Who worked on the proposal, and works in its unit on that day. */
  workersOn(db: Knex, matterId: string, on: string): Promise<string[]>
  nameOf(db: Knex, personId: string): Promise<string>
  /** When a meeting is; null: it is not known. */
  startOf(db: Knex, meetingId: string): Promise<Date | null>
}

type Words = Record<NoticeLanguage, NoticeWords>
type Line = Record<NoticeLanguage, string>

const moment = (at: Date): Line => {
  const iso = at.toISOString()
  return {
    vi: `${officialTime(iso)}, ${officialDate(iso)}`,
    en: at.toLocaleString('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
  }
}

const dayText = (day: string) => day.split('-').toReversed().join('/')

/** Said to everybody before they answer, in every notice that asks for an answer. */
function rulesOf({ rule }: Opinion): Line {
  return rule.silence === 'consent'
    ? { vi: 'Theo quy chế của cơ quan này, thành viên không trả lời trong thời hạn được tính là đồng ý.', en: 'By the rules of this body, a member who does not answer in time counts as agreeing.' }
    : { vi: 'Không trả lời không được tính là đồng ý.', en: 'Silence does not count as consent.' }
}

function words(subject: Line, ...paragraphs: Line[]): Words {
  return { vi: { subject: subject.vi, paragraphs: paragraphs.map(({ vi }) => vi) }, en: { subject: subject.en, paragraphs: paragraphs.map(({ en }) => en) } }
}

const label = { vi: 'Cho ý kiến', en: 'Give your opinion' }

export interface OpinionTellingDeps {
  store: TellingStore
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<number>
}

/** Tells those concerned, in the transaction of what they are told of. Push says nothing of the matter itself. */
export function createOpinionTelling({ store, send }: OpinionTellingDeps) {
  function notices(opinion: Opinion, kind: string, key: string, people: readonly string[], said: Words, buttons: NewNotice['buttons'] = []): NewNotice[] {
    const title = { vi: 'Xin ý kiến bằng văn bản', en: 'Written opinion' }
    const push = (language: NoticeLanguage) => ({ title: title[language], body: PUSHED[kind]?.[language] ?? '' })
    return [...new Set(people)].map((personId) => ({
      personId, dedupeKey: `opinion ${kind} ${opinion.id} ${key}`, topic: `opinion:${opinion.id}`, kind: `opinions.${kind}`, link: `/opinions/${opinion.id}`,
      words: said, buttons, push: PUSHED[kind] ? { vi: push('vi'), en: push('en') } : null,
    }))
  }

  const button = (opinion: Opinion) => [{ path: `/opinions/${opinion.id}`, label }]

  return {
    async opened(trx: Knex.Transaction, opinionId: string): Promise<void> {
      const opinion = await store.find(trx, opinionId)
      const until = moment(opinion.dueAt)
      const moved = opinion.movedFrom ? [{
        vi: `Thời hạn dự kiến ${dayText(opinion.movedFrom)} là ngày nghỉ nên được chuyển sang ngày làm việc kế tiếp.`,
        en: `The day first meant, ${dayText(opinion.movedFrom)}, is a day off; the deadline is the next working day.`,
      }] : []
      await send(trx, notices(opinion, 'opened', '', await store.asked(trx, opinionId), words(
        { vi: `Xin ý kiến: ${opinion.title}`, en: `Written opinion: ${opinion.title}` },
        { vi: `Đề nghị đồng chí cho ý kiến về “${opinion.title}” trước ${until.vi}.`, en: `Please give your opinion on “${opinion.title}” by ${until.en}.` },
        ...moved, rulesOf(opinion),
      ), button(opinion)))
    },

    /** Returns how many were told; the same key reminds nobody twice. */
    reminder: (trx: Knex.Transaction, opinion: Opinion, people: readonly string[], key: string): Promise<number> => {
      const until = moment(opinion.dueAt)
      return send(trx, notices(opinion, 'reminder', key, people, words(
        { vi: `Nhắc cho ý kiến: ${opinion.title}`, en: `Reminder: ${opinion.title}` },
        { vi: `Đồng chí chưa cho ý kiến về “${opinion.title}”; hạn ${until.vi}.`, en: `You have not given your opinion on “${opinion.title}” yet; it ends at ${until.en}.` },
        rulesOf(opinion),
      ), button(opinion)))
    },

    async moved(trx: Knex.Transaction, opinion: Opinion): Promise<void> {
      const until = moment(opinion.dueAt)
      const from = dayText(opinion.movedFrom ?? '')
      await send(trx, notices(opinion, 'moved', opinion.dueOn, await store.asked(trx, opinion.id), words(
        { vi: `Lùi thời hạn cho ý kiến: ${opinion.title}`, en: `Deadline moved: ${opinion.title}` },
        {
          vi: `Lịch làm việc vừa thay đổi. Để vẫn đủ ${opinion.workingDays} ngày làm việc, thời hạn cho ý kiến về “${opinion.title}” chuyển từ ngày ${from} sang ${until.vi}.`,
          en: `The calendar has changed. So that there still are ${opinion.workingDays} working days, the opinion on “${opinion.title}” ends at ${until.en} instead of on ${from}.`,
        },
      )))
    },

    async withdrawn(trx: Knex.Transaction, opinion: Opinion, reason: string): Promise<void> {
      await send(trx, notices(opinion, 'withdrawn', '', await store.asked(trx, opinion.id), words(
        { vi: `Dừng xin ý kiến: ${opinion.title}`, en: `Written opinion stopped: ${opinion.title}` },
        { vi: `Văn phòng đã dừng việc xin ý kiến về “${opinion.title}”.`, en: `The office has stopped asking for opinions on “${opinion.title}”.` },
        { vi: `Lý do: ${reason}`, en: `Reason: ${reason}` },
      )))
    },

    /** A state secret was found: nothing of the matter itself is said. */
    async stopped(trx: Knex.Transaction, opinion: Opinion, at: Date): Promise<void> {
      const day = localDay(at)
      const [asked, office] = [await store.asked(trx, opinion.id), await store.officeOf(trx, opinion.bodyId, day)]
      const people = [...asked, ...office, ...await store.workersOn(trx, opinion.matterId, day)]
      await send(trx, notices(opinion, 'stopped', '', people, words(
        { vi: 'Dừng một đợt xin ý kiến bằng văn bản', en: 'A written opinion was stopped' },
        {
          vi: 'Một nội dung đang xin ý kiến phải được xử lý theo chế độ mật nên đợt xin ý kiến đã dừng. Đề nghị đồng chí không trao đổi, sao chụp tài liệu của nội dung này trên hệ thống.',
          en: 'A matter that was asked about has to be handled under secrecy rules, so its written opinion was stopped. Please neither discuss nor copy its papers on this system.',
        },
      )))
    },

    /** It is over and could not be closed; told once a day. */
    async stuck(trx: Knex.Transaction, opinion: Opinion, at: Date): Promise<void> {
      const day = localDay(at)
      await send(trx, notices(opinion, 'stuck', day, await store.officeOf(trx, opinion.bodyId, day), words(
        { vi: `Chưa kết thúc được đợt xin ý kiến: ${opinion.title}`, en: `Not closed yet: ${opinion.title}` },
        {
          vi: `Đã hết thời hạn xin ý kiến về “${opinion.title}” nhưng hệ thống chưa kết thúc được vì lỗi kỹ thuật. Ý kiến đã gửi vẫn được giữ nguyên, hệ thống tiếp tục thử lại; đề nghị báo quản trị viên.`,
          en: `The time for opinions on “${opinion.title}” is over, but a technical failure keeps it from being closed. All answers are kept and it is tried again; please tell an administrator.`,
        },
      )))
    },

    async demanded(trx: Knex.Transaction, opinion: Opinion, byId: string, at: Date): Promise<void> {
      const name = await store.nameOf(trx, byId)
      await send(trx, notices(opinion, 'demanded', byId, await store.officeOf(trx, opinion.bodyId, localDay(at)), words(
        { vi: `Yêu cầu đưa ra họp: ${opinion.title}`, en: `A meeting is demanded: ${opinion.title}` },
        { vi: `Đồng chí ${name} yêu cầu đưa “${opinion.title}” ra họp.`, en: `${name} demands that a meeting deal with “${opinion.title}”.` },
      )))
    },

    async closed(trx: Knex.Transaction, opinion: Opinion, result: OpinionTally, place: Place | null): Promise<void> {
      const { outcome, inFavour, agree, base, needed, causes } = result
      const on = localDay(opinion.dueAt)
      const [asked, office, workers] = [
        await store.asked(trx, opinion.id), await store.officeOf(trx, opinion.bodyId, on), await store.workersOn(trx, opinion.matterId, on),
      ]
      const startsAt = place && await store.startOf(trx, place.meetingId)
      const silent = inFavour - agree
      const count = {
        vi: `${agree}/${base} thành viên đương nhiệm trả lời đồng ý${silent ? `, ${silent} không trả lời được tính là đồng ý theo quy chế` : ''}; cần ít nhất ${needed}.`,
        en: `${agree} of ${base} incumbents answered that they agree${silent ? `, ${silent} did not answer and count as agreeing by the rules` : ''}; ${needed} are needed.`,
      }
      const why = causes.includes('demand')
        ? { vi: 'Có thành viên yêu cầu đưa ra họp.', en: 'A member demands a meeting.' }
        : { vi: 'Không đủ số thành viên đồng ý.', en: 'Too few members agree.' }
      const where = startsAt
        ? { vi: `Nội dung đã được đưa vào chương trình cuộc họp lúc ${moment(startsAt).vi}.`, en: `It is on the agenda of the meeting at ${moment(startsAt).en}.` }
        : { vi: 'Chưa có cuộc họp nào được lên lịch; nội dung chờ triệu tập.', en: 'No meeting is planned yet; it waits for one to be convened.' }
      const said = outcome === 'passed'
        ? words(
            { vi: `Được thông qua: ${opinion.title}`, en: `Passed: ${opinion.title}` },
            { vi: `“${opinion.title}” được thông qua bằng ý kiến văn bản.`, en: `“${opinion.title}” has passed by written opinion.` }, count)
        : words(
            { vi: `Chuyển ra họp: ${opinion.title}`, en: `Back to a meeting: ${opinion.title}` },
            { vi: `“${opinion.title}” chuyển ra họp. ${why.vi}`, en: `“${opinion.title}” comes before a meeting. ${why.en}` }, count, where)
      await send(trx, notices(opinion, outcome, '', [...asked, ...office, ...workers], said))
    },

    /** The unit has points to answer; told once a day. */
    async toReply(trx: Knex.Transaction, opinion: Opinion, at: Date): Promise<void> {
      const day = localDay(at)
      await send(trx, notices(opinion, 'toReply', day, await store.workersOn(trx, opinion.matterId, day), words(
        { vi: `Đề nghị tiếp thu, giải trình: ${opinion.title}`, en: `Opinions to be answered: ${opinion.title}` },
        { vi: `Văn phòng đã tổng hợp ý kiến về “${opinion.title}”; đề nghị cơ quan soạn thảo trả lời từng điểm.`, en: `The office has consolidated the opinions on “${opinion.title}”; please answer each point.` },
      )))
    },

    async replied(trx: Knex.Transaction, opinion: Opinion, at: Date): Promise<void> {
      const day = localDay(at)
      await send(trx, notices(opinion, 'replied', day, await store.officeOf(trx, opinion.bodyId, day), words(
        { vi: `Đã tiếp thu, giải trình: ${opinion.title}`, en: `Opinions answered: ${opinion.title}` },
        { vi: `Cơ quan soạn thảo đã trả lời mọi điểm tổng hợp về “${opinion.title}”.`, en: `The drafting unit has answered every point on “${opinion.title}”.` },
      )))
    },
  }
}

/** What may pass through the push services of browsers' makers. */
const PUSHED: Record<string, Line> = {
  opened: { vi: 'Có nội dung cần đồng chí cho ý kiến.', en: 'A matter waits for your opinion.' },
  reminder: { vi: 'Đồng chí còn nội dung chưa cho ý kiến.', en: 'A matter still waits for your opinion.' },
  moved: { vi: 'Thời hạn cho ý kiến đã thay đổi.', en: 'The deadline of a written opinion has moved.' },
  stopped: { vi: 'Một đợt xin ý kiến đã dừng.', en: 'A written opinion was stopped.' },
  passed: { vi: 'Đã có kết quả xin ý kiến.', en: 'A written opinion has its result.' },
  rebound: { vi: 'Một nội dung xin ý kiến chuyển ra họp.', en: 'A written opinion comes before a meeting.' },
}

export type OpinionTelling = ReturnType<typeof createOpinionTelling>
