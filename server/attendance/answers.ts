import type { Knex } from 'knex'
import { isPresent } from '../../protocol/attendance.ts'
import type { Person } from '../../protocol/identity.ts'
import type { AnswerKind, AnswerVia } from '../../protocol/invitation-entries.ts'
import { answersFor, type LinkedInvitation, type OwnAnswer, type WaitingInvitation } from '../../protocol/invitations.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireOffice, type Access, type MeetingAccess, type Permission } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tellAbsence } from './absences.ts'
import type { Announcements, Scene } from './announcements.ts'

export interface KeptAnswer {
  answer: AnswerKind
  via: AnswerVia
  answeredAt: Date
  reasonText: string | null
  substituteId: string | null
  decision: 'waiting' | 'agreed' | 'declined' | null
}

/** Answers as they stand. Changes of one meeting follow one another under its journal's lock. */
export interface AnswersStore {
  own(db: Knex, meetingId: string, personId: string): Promise<(KeptAnswer & { reason: string | null }) | null>
  /** Null: there is none any more. */
  put(trx: Knex.Transaction, meetingId: string, personId: string, answer: KeptAnswer | null): Promise<void>
  decide(trx: Knex.Transaction, meetingId: string, personId: string, decision: 'agreed' | 'declined'): Promise<void>
  /** A participant from now on, or otherwise than so far. */
  putParticipant(trx: Knex.Transaction, meetingId: string, participant: Participant): Promise<void>
  /** Soonest first. */
  waiting(db: Knex, personId: string): Promise<WaitingInvitation[]>
  /** Requests that this person may decide, as chair or as who presides. */
  toDecide(db: Knex, personId: string): Promise<{ meetingId: string, title: string, startsAt: string, personId: string, substituteId: string }[]>
  /** The title is empty where it may not leave the product. */
  textsFor(db: Knex, meetingId: string): Promise<{ title: string, place: string } | null>
}

export interface AnswersDeps {
  db: Knex
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: AnswersStore
  announcements: Pick<Announcements, 'substituteAsked' | 'substituteDecided'>
  /** Over `trx` where one is given, so that a command never waits for a second connection. */
  people(ids: readonly string[], trx?: Knex): Promise<Person[]>
  bodies(ids: readonly string[], trx?: Knex): Promise<BodyRecord[]>
  /** Who is a guest of which item. */
  guests: { put(tx: JournalTx, meeting: Access['meeting'], itemId: string, personIds: readonly string[]): Promise<void> }
}

export interface Answering { key: string, personId: string, answer: AnswerKind, reason: string, substituteId?: string | undefined }

const office = { scope: 'office' } as const
const everyone = { scope: 'meeting' } as const

/** One answers for oneself; chair and clerk for whoever told them. */
const mayAnswerFor = (personId: string): Permission => (access) => {
  if (access.viewer.personId !== personId) requireOffice(access)
}

/** The chair, and who presides in the chair's place. */
const mayDecide: Permission = ({ role, presides }) => {
  if (role !== 'chair' && !presides) throw new AppError('forbiddenInMeeting', { role })
}

/** Answers to invitations, and who attends in whose place. */
export function createAnswers({ db, access, store, announcements, people, bodies, guests }: AnswersDeps) {
  async function bodyOf(meeting: Access['meeting'], trx?: Knex): Promise<BodyRecord> {
    const [body] = await bodies([meeting.bodyId], trx)
    if (!body) throw new Error('a meeting of no body')
    return body
  }

  function participantOf(state: MeetingState, personId: string): Participant {
    const participant = state.participants.find((one) => one.personId === personId)
    if (!participant) throw new AppError('notParticipant')
    return participant
  }

  async function sceneOf(tx: JournalTx, meeting: Access['meeting']): Promise<Scene> {
    const state = await tx.state(meetingReducer)
    return { meetingId: tx.meetingId, state, texts: await tx.bodies(state), body: (await bodyOf(meeting, tx.trx)).name }
  }

  /** Whom somebody names: a person who does not take part anyway. */
  async function requireSubstitute(tx: JournalTx, state: MeetingState, personId: string, substituteId: string): Promise<Person> {
    const [person] = await people([substituteId], tx.trx)
    if (!person || person.kind !== 'person') throw new AppError('personNotFound')
    const known = state.participants.find((one) => one.personId === substituteId)
    if (known && known.substituteFor !== personId) throw new AppError('alreadyParticipant')
    return person
  }

  /** Changes the guests of the items that somebody is a guest of. */
  async function besideInItems(
    tx: JournalTx, meeting: Access['meeting'], { agenda }: MeetingState, personId: string, change: (guests: readonly string[]) => string[],
  ): Promise<void> {
    for (const item of agenda) {
      if (item.guests.includes(personId) && !item.classified) await guests.put(tx, meeting, item.itemId, change(item.guests))
    }
  }

  /** Whoever attended in a person's place does so no longer, and has no part in the meeting. */
  async function endSubstitutes(tx: JournalTx, meeting: Access['meeting'], state: MeetingState, personId: string): Promise<void> {
    for (const { substituteFor, ...participant } of state.participants) {
      if (substituteFor !== personId) continue
      await besideInItems(tx, meeting, state, participant.personId, (invited) => invited.filter((id) => id !== participant.personId))
      // A guest of single items of which there is none sees nothing any more, from this entry on.
      const out: Participant = { ...participant, role: 'guest', voting: false, itemsOnly: true }
      await store.putParticipant(tx.trx, tx.meetingId, out)
      await store.put(tx.trx, tx.meetingId, participant.personId, null)
      tx.append({ kind: 'meeting.participantAdded', data: { participant: out }, audience: everyone })
      tx.append({ kind: 'invitation.substituteEnded', data: { personId, substituteId: participant.personId }, audience: everyone })
    }
  }

  /**
   * Notes an answer in the transaction at hand; the same one again writes nothing. Ends what an earlier answer led to.
   * `answer` null: a report of absence is withdrawn.
   */
  async function note(
    tx: JournalTx, meeting: Access['meeting'], personId: string,
    { answer, reason, via, substitute }: { answer: AnswerKind | null, reason: string, via: AnswerVia, substitute?: Person | undefined },
  ): Promise<boolean> {
    const state = await tx.state(meetingReducer)
    const standing = state.invitations.answers[personId]
    const told = await tellAbsence(tx, state.attendance, personId, answer === 'absent' ? reason : '')
    const same = (standing?.answer ?? null) === answer && (standing?.substitute?.personId ?? null) === (substitute?.id ?? null)
      && standing?.substitute?.decision !== 'declined'
    // Given anew after people were asked again it counts anew.
    if (same && !told && !(answer !== null && standing !== undefined && standing.at < (state.invitations.againAt ?? ''))) return false
    if (standing?.substitute && standing.substitute.personId !== substitute?.id) await endSubstitutes(tx, meeting, state, personId)
    const reasonRef = (await tx.state(meetingReducer)).attendance.reasons[personId]
    await store.put(tx.trx, tx.meetingId, personId, answer && {
      answer, via, answeredAt: tx.at, reasonText: answer === 'absent' ? reasonRef?.$text ?? null : null,
      substituteId: substitute?.id ?? null, decision: substitute ? 'waiting' : null,
    })
    tx.append({
      kind: 'invitation.answered', audience: office,
      data: { personId, answer, via, substitute: substitute ? { personId: substitute.id, name: await tx.text(`${substitute.fullName}, ${substitute.office}`) } : null },
    })
    return true
  }

  async function answer(meetingId: string, caller: Pick<Caller, 'personId'>, given: Answering, via: AnswerVia): Promise<void> {
    const { key, personId, answer: kind, reason, substituteId } = given
    const options = { key, fingerprint: ['invitation:answer', personId, kind, reason, substituteId ?? null] }
    await access.change(meetingId, caller, mayAnswerFor(personId), options, async (tx, { meeting }) => {
      requirePublished(meeting, 'live')
      const state = await tx.state(meetingReducer)
      const participant = participantOf(state, personId)
      // Who attends for somebody else sends nobody in turn.
      const offered = answersFor(meeting.mode).filter((one) => one !== 'substitute' || participant.substituteFor === undefined)
      if (!offered.includes(kind)) throw new AppError('answerNotOffered', { mode: meeting.mode })
      if (kind === 'absent' && isPresent(state.attendance, personId)) throw new AppError('alreadyPresent')
      if (kind === 'absent' && !reason && (await bodyOf(meeting, tx.trx)).rules.absences.reasonRequired) throw new AppError('reasonRequired')
      const substitute = substituteId === undefined ? undefined : await requireSubstitute(tx, state, personId, substituteId)
      const by = caller.personId === personId ? via : 'office'
      if (!await note(tx, meeting, personId, { answer: kind, reason, via: by, substitute }) || !substitute) return
      const scene = await sceneOf(tx, meeting)
      const [person] = await people([personId], tx.trx)
      const deciding = scene.state.participants.filter((one) => one.role === 'chair' || one.personId === scene.state.order.presiding)
      await announcements.substituteAsked(tx, scene, deciding, { personId, name: person?.fullName ?? '', substitute: `${substitute.fullName}, ${substitute.office}` })
    })
  }

  return {
    answer,

    /**
     * A report of absence, of oneself or by the office, is an answer, and withdrawn it is none; once the meeting is open it is an
     * absence alone.
     */
    async noteAbsence(tx: JournalTx, meeting: Access['meeting'], personId: string, reason: string): Promise<void> {
      const state = await tx.state(meetingReducer)
      const withdrawn = reason === '' && state.invitations.answers[personId]?.answer !== 'absent'
      if (meeting.status !== 'published' || withdrawn) return void await tellAbsence(tx, state.attendance, personId, reason)
      await note(tx, meeting, personId, { answer: reason ? 'absent' : null, reason, via: tx.actorId === personId ? 'product' : 'office' })
    },

    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `notParticipant`, `substituteNotAsked`, and what says that the meeting is
     * past it.
     */
    async decideSubstitute(meetingId: string, caller: Caller, given: { key: string, personId: string, substituteId: string, agreed: boolean }): Promise<void> {
      const { key, personId, substituteId, agreed } = given
      const options = { key, fingerprint: ['invitation:decideSubstitute', personId, substituteId, agreed] }
      await access.change(meetingId, caller, mayDecide, options, async (tx, { meeting }) => {
        requirePublished(meeting, 'live')
        const state = await tx.state(meetingReducer)
        const participant = participantOf(state, personId)
        const asked = state.invitations.answers[personId]?.substitute
        if (asked?.personId !== substituteId || asked.decision !== 'waiting') throw new AppError('substituteNotAsked')
        const person = await requireSubstitute(tx, state, personId, substituteId)
        await store.decide(tx.trx, meetingId, personId, agreed ? 'agreed' : 'declined')
        tx.append({ kind: agreed ? 'invitation.substituteAgreed' : 'invitation.substituteDeclined', data: { personId, substituteId }, audience: office })
        if (agreed) {
          const rule = (await bodyOf(meeting, tx.trx)).rules.substitutes
          const substitute: Participant = {
            personId: substituteId, role: participant.role === 'guest' ? 'guest' : 'member', office: person.office,
            voting: participant.voting && rule.mayVote, rank: participant.rank, substituteFor: personId,
            ...participant.itemsOnly ? { itemsOnly: true } : {},
          }
          await store.putParticipant(tx.trx, meetingId, substitute)
          tx.append({ kind: 'meeting.participantAdded', data: { participant: substitute }, audience: everyone })
          await besideInItems(tx, meeting, state, personId, (invited) => [...invited, substituteId])
        }
        await announcements.substituteDecided(tx, await sceneOf(tx, meeting), participant, `${person.fullName}, ${person.office}`, agreed)
      })
    },

    /** A person's own answer; null where there is none. */
    async own(meetingId: string, personId: string): Promise<OwnAnswer | null> {
      const kept = await store.own(db, meetingId, personId)
      if (!kept) return null
      const [substitute] = kept.substituteId ? await people([kept.substituteId]) : []
      return {
        answer: kept.answer, at: kept.answeredAt.toISOString(), via: kept.via, reason: kept.reason ?? '',
        substitute: substitute && kept.decision
          ? { personId: substitute.id, fullName: substitute.fullName, office: substitute.office, decision: kept.decision }
          : null,
      }
    },

    /** What waits for the caller: invitations to answer, substitutes to decide. */
    async waiting({ personId }: Caller) {
      const [invitations, asked] = await Promise.all([store.waiting(db, personId), store.toDecide(db, personId)])
      const known = new Map((await people(asked.flatMap((one) => [one.personId, one.substituteId]))).map((person) => [person.id, person]))
      return {
        invitations,
        substitutes: asked.map((one) => ({
          ...one, fullName: known.get(one.personId)?.fullName ?? '', substituteName: known.get(one.substituteId)?.fullName ?? '',
          substituteOffice: known.get(one.substituteId)?.office ?? '',
        })),
      }
    },

    /** What the page of a mail's link shows. Throws `linkInvalid` for who has no part in the meeting any more. */
    async linked(meetingId: string, personId: string): Promise<LinkedInvitation> {
      const found = await access.accessTo(meetingId, { personId }).catch((error: unknown) => {
        // A database that is away makes no link invalid.
        if (error instanceof AppError && error.code === 'meetingNotFound') throw new AppError('linkInvalid')
        throw error
      })
      const [[person], texts] = await Promise.all([people([personId]), store.textsFor(db, meetingId)])
      if (!person || !texts) throw new AppError('linkInvalid')
      const { meeting } = found
      const [body, kept] = await Promise.all([bodyOf(meeting), store.own(db, meetingId, personId)])
      return {
        fullName: person.fullName, title: texts.title, place: texts.place, bodyName: body.name, startsAt: meeting.startsAt.toISOString(),
        plannedMinutes: meeting.plannedMinutes, mode: meeting.mode, status: meeting.status, meetingId, reasonRequired: body.rules.absences.reasonRequired,
        answer: kept?.answer ?? null, open: meeting.status === 'published',
      }
    },
  }
}

export type Answers = ReturnType<typeof createAnswers>
