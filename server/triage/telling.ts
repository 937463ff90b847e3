import type { Knex } from 'knex'
import type { Way } from '../../protocol/triage-rules.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { NewDecision } from './deciding.ts'
import type { MatterOutcome, Running } from './ending.ts'

export interface TellingDeps {
  /** Who drafted, edited or submitted it and works in its unit. */
  workers(trx: Knex.Transaction, matterId: string, at: Date): Promise<string[]>
  send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
}

const ways: Record<Way, { vi: string, en: string }> = {
  meet: { vi: 'đưa ra họp', en: 'dealt with in a meeting' },
  online: { vi: 'họp trực tuyến', en: 'dealt with in an online meeting' },
  merge: { vi: 'ghép vào phiên họp đã định', en: 'taken into a planned meeting' },
  write: { vi: 'xin ý kiến bằng văn bản', en: 'asked about in writing' },
  delegate: { vi: 'giao người quyết định', en: 'delegated' },
}

const ends: Record<MatterOutcome['kind'], { vi: string, en: string }> = {
  decided: { vi: 'Một nội dung đã được quyết định', en: 'A matter was decided' },
  rebound: { vi: 'Một nội dung cần đưa ra họp', en: 'A matter needs a meeting after all' },
  stopped: { vi: 'Việc xử lý một nội dung đã dừng', en: 'How a matter was dealt with was stopped' },
}

/** Tells the unit how its matter is dealt with, and who has it that they do; in the transaction of the decision. */
export function createTriageTelling({ workers, send }: TellingDeps) {
  return {
    async decided(trx: Knex.Transaction, { matterId, nth, way, deciderId, delegateId, dueOn, at }: NewDecision, title: string): Promise<void> {
      const told = (await workers(trx, matterId, at)).filter((personId) => personId !== deciderId)
      const day = dueOn === null ? '' : dueOn.split('-').toReversed().join('/')
      await send(trx, [
        ...told.map((personId): NewNotice => ({
          personId, dedupeKey: `triage ${matterId} ${nth}`, topic: `proposal:${matterId}`, kind: 'triage.decided', link: `/proposals/${matterId}`,
          words: {
            vi: { subject: 'Đã quyết định cách xử lý nội dung trình', paragraphs: [`Nội dung “${title}” được ${ways[way].vi}.`] },
            en: { subject: 'It was decided how a proposal is dealt with', paragraphs: [`“${title}” is to be ${ways[way].en}.`] },
          },
        })),
        ...delegateId === null ? [] : [{
          personId: delegateId, dedupeKey: `triage delegated ${matterId} ${nth}`, topic: `proposal:${matterId}`, kind: 'triage.delegated', link: `/triage/matters/${matterId}`,
          words: {
            vi: { subject: 'Đồng chí được giao quyết định một nội dung', paragraphs: [`Nội dung “${title}” được giao đồng chí quyết định, hạn ${day}.`] },
            en: { subject: 'A matter was delegated to you', paragraphs: [`“${title}” was delegated to you, due on ${day}.`] },
          },
        }],
      ])
    },

    /**
     * Whoever decided so learns how it ended, and who had it that it is theirs no more; unless they ended it. What was stopped
     * without words has a state secret in it: its title goes nowhere.
     */
    async ended(trx: Knex.Transaction, { matterId, nth, deciderId, delegateId, title }: Running, { kind, actorId, note, tally }: MatterOutcome): Promise<void> {
      const told = [deciderId, ...kind === 'decided' || delegateId === null ? [] : [delegateId]].filter((personId) => personId !== actorId)
      const secret = kind === 'stopped' && note === ''
      const said = (why: string, hidden: string) => [secret ? hidden : [`“${title}”`, why].filter(Boolean).join(': ')]
      await send(trx, [...new Set(told)].map((personId): NewNotice => ({
        personId, dedupeKey: `triage ended ${matterId} ${nth}`, topic: `proposal:${matterId}`, kind: `triage.${kind}`,
        link: personId === deciderId ? `/proposals/${matterId}` : '/',
        words: {
          vi: { subject: ends[kind].vi, paragraphs: said(tally ? `${tally.inFavour}/${tally.base} thành viên đồng ý, cần ít nhất ${tally.needed}` : note, 'Nội dung xử lý theo chế độ mật.') },
          en: { subject: ends[kind].en, paragraphs: said(tally ? `${tally.inFavour} of ${tally.base} members agree, at least ${tally.needed} needed` : note, 'It is handled under secrecy rules.') },
        },
      })))
    },
  }
}

export type TriageTelling = ReturnType<typeof createTriageTelling>
