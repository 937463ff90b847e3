import type { Knex } from 'knex'
import { addDays, addWorkingDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { ConclusionNotice, DueNotice, NoticeStatus } from '../../protocol/conclusions.ts'
import type { RecipientChoice } from '../../protocol/issuing.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { JournalTx } from '../journal/journal.ts'
import { isOffice, requireOffice, type Access, type MeetingAccess, type Permission } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { draftNotice, type NoticeFacts } from './notice-text.ts'
import type { NoticeTelling } from './notice-telling.ts'

/** A notice's present row. */
export interface NoticeRow {
  meetingId: string
  bodyId: string
  status: NoticeStatus
  dueOn: Day
  workingDays: number
  basis: string
  version: number
  content: MinutesContent | null
  savedAt: Date | null
  reason: string | null
  approvedBy: string | null
  approvedAt: Date | null
  paperId: string | null
  number: string | null
  issuedAt: Date | null
}

/** `reasonText` is the id of a text of the meeting's journal. */
export type NoticeChange = Partial<Omit<NoticeRow, 'meetingId' | 'bodyId' | 'version' | 'reason'>> & { reasonText?: string | null }

/** Changes are made under the lock of the meeting's journal. */
export interface NoticesStore {
  find(db: Knex, meetingId: string): Promise<NoticeRow | undefined>
  insert(trx: Knex.Transaction, notice: Pick<NoticeRow, 'meetingId' | 'bodyId' | 'dueOn' | 'workingDays' | 'basis'>): Promise<void>
  /** Counts the version up, and gives it. */
  update(trx: Knex.Transaction, meetingId: string, change: NoticeChange): Promise<number>
  /** What a draft is made of: the settled conclusions in the order of their items, with the tasks that were made of them. */
  facts(db: Knex, meetingId: string): Promise<Omit<NoticeFacts, 'style'>>
  /** How many conclusions of the meeting are not settled, and whether one was written, settled or opened after that moment. */
  standing(db: Knex, meetingId: string, since: Date | null): Promise<{ unsettled: number, touched: boolean }>
  /** Still to be issued, of meetings of which the person is chair or clerk; the first due first. One query. */
  due(db: Knex, personId: string, today: Day, limit: number): Promise<DueNotice[]>
}

export interface NoticesDeps {
  db: Knex
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: NoticesStore
  telling: NoticeTelling
  bodies(ids: readonly string[], trx?: Knex): Promise<readonly Pick<BodyRecord, 'id' | 'rules' | 'letterhead'>[]>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  /** Takes the next number of the register and journals it, in the caller's transaction; gives it as it is written. */
  issue(tx: JournalTx, paper: { bodyId: string, content: MinutesContent, recipients: readonly RecipientChoice[], facts: Omit<NoticeFacts, 'style'> }): Promise<{ paperId: string, number: string }>
  now?: () => Date
}

/** Further than any term with the longest holidays in it, in days. */
const TERM_DAYS = 200
const DUE_ROWS = 50
const office = { scope: 'office' } as const

type Act = { key: string, version: number }
type Saved = { version: number, status: NoticeStatus }

const requireChair: Permission = ({ role }) => {
  if (role !== 'chair') throw new AppError('forbiddenInMeeting', { role })
}

/**
 * The notice of a meeting's conclusions: due from the closing on, written by the clerk from what was settled, approved by the
 * chair, issued under a number of the register. Until then the product says so.
 */
export function createNotices({ db, access, store, telling, bodies, calendar, issue, now = () => new Date() }: NoticesDeps) {
  function mayOf({ role }: Pick<Access, 'role'>, { status }: Pick<NoticeRow, 'status'>): ConclusionNotice['may'] {
    const [isChair, isOf] = [role === 'chair', isOffice(role)]
    const open = status === 'draft' || status === 'sent'
    return {
      edit: (isOf && status === 'draft') || (isChair && status === 'sent'), send: isOf && status === 'draft', decide: isChair && status === 'sent',
      issue: isOf && status === 'approved', waive: isChair && open,
    }
  }

  /**
   * Carries an act out that `mayOf` allows on the notice as it is under the lock; who may never is refused by `permission`. Throws
   * `meetingNotFound`, `forbiddenInMeeting`, `noticeNotFound`, `noticeChanged`, `noticeStage`, `idempotencyKeyReused`.
   */
  async function change<T>(
    meetingId: string, caller: Caller, permission: Permission, act: keyof ConclusionNotice['may'], { key, version }: Act, asked: unknown,
    work: (tx: JournalTx, notice: NoticeRow) => Promise<T>,
  ): Promise<T> {
    return await access.change(meetingId, caller, permission, { key, fingerprint: [`conclusions.notice.${act}`, version, asked] }, async (tx, found) => {
      const notice = await store.find(tx.trx, meetingId)
      if (!notice) throw new AppError('noticeNotFound')
      if (notice.version !== version) throw new AppError('noticeChanged', { version: notice.version, status: notice.status })
      if (!mayOf(found, notice)[act]) throw new AppError('noticeStage', { status: notice.status })
      return await work(tx, notice)
    })
  }

  async function draft({ meetingId, bodyId }: NoticeRow, trx: Knex = db): Promise<MinutesContent> {
    const [body] = await bodies([bodyId], trx)
    if (!body) throw new Error('a meeting of no body')
    return draftNotice({ style: body.letterhead.style, ...await store.facts(trx, meetingId) })
  }

  async function keep(tx: JournalTx, content: MinutesContent): Promise<number> {
    const version = await store.update(tx.trx, tx.meetingId, { content, savedAt: tx.at })
    tx.append({ kind: 'conclusionNotice.saved', data: { version, sha256: fingerprint(content) }, audience: office })
    return version
  }

  return {
    /** To be called in the command that closes a meeting, after `meeting.closed`: from then on the notice is due. */
    async beginAtClosing(tx: JournalTx): Promise<void> {
      if (tx.actorId === null) throw new Error('a meeting is closed by its chair or clerk')
      const { meeting: { bodyId } } = await access.accessTo(tx.meetingId, { personId: tx.actorId }, tx.trx)
      const [body] = await bodies([bodyId], tx.trx)
      if (!body) throw new Error('a meeting of no body')
      const { conclusionNoticeWorkingDays: workingDays, basis } = body.rules.followUp
      const today = localDay(tx.at)
      const dueOn = addWorkingDays(today, workingDays, await calendar(today, addDays(today, TERM_DAYS), tx.trx))
      await store.insert(tx.trx, { meetingId: tx.meetingId, bodyId, dueOn, workingDays, basis })
    },

    /** Throws `meetingNotFound`, `noticeNotFound` also for one that the caller may not read yet. */
    async get(meetingId: string, caller: Caller): Promise<ConclusionNotice> {
      const found = await access.accessTo(meetingId, caller)
      const notice = await store.find(db, meetingId)
      if (!notice || found.itemsOnly || (!isOffice(found.role) && notice.status !== 'issued')) throw new AppError('noticeNotFound')
      const { status, dueOn, workingDays, basis, version, reason, approvedBy, approvedAt, paperId, number, issuedAt } = notice
      const { unsettled, touched } = await store.standing(db, meetingId, notice.savedAt)
      return {
        status, dueOn, workingDays, basis, version, saved: notice.content !== null, content: notice.content ?? await draft(notice),
        unsettled, // Of one that has gone out it is the office's to replace it.
        outdated: notice.savedAt !== null && touched && status !== 'waived' && isOffice(found.role), reason, approvedBy, approvedAt: approvedAt?.toISOString() ?? null,
        paperId, number, issuedAt: issuedAt?.toISOString() ?? null, may: mayOf(found, notice),
      }
    },

    /** Throws what `change` does, `proposalSecret`. */
    save: (meetingId: string, caller: Caller, { content, ...act }: Act & { content: MinutesContent }): Promise<Saved> =>
      change(meetingId, caller, requireOffice, 'edit', act, fingerprint(content), async (tx, { status }) => {
        requireUnstamped(content.abstract, ...content.blocks.map(({ text }) => text))
        return { version: await keep(tx, content), status }
      }),

    /** Throws what `change` does. */
    send: (meetingId: string, caller: Caller, act: Act): Promise<Saved> =>
      change(meetingId, caller, requireOffice, 'send', act, null, async (tx, notice) => {
        if (!notice.content) await keep(tx, await draft(notice, tx.trx))
        const version = await store.update(tx.trx, meetingId, { status: 'sent', reasonText: null })
        tx.append({ kind: 'conclusionNotice.sent', data: { version }, audience: office })
        await telling.sent(tx, version)
        return { version, status: 'sent' }
      }),

    /** Throws what `change` does, `proposalSecret`. */
    decide: (meetingId: string, caller: Caller, { approved, reason = '', ...act }: Act & { approved: boolean, reason?: string }): Promise<Saved> =>
      change(meetingId, caller, requireChair, 'decide', act, [approved, reason], async (tx, { content }) => {
        requireUnstamped(reason)
        if (approved) {
          if (!content) throw new Error('a notice without a text was sent')
          const version = await store.update(tx.trx, meetingId, { status: 'approved', approvedBy: caller.personId, approvedAt: tx.at })
          tx.append({ kind: 'conclusionNotice.approved', data: { version, sha256: fingerprint(content) }, audience: office })
          await telling.approved(tx, version)
          return { version, status: 'approved' }
        }
        const text = await tx.text(reason)
        const version = await store.update(tx.trx, meetingId, { status: 'draft', reasonText: text.$text })
        tx.append({ kind: 'conclusionNotice.returned', data: { version, reason: text }, audience: office })
        await telling.returned(tx, version, reason)
        return { version, status: 'draft' }
      }),

    /** Throws what `change` does, and what issuing does. */
    issue: (meetingId: string, caller: Caller, { recipients, ...act }: Act & { recipients: readonly RecipientChoice[] }) =>
      change(meetingId, caller, requireOffice, 'issue', act, recipients, async (tx, { bodyId, content }) => {
        if (!content) throw new Error('a notice without a text was approved')
        const { paperId, number } = await issue(tx, { bodyId, content, recipients, facts: await store.facts(tx.trx, meetingId) })
        await store.update(tx.trx, meetingId, { status: 'issued', paperId, number, issuedAt: tx.at })
        tx.append({ kind: 'conclusionNotice.issued', data: { paperId, number }, audience: { scope: 'whole' } })
        return { paperId, number }
      }),

    /** Throws what `change` does, `proposalSecret`. */
    waive: (meetingId: string, caller: Caller, { reason, ...act }: Act & { reason: string }): Promise<Saved> =>
      change(meetingId, caller, requireChair, 'waive', act, reason, async (tx) => {
        requireUnstamped(reason)
        const text = await tx.text(reason)
        const version = await store.update(tx.trx, meetingId, { status: 'waived', reasonText: text.$text })
        tx.append({ kind: 'conclusionNotice.waived', data: { reason: text }, audience: office })
        return { version, status: 'waived' }
      }),

    due: async ({ personId }: Caller): Promise<{ notices: DueNotice[] }> => ({ notices: await store.due(db, personId, localDay(now()), DUE_ROWS) }),
  }
}

export type ConclusionNotices = ReturnType<typeof createNotices>

/** SHA-256, in hexadecimal, of the text as canonical JSON (RFC 8785): what the journal keeps of it. */
export const fingerprint = (content: MinutesContent): string => sha256(canonical(content)).toString('hex')
