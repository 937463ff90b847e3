import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'
import { notYetVoted, type VoteState } from '../../protocol/vote-entries.ts'
import type { JournalTx } from '../journal/journal.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { VotingDeps } from './voting.ts'

type Words = Record<NoticeLanguage, NoticeWords>

/** Who is asked and what for: of a secret vote to draw, as long as that is possible; who drew has voted as far as anybody can know. */
function asked(vote: VoteState): { people: string[], what: 'vote' | 'draw' } {
  if (vote.secret) return { people: vote.castingSince ? [] : notYetVoted(vote), what: 'draw' }
  return { people: notYetVoted(vote), what: 'vote' }
}

/** Says neither what is voted on nor how: a notice may be read on a screen that is locked. */
function wordsOf(what: 'vote' | 'draw', title: string | null): Words {
  const meeting = title === null ? { vi: 'cuộc họp đang diễn ra', en: 'the meeting that is going on' } : { vi: `cuộc họp “${title}”`, en: `the meeting “${title}”` }
  return what === 'vote' ? {
    vi: { subject: 'Đồng chí chưa biểu quyết', paragraphs: [`Một nội dung của ${meeting.vi} đang chờ đồng chí biểu quyết. Kính đề nghị đồng chí vào phòng họp để biểu quyết trước khi kết thúc.`] },
    en: { subject: 'Your vote is awaited', paragraphs: [`A vote in ${meeting.en} waits for you. Please enter the room and vote before it is closed.`] },
  } : {
    vi: { subject: 'Đồng chí chưa nhận phiếu kín', paragraphs: [`Một cuộc bỏ phiếu kín của ${meeting.vi} đang phát phiếu. Kính đề nghị đồng chí vào phòng họp để nhận phiếu; sau khi mở bỏ phiếu sẽ không nhận được nữa.`] },
    en: { subject: 'Your secret ballot waits to be drawn', paragraphs: [`Ballots of a secret vote in ${meeting.en} are being handed out. Please enter the room and draw yours; once casting opens it cannot be drawn any more.`] },
  }
}

/**
 * Notices to those entitled who have not voted, or of a secret vote not drawn, wherever they are: in the room with another window
 * before it, or not in it. In the transaction of the entry that says that they were asked.
 */
export async function remindAway(tx: JournalTx, vote: VoteState, { sendNotices }: Pick<VotingDeps, 'sendNotices'>): Promise<void> {
  const { people, what } = asked(vote)
  if (!people.length) return
  const { facts, agenda, participants } = await tx.state(meetingReducer)
  // Of a meeting with a state secret in it not even the title leaves.
  const title = !facts || agenda.some(({ classified }) => classified) ? null : (await tx.bodies(facts.title))[facts.title.$text] ?? null
  const words = wordsOf(what, title)
  const here = new Set(participants.map(({ personId }) => personId))
  await sendNotices(tx.trx, people.filter((personId) => personId !== tx.actorId && here.has(personId)).map((personId): NewNotice => ({
    personId, kind: 'vote.reminded', topic: `meeting:${tx.meetingId}`, link: `/meetings/${tx.meetingId}/room`,
    dedupeKey: `vote.reminded:${vote.voteId}:${tx.at.toISOString()}`, words,
    push: { vi: { title: words.vi.subject, body: title ?? '' }, en: { title: words.en.subject, body: title ?? '' } },
  })))
}
