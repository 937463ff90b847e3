import type { Letterhead } from '../../protocol/bodies.ts'
import type { AskedMember, OpinionAnswer, OpinionDetail } from '../../protocol/opinions.ts'
import { officialDate, officialTime } from '../issuing/dates.ts'
import type { Paper, PaperBlock } from '../issuing/paper.ts'

/** Official papers are Vietnamese, whatever the reader's language. */
const said: Record<OpinionAnswer, string> = { agree: 'Đồng ý', disagree: 'Không đồng ý', other: 'Ý kiến khác' }

const head = ({ style, superior, issuer, minutesSymbol, place }: Letterhead) => ({
  style, superior, issuer, symbol: minutesSymbol, place, number: null, unnumbered: true as const,
})
const moment = (iso: string) => `${officialTime(iso)}, ${officialDate(iso)}`

function silenceOf({ rule }: OpinionDetail): string {
  return rule.silence === 'consent'
    ? `Thành viên không trả lời trong thời hạn được tính là đồng ý (${rule.basis}).`
    : 'Thành viên không trả lời trong thời hạn không được tính là đồng ý.'
}

/** Phiếu lấy ý kiến: the slip of one member; without an answer, to be filled in by hand. */
export function slipPaper(opinion: OpinionDetail, member: AskedMember, letterhead: Letterhead, at: string): Paper {
  const [answer] = opinion.own?.answers ?? []
  return {
    ...head(letterhead), date: answer?.at ?? at, type: 'Phiếu lấy ý kiến', abstract: opinion.title,
    body: [
      { kind: 'paragraph', text: `Họ và tên: ${member.person.fullName}` },
      { kind: 'paragraph', text: `Chức vụ: ${member.office}` },
      { kind: 'subheading', text: 'Nội dung xin ý kiến' },
      ...opinion.question.split('\n').map((text): PaperBlock => ({ kind: 'paragraph', text })),
      { kind: 'subheading', text: 'Ý kiến của đồng chí' },
      { kind: 'paragraph', text: (['agree', 'disagree', 'other'] as const).map((choice) => `${answer?.choice === choice ? '☒' : '☐'} ${said[choice]}`).join('     ') },
      ...(answer ? answer.text : '……………………\n……………………\n……………………').split('\n').filter(Boolean).map((text): PaperBlock => ({ kind: 'paragraph', text })),
      { kind: 'paragraph', text: `Phiếu gửi về trước ${moment(opinion.dueAt)}. ${silenceOf(opinion)}` },
    ],
    signatures: [null, { title: 'Người cho ý kiến', name: member.person.fullName, who: 'clerk' }], recipients: ['Văn phòng', 'Lưu hồ sơ'], foot: null, draft: false,
  }
}

/** Bảng tổng hợp ý kiến: the result against the incumbents, every answer, and how each point was answered. */
export function sheetPaper(opinion: OpinionDetail, members: readonly AskedMember[], letterhead: Letterhead, at: string): Paper {
  const { result, points, rule } = opinion
  if (!result) throw new Error('an opinion that was closed without a result')
  const silent = result.inFavour - result.agree
  const names = new Map(members.map(({ person }) => [person.id, person.fullName]))
  const answered = ({ answer, departed }: AskedMember) =>
    departed && rule.departed === 'leaves' ? 'Thôi là thành viên, không tính' : answer ? said[answer.choice] : rule.silence === 'consent' ? 'Không trả lời (tính là đồng ý)' : 'Không trả lời'
  const verdict = result.outcome === 'passed' ? 'được thông qua'
    : `chuyển ra họp (${result.causes.map((cause) => cause === 'threshold' ? 'không đủ số thành viên đồng ý' : 'có thành viên yêu cầu').join('; ')})`
  return {
    ...head(letterhead), date: at, type: 'Bảng tổng hợp ý kiến', abstract: opinion.title,
    body: [
      { kind: 'paragraph', text: `Xin ý kiến từ ${moment(opinion.openedAt)} đến ${moment(opinion.dueAt)} (${opinion.workingDays} ngày làm việc). Cơ quan soạn thảo: ${opinion.unit.name}.` },
      {
        kind: 'paragraph',
        text: `Số thành viên được hỏi: ${result.asked}; thôi là thành viên trước thời hạn: ${result.departed}; cơ sở tính: ${result.base} thành viên đương nhiệm. `
          + `Đồng ý: ${result.agree}; không đồng ý: ${result.disagree}; ý kiến khác: ${result.other}; không trả lời: ${result.silent}.`,
      },
      { kind: 'paragraph', text: `${silenceOf(opinion)} Cần ít nhất ${result.needed}, đạt ${result.inFavour}/${result.base}${silent ? ` (${result.agree} trả lời đồng ý, ${silent} không trả lời được tính là đồng ý)` : ''} (${rule.threshold.basis}). Nội dung ${verdict}.` },
      { kind: 'heading', text: 'I. Ý kiến của các thành viên' },
      {
        kind: 'table',
        columns: [
          { title: 'TT', share: 0.6, align: 'center' }, { title: 'Họ và tên, chức vụ', share: 2.6, align: 'left' },
          { title: 'Ý kiến', share: 1.6, align: 'left' }, { title: 'Nội dung', share: 4.2, align: 'left' },
        ],
        rows: members.map((member, index) => [String(index + 1), [member.person.fullName, member.office].filter(Boolean).join(', '), answered(member), member.answer?.text ?? '']),
      },
      { kind: 'heading', text: 'II. Tổng hợp, tiếp thu, giải trình' },
      ...points.length ? [{
        kind: 'table' as const,
        columns: [
          { title: 'TT', share: 0.6, align: 'center' as const }, { title: 'Ý kiến tổng hợp', share: 3.4, align: 'left' as const },
          { title: 'Của', share: 2, align: 'left' as const }, { title: 'Tiếp thu, giải trình', share: 3.4, align: 'left' as const },
        ],
        rows: points.map(({ summary, personIds, reply }, index) => [
          String(index + 1), summary, personIds.map((id) => names.get(id) ?? '').filter(Boolean).join('; '),
          reply ? `${reply.accepted ? 'Tiếp thu.' : 'Không tiếp thu.'} ${reply.why}`.trim() : 'Chưa trả lời',
        ]),
      }] : [{ kind: 'paragraph' as const, text: 'Không có ý kiến phải tổng hợp.' }],
    ],
    signatures: [null, { title: 'Người tổng hợp', name: null, who: 'clerk' }], recipients: ['Các thành viên', opinion.unit.name, 'Lưu hồ sơ'], foot: null,
    draft: points.some(({ reply }) => !reply),
  }
}
