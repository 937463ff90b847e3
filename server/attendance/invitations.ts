import type { Knex } from 'knex'
import { symbolOf } from '../../protocol/bodies.ts'
import { localDay } from '../../protocol/calendar.ts'
import type { Person } from '../../protocol/identity.ts'
import type { InvitationText, Invitation } from '../../protocol/invitations.ts'
import type { TextBodies } from '../../protocol/journal.ts'
import { changesBetween, type Programme } from '../../protocol/meeting-changes.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import { officialYear } from '../issuing/dates.ts'
import type { Issuing } from '../issuing/issuing.ts'
import { registeredNumber, type Paper } from '../issuing/paper.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { Journal } from '../journal/journal.ts'
import { requireOffice, type Access, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore, requirePublished } from '../meetings/meetings.ts'
import type { Notices } from '../notices/notices.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { INVITED, programmeOf, topicOf, type Announcements, type Told } from './announcements.ts'
import type { Answers } from './answers.ts'
import { invitationPaper, proposedText, sheetOf, type InvitationSheet } from './invitation-paper.ts'

export interface IssueRecord { id: string, number: number, issuedAt: Date, sheet: InvitationSheet }

/** What people were told of a meeting last. */
export interface Round {
  sequence: number
  told: Programme
  /** Answers of before wait for being given again. */
  askedAt: Date
  remindedAt: Date | null
}

/** Changes of one meeting follow one another under its journal's lock. */
export interface InvitationsStore {
  draft(db: Knex, meetingId: string): Promise<{ version: number, text: InvitationText } | null>
  saveDraft(trx: Knex.Transaction, meetingId: string, draft: { version: number, text: InvitationText }, at: Date): Promise<void>
  /** Latest first. */
  issued(db: Knex, meetingId: string): Promise<IssueRecord[]>
  /** The id is that of the paper in the register. */
  insert(trx: Knex.Transaction, meetingId: string, bodyId: string, issue: IssueRecord, numberYear: number): Promise<void>
  round(db: Knex, meetingId: string): Promise<Round | null>
  putRound(trx: Knex.Transaction, meetingId: string, round: Omit<Round, 'remindedAt'>): Promise<void>
}

export interface InvitationsDeps {
  db: Knex
  journal: Pick<Journal, 'snapshot'>
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: InvitationsStore
  answers: Pick<Answers, 'own'>
  announcements: Pick<Announcements, 'issued'>
  /** Numbers papers and keeps them in the register. */
  issuing: Pick<Issuing, 'issue' | 'isInForce' | 'nextNumber' | 'templateFor'>
  notices: Pick<Notices, 'mailStates'>
  /** These two read over `trx` where one is given, so that a command never waits for a second connection. */
  people(ids: readonly string[], trx?: Knex): Promise<Person[]>
  bodies(ids: readonly string[], trx?: Knex): Promise<BodyRecord[]>
  now?: () => Date
}

/** Why the paper before is in force no longer. */
const REPLACED = 'Thay thế bằng giấy mời mới'

interface Material { state: MeetingState, texts: TextBodies, body: BodyRecord, people: readonly Person[] }

/** How the number of an issued paper is written: `12-GM/TU`, `12/GM-UBND`. */
export function numberOf(number: number, { letterhead, symbol }: Pick<InvitationSheet, 'letterhead' | 'symbol'>): string {
  return `${registeredNumber(number)}${letterhead.style === 'party' ? '-' : '/'}${symbol}`
}

export const toldOf = ({ number, sheet }: Pick<IssueRecord, 'number' | 'sheet'>): Told => ({
  number: numberOf(number, sheet), prepare: sheet.text.prepare, contact: sheet.text.contact, replaces: sheet.replaces,
})

/** Giấy mời: written by the office, numbered, issued, and sent to everybody who takes part. */
export function createInvitations(deps: InvitationsDeps) {
  const { db, journal, access, store, answers, announcements, issuing, notices, people, bodies, now = () => new Date() } = deps

  async function bodyOf(bodyId: string, trx?: Knex): Promise<BodyRecord> {
    const [body] = await bodies([bodyId], trx)
    if (!body) throw new Error('a meeting of no body')
    return body
  }

  /** As its office sees the meeting now. */
  async function materialNow(meetingId: string, { viewer, meeting }: Access): Promise<Material> {
    const [{ state, texts }, body] = await Promise.all([
      journal.snapshot(meetingId, { ...viewer, office: true, items: 'all' }, meetingReducer), bodyOf(meeting.bodyId),
    ])
    return { state, texts, body, people: await people(state.participants.map(({ personId }) => personId)) }
  }

  function proposed({ state, texts, body, people: known }: Material): InvitationText {
    const person = (role: 'chair' | 'clerk') => {
      const participant = state.participants.find((one) => one.role === role)
      return { participant, person: known.find(({ id }) => id === participant?.personId) }
    }
    const { participant, person: chair } = person('chair')
    const title = state.facts ? texts[state.facts.title.$text] ?? '' : ''
    return proposedText({ letterhead: body.letterhead, body: body.name, title, chair, chairOffice: participant?.office ?? '', clerk: person('clerk').person })
  }

  const sheet = (material: Material, text: InvitationText, replaces: string | null): InvitationSheet => sheetOf({
    ...material, letterhead: material.body.letterhead, symbol: symbolOf(material.body, 'invitation'), text, replaces,
  })

  /** The template in force, and what it asks for: a paper keeps it. */
  const templateNow = async (source: Knex, body: BodyRecord, at: Date) =>
    ({ body: body.name, template: await issuing.templateFor(source, body.letterhead.style, 'invitation', localDay(at)) })

  /** The draft as it is now, if nobody saved since `version`; 0: nobody saved at all. */
  async function requireVersion(trx: Knex, meetingId: string, version: number) {
    const draft = await store.draft(trx, meetingId)
    if ((draft?.version ?? 0) !== version) throw new AppError('invitationChanged', { version: draft?.version ?? 0 })
    return draft
  }

  const isOutdated = (told: Programme | undefined, state: MeetingState) =>
    told !== undefined && changesBetween(told, programmeOf(state)).some(({ kind }) => !kind.startsWith('document'))

  async function get(meetingId: string, caller: Caller): Promise<Invitation> {
    const found = await access.accessTo(meetingId, caller)
    const { meeting, viewer } = found
    const [issued, body, round, answer] = await Promise.all([
      store.issued(db, meetingId), bodyOf(meeting.bodyId), store.round(db, meetingId), answers.own(meetingId, caller.personId),
    ])
    const office = viewer.office
    const material = office ? await materialNow(meetingId, found) : null
    const draft = office ? await store.draft(db, meetingId) : null
    const outdated = material !== null && isOutdated(round?.told, material.state)
    return {
      letterhead: body.letterhead, symbol: symbolOf(body, 'invitation'),
      issued: issued.map(({ id, number, issuedAt, sheet: kept }, index) => ({
        id, number: registeredNumber(number), issuedAt: issuedAt.toISOString(), replaces: kept.replaces, outdated: index > 0 || outdated,
      })),
      draft: material && {
        text: draft?.text ?? proposed(material), version: draft?.version ?? 0,
        number: await issuing.nextNumber(db, meeting.bodyId, 'invitation', officialYear(now().toISOString())),
      },
      answer, open: meeting.status === 'published', reasonRequired: body.rules.absences.reasonRequired,
    }
  }

  return {
    /** Throws `meetingNotFound`. */
    get,

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingCancelled`, `meetingAlreadyLive`, `meetingClosed`, `invitationChanged`. */
    async save(meetingId: string, caller: Caller, version: number, text: InvitationText): Promise<{ version: number }> {
      return await access.change(meetingId, caller, requireOffice, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'live')
        await requireVersion(tx.trx, meetingId, version)
        await store.saveDraft(tx.trx, meetingId, { version: version + 1, text }, tx.at)
        const data = { version: version + 1, sha256: sha256(canonical(text)).toString('hex') }
        tx.append({ kind: 'invitation.drafted', data, audience: { scope: 'office' } })
        return { version: version + 1 }
      })
    },

    /**
     * Fixes the paper under the next number of the register and sends it, in one. Throws as `save`, and `meetingNotPublished`,
     * `meetingPostponed`, `paperSecret`, `idempotencyKeyReused`.
     */
    async issue(meetingId: string, caller: Caller, { version, key }: { version: number, key: string }): Promise<Invitation> {
      const options = { key, fingerprint: ['invitation.issue', version] }
      await access.change(meetingId, caller, requireOffice, options, async (tx, { meeting }) => {
        requirePublished(meeting, 'live')
        const draft = await requireVersion(tx.trx, meetingId, version)
        const state = await tx.state(meetingReducer)
        const material = {
          state, texts: await tx.bodies(state), body: await bodyOf(meeting.bodyId, tx.trx),
          people: await people(state.participants.map(({ personId }) => personId), tx.trx),
        }
        const [before] = await store.issued(tx.trx, meetingId)
        const replaces = before ? numberOf(before.number, before.sheet) : null
        const fixed = { ...sheet(material, draft?.text ?? proposed(material), replaces), ...await templateNow(tx.trx, material.body, tx.at) }
        const { paperId, number } = await issuing.issue(tx, {
          bodyId: meeting.bodyId, kind: 'invitation', abstract: fixed.text.abstract, recipients: [],
          content: { chairId: state.participants.find(({ role }) => role === 'chair')?.personId ?? null, clerkId: null, paper: invitationPaper(fixed, null, 'all') },
          ...before && await issuing.isInForce(tx.trx, before.id) ? { replaces: { paperId: before.id, reason: REPLACED } } : {},
        })
        const issue = { id: paperId, number, issuedAt: tx.at, sheet: fixed }
        await store.insert(tx.trx, meetingId, meeting.bodyId, issue, officialYear(tx.at.toISOString()))
        const round = await store.round(tx.trx, meetingId)
        const sequence = (round?.sequence ?? -1) + 1
        await store.putRound(tx.trx, meetingId, { sequence, told: programmeOf(state), askedAt: round?.askedAt ?? tx.at })
        const data = { invitationId: issue.id, number: registeredNumber(number), replaces, sequence, sha256: sha256(canonical(issue.sheet)).toString('hex') }
        tx.append({ kind: 'invitation.issued', data, audience: { scope: 'meeting' } })
        await announcements.issued(tx, { meetingId, state, texts: material.texts, body: material.body.name }, toldOf(issue), sequence)
      })
      return await get(meetingId, caller)
    },

    /** The paper as issued last, or as it would be now. Throws `meetingNotFound`, `forbiddenInMeeting`, `invitationNotIssued`. */
    async paper(meetingId: string, caller: Caller, edition: 'issued' | 'draft'): Promise<Paper> {
      const found = await access.accessTo(meetingId, caller)
      const [latest] = await store.issued(db, meetingId)
      if (edition === 'issued') {
        if (!latest) throw new AppError('invitationNotIssued')
        return invitationPaper(latest.sheet, { number: latest.number, issuedAt: latest.issuedAt.toISOString() }, found.viewer.items)
      }
      requireOffice(found)
      const material = await materialNow(meetingId, found)
      const text = (await store.draft(db, meetingId))?.text ?? proposed(material)
      const drawn = sheet(material, text, latest ? numberOf(latest.number, latest.sheet) : null)
      return invitationPaper({ ...drawn, ...await templateNow(db, material.body, now()) }, null, 'all')
    },

    /** How far the mails of the latest paper are. Throws `meetingNotFound`, `forbiddenInMeeting`. */
    async deliveries(meetingId: string, caller: Caller) {
      requireOffice(await access.accessTo(meetingId, caller))
      const [states, round] = await Promise.all([notices.mailStates(topicOf(meetingId), INVITED), store.round(db, meetingId)])
      return {
        deliveries: [...states].map(([personId, mail]) => ({ personId, mail })), remindedAt: round?.remindedAt?.toISOString() ?? null,
      }
    },
  }
}

export type Invitations = ReturnType<typeof createInvitations>
