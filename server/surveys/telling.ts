import { officialDate, officialTime } from '../issuing/dates.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { DueRound, Invited } from './rounds.ts'

/** Where the links of mails and codes lead; the token stands behind `#`, so that a browser sends it to no server. */
export const answerPath = (token: string) => `/s#${token}`

const label = { vi: 'Trả lời khảo sát', en: 'Answer the survey' }

/** What names a round in words. */
type Told = Pick<DueRound, 'roundId' | 'surveyId' | 'title' | 'closesAt' | 'anonymous'>

function until(at: Date) {
  const iso = at.toISOString()
  return { vi: `${officialTime(iso)}, ${officialDate(iso)}`, en: at.toLocaleString('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'short' }) }
}

function notice(kind: 'opened' | 'reminder', { roundId, surveyId, title, closesAt, anonymous }: Told, { personId }: Invited, token: string, key: string): NewNotice {
  const by = until(closesAt)
  const secret = anonymous
    ? { vi: 'Khảo sát không ghi tên: hệ thống biết đồng chí đã trả lời hay chưa, không biết đồng chí trả lời gì.', en: 'The survey is anonymous: it is known whether you have answered, and not what.' }
    : { vi: 'Khảo sát có ghi tên; đồng chí sửa được phiếu của mình đến khi đợt khảo sát kết thúc.', en: 'The survey is by name; you may change your answer until the round ends.' }
  const begin = kind === 'opened'
    ? { vi: `Đề nghị đồng chí trả lời khảo sát “${title}”, hạn đến ${by.vi}.`, en: `Please answer the survey “${title}” by ${by.en}.` }
    : { vi: `Đồng chí chưa trả lời khảo sát “${title}”; hạn đến ${by.vi}.`, en: `You have not answered the survey “${title}” yet; it ends at ${by.en}.` }
  const subject = kind === 'opened'
    ? { vi: `Khảo sát: ${title}`, en: `Survey: ${title}` } : { vi: `Nhắc trả lời khảo sát: ${title}`, en: `Reminder of a survey: ${title}` }
  return {
    personId, dedupeKey: `survey ${kind} ${roundId} ${key}`, topic: `survey:${surveyId}`, kind: `surveys.${kind}`, link: `/surveys/${surveyId}`,
    words: { vi: { subject: subject.vi, paragraphs: [begin.vi, secret.vi] }, en: { subject: subject.en, paragraphs: [begin.en, secret.en] } },
    buttons: [{ path: answerPath(token), label }],
  }
}

export const invitation = (round: Told, invited: Invited, token: string): NewNotice => notice('opened', round, invited, token, '')
/** `day`: nobody is reminded twice on one. */
export const reminder = (round: Told, invited: Invited, token: string, day: string): NewNotice => notice('reminder', round, invited, token, day)
