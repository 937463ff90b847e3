import type { Knex } from 'knex'
import type { PaperTx } from '../issuing/paper-tx.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { ResolutionRow } from './resolutions.ts'

export interface ResolutionTellingDeps {
  /** Chair and clerks of its meeting, or of its body on that day. */
  officeOf(db: Knex, of: { bodyId: string, meetingId: string | null }, on: Date): Promise<{ personId: string, role: 'chair' | 'clerk' }[]>
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
}

const words = {
  sent: {
    vi: { subject: 'Dự thảo nghị quyết chờ đồng chí duyệt', begin: 'Dự thảo nghị quyết sau đã được trình:' },
    en: { subject: 'A draft resolution waits for your approval', begin: 'This draft resolution was put before you:' },
  },
  approved: {
    vi: { subject: 'Nghị quyết đã được duyệt, chờ phát hành', begin: 'Chủ trì đã duyệt nghị quyết:' },
    en: { subject: 'A resolution was approved and waits to be issued', begin: 'The chair has approved this resolution:' },
  },
  returned: {
    vi: { subject: 'Dự thảo nghị quyết được trả lại để sửa', begin: 'Chủ trì đã trả lại dự thảo nghị quyết:' },
    en: { subject: 'A draft resolution was returned to be mended', begin: 'The chair has returned this draft resolution:' },
  },
}

/** Tells chair and clerks how a resolution stands, in the transaction of that. */
export function createResolutionTelling({ officeOf, send }: ResolutionTellingDeps) {
  async function tell(
    { trx, at, actorId }: PaperTx, { id, bodyId, meetingId, content }: ResolutionRow, what: keyof typeof words, version: number, role: 'chair' | 'clerk', reason = '',
  ): Promise<void> {
    const people = (await officeOf(trx, { bodyId, meetingId }, at)).filter((one) => one.role === role && one.personId !== actorId)
    const say = ({ subject, begin }: { subject: string, begin: string }) => ({ subject, paragraphs: [begin, content.abstract, ...reason ? [reason] : []] })
    await send(trx, people.map(({ personId }): NewNotice => ({
      personId, dedupeKey: `resolution ${id} ${what} ${version}`, topic: `resolution:${id}`, kind: `resolutions.${what}`, link: `/resolutions/${id}`,
      words: { vi: say(words[what].vi), en: say(words[what].en) },
    })))
  }

  return {
    sent: (tx: PaperTx, row: ResolutionRow, version: number) => tell(tx, row, 'sent', version, 'chair'),
    approved: (tx: PaperTx, row: ResolutionRow, version: number) => tell(tx, row, 'approved', version, 'clerk'),
    returned: (tx: PaperTx, row: ResolutionRow, version: number, reason: string) => tell(tx, row, 'returned', version, 'clerk', reason),
  }
}

export type ResolutionTelling = ReturnType<typeof createResolutionTelling>
