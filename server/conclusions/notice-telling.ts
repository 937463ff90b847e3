import type { Knex } from 'knex'
import type { JournalTx } from '../journal/journal.ts'
import type { NewNotice } from '../notices/notices.ts'

/** Chair and clerks of a meeting, with its title (null: erased). */
export interface OfficePerson { personId: string, role: 'chair' | 'clerk', title: string | null }

export interface NoticeTellingDeps {
  officeOf(db: Knex, meetingId: string): Promise<OfficePerson[]>
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
}

interface Said { vi: { subject: string, begin: string }, en: { subject: string, begin: string } }

const words = {
  sent: {
    vi: { subject: 'Thông báo kết luận chờ đồng chí duyệt', begin: 'Thông báo kết luận của cuộc họp sau đã được trình:' },
    en: { subject: 'A conclusion notice waits for your approval', begin: 'The conclusion notice of this meeting was put before you:' },
  },
  approved: {
    vi: { subject: 'Thông báo kết luận đã được duyệt, chờ phát hành', begin: 'Chủ trì đã duyệt thông báo kết luận của cuộc họp:' },
    en: { subject: 'A conclusion notice was approved and waits to be issued', begin: 'The chair has approved the conclusion notice of this meeting:' },
  },
  returned: {
    vi: { subject: 'Thông báo kết luận được trả lại để sửa', begin: 'Chủ trì đã trả lại thông báo kết luận của cuộc họp:' },
    en: { subject: 'A conclusion notice was returned to be mended', begin: 'The chair has returned the conclusion notice of this meeting:' },
  },
  due: {
    vi: { subject: 'Sắp đến hạn phát hành thông báo kết luận', begin: 'Hạn phát hành thông báo kết luận là ngày {day}, cuộc họp:' },
    en: { subject: 'A conclusion notice comes due', begin: 'The conclusion notice is to be issued by {day}, of this meeting:' },
  },
  late: {
    vi: { subject: 'Thông báo kết luận đã quá hạn phát hành', begin: 'Thông báo kết luận chưa được phát hành, hạn là ngày {day}, cuộc họp:' },
    en: { subject: 'A conclusion notice is overdue', begin: 'The conclusion notice was not issued; it was due on {day}, of this meeting:' },
  },
} satisfies Record<string, Said>

/** Tells chair and clerks how the notice of a meeting's conclusions stands, in the transaction of that. */
export function createNoticeTelling({ officeOf, send }: NoticeTellingDeps) {
  async function tell(
    trx: Knex.Transaction, meetingId: string, what: keyof typeof words, key: string, roles: readonly OfficePerson['role'][],
    { day = '', reason = '', actorId = null }: { day?: string, reason?: string, actorId?: string | null } = {},
  ): Promise<void> {
    const people = (await officeOf(trx, meetingId)).filter(({ role, personId }) => roles.includes(role) && personId !== actorId)
    const say = ({ subject, begin }: Said['vi'], title: string | null) => ({
      subject, paragraphs: [begin.replace('{day}', day), title ?? '…', ...reason ? [reason] : []],
    })
    await send(trx, people.map(({ personId, title }): NewNotice => ({
      personId, dedupeKey: `conclusionNotice ${meetingId} ${what} ${key}`, topic: `meeting:${meetingId}`, kind: `conclusions.${what}`,
      link: `/meetings/${meetingId}/conclusion-notice`, words: { vi: say(words[what].vi, title), en: say(words[what].en, title) },
    })))
  }

  return {
    sent: (tx: JournalTx, version: number) => tell(tx.trx, tx.meetingId, 'sent', String(version), ['chair'], { actorId: tx.actorId }),
    approved: (tx: JournalTx, version: number) => tell(tx.trx, tx.meetingId, 'approved', String(version), ['clerk'], { actorId: tx.actorId }),
    returned: (tx: JournalTx, version: number, reason: string) =>
      tell(tx.trx, tx.meetingId, 'returned', String(version), ['clerk'], { reason, actorId: tx.actorId }),
    /** `late`: its day has passed. */
    due: (trx: Knex.Transaction, { meetingId, dueOn, late }: { meetingId: string, dueOn: string, late: boolean }) =>
      tell(trx, meetingId, late ? 'late' : 'due', dueOn, ['chair', 'clerk'], { day: dueOn.split('-').toReversed().join('/') }),
  }
}

export type NoticeTelling = ReturnType<typeof createNoticeTelling>
