import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { REMIND_AGAIN_MINUTES } from '../../protocol/invitations.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOffice, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Jobs } from '../platform/jobs.ts'
import { programmeOf, type Announcements, type Scene } from './announcements.ts'
import { toldOf, type InvitationsStore, type Round } from './invitations.ts'
import { takesPart } from './outward.ts'

/** The queue in which changes of programmes come to rest, and reminders come due. */
export const ROUNDS = 'attendance.rounds'

export interface RoundsStore extends Pick<InvitationsStore, 'issued' | 'round' | 'putRound'> {
  /** When what has changed is told; null: there is nothing to tell. */
  setDue(trx: Knex.Transaction, meetingId: string, dueAt: Date | null): Promise<void>
  due(db: Knex, now: Date): Promise<string[]>
  setReminded(trx: Knex.Transaction, meetingId: string, at: Date): Promise<void>
  bodyOf(trx: Knex.Transaction, meetingId: string): Promise<string>
}

export interface RoundsDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  access: Pick<MeetingAccess, 'change' | 'whenChanged'>
  store: RoundsStore
  announcements: Pick<Announcements, 'changes' | 'remind'>
  jobs: Jobs
  bodies(ids: readonly string[], trx?: Knex): Promise<BodyRecord[]>
  log: Pick<Logger, 'warn'>
  now?: () => Date
}

/** Entries of an invited meeting after which people are told something: at once, or once the programme has come to rest. */
const AT_ONCE = new Set(['meeting.changed', 'meeting.postponed', 'meeting.rescheduled', 'meeting.cancelled', 'meeting.participantAdded', 'invitation.substituteEnded'])
const AT_REST = /^(agenda\.(itemAdded|itemChanged|itemRemoved|ordered|guestsSet)|documents\.(attached|removed))$/
/** Edits that come one after another make one mail. */
const REST_MS = 10 * 60_000
/** Shortly before a meeting nothing waits. */
const NEAR_MS = 2 * 3600_000

/** Whether somebody has still to answer: never did, did for another start or form, or named a substitute whom the chair declined. */
function isSilent(state: MeetingState, participant: Participant, askedAt: string): boolean {
  if (participant.substituteFor !== undefined) return false
  const answer = state.invitations.answers[participant.personId]
  if (!answer || answer.substitute?.decision === 'declined') return true
  return answer.at < askedAt
}

const isAbsent = (state: MeetingState, { personId }: Participant): boolean => state.invitations.answers[personId]?.answer === 'absent'
/** Somebody attends in their place. */
const isReplaced = (state: MeetingState, { personId }: Participant): boolean => state.participants.some((one) => one.substituteFor === personId)

/** Whom a reminder goes to: never to the absent, nor to whom somebody replaces. */
function toRemind(state: MeetingState, askedAt: string, whom: 'silent' | 'expected'): { participant: Participant, silent: boolean }[] {
  return state.participants
    .filter((one) => takesPart(state.agenda, one) && !isAbsent(state, one) && !isReplaced(state, one))
    .map((participant) => ({ participant, silent: isSilent(state, participant, askedAt) }))
    .filter(({ silent }) => whom === 'expected' || silent)
}

/** What people are told of an invited meeting after the paper: changes, that it is off, and reminders of the office. */
export function createRounds({ db, journal, access, store, announcements, jobs, bodies, log, now = () => new Date() }: RoundsDeps) {
  async function sceneOf(tx: JournalTx, { told }: Pick<Round, 'told'>): Promise<Scene> {
    const state = await tx.state(meetingReducer)
    const [body] = await bodies([await store.bodyOf(tx.trx, tx.meetingId)], tx.trx)
    if (!body) throw new Error('a meeting of no body')
    return { meetingId: tx.meetingId, state, texts: await tx.bodies([state, told]), body: body.name }
  }

  /** Tells what differs from what was told last. Before the opening only: from then on everybody sees it happen. */
  async function tell(tx: JournalTx): Promise<void> {
    const round = await store.round(tx.trx, tx.meetingId)
    const [paper] = await store.issued(tx.trx, tx.meetingId)
    if (!round || !paper) return
    await store.setDue(tx.trx, tx.meetingId, null)
    const scene = await sceneOf(tx, round)
    const { state } = scene
    if (state.status === 'live' || state.status === 'closed' || round.told.status === 'cancelled') return
    const sequence = round.sequence + 1
    const again = state.status === 'published' && (round.told.status === 'postponed'
      || round.told.facts?.startsAt !== state.facts?.startsAt || round.told.facts?.mode !== state.facts?.mode)
    const people = await announcements.changes(tx, scene, round.told, toldOf(paper), { sequence, again })
    const askedAt = again ? tx.at : round.askedAt
    await store.putRound(tx.trx, tx.meetingId, { sequence: people ? sequence : round.sequence, told: programmeOf(state), askedAt })
    if (people) tx.append({ kind: 'invitation.changesSent', data: { sequence, people, again }, audience: { scope: 'office' } })
  }

  access.whenChanged(async (tx, kinds) => {
    const atOnce = kinds.some((kind) => AT_ONCE.has(kind))
    if (!atOnce && !kinds.some((kind) => AT_REST.test(kind))) return
    if (!await store.round(tx.trx, tx.meetingId)) return
    const { status, facts } = await tx.state(meetingReducer)
    if (status === 'live' || status === 'closed' || !facts) return
    if (atOnce || Date.parse(facts.startsAt) - tx.at.getTime() < NEAR_MS) return await tell(tx)
    await store.setDue(tx.trx, tx.meetingId, new Date(tx.at.getTime() + REST_MS))
    await jobs.wake(tx.trx, ROUNDS)
  })

  return {
    /** Reminds those who have not answered. Throws `invitationNotIssued`, `remindedLately`, `nobodySilent`, and as a change does. */
    async remindSilent(meetingId: string, caller: Caller, { key, again }: { key: string, again: boolean }): Promise<{ reminded: number }> {
      return await access.change(meetingId, caller, requireOffice, { key, fingerprint: ['invitation:remind', again] }, async (tx, { meeting }) => {
        requirePublished(meeting, 'live')
        const round = await store.round(tx.trx, meetingId)
        if (!round) throw new AppError('invitationNotIssued')
        const { remindedAt } = round
        if (remindedAt && !again && tx.at.getTime() - remindedAt.getTime() < REMIND_AGAIN_MINUTES * 60_000) {
          throw new AppError('remindedLately', { at: remindedAt.toISOString() })
        }
        const scene = await sceneOf(tx, round)
        const people = toRemind(scene.state, round.askedAt.toISOString(), 'silent')
        if (!people.length) throw new AppError('nobodySilent')
        const reminded = await announcements.remind(tx, scene, people, `office:${tx.at.toISOString()}`)
        await store.setReminded(tx.trx, meetingId, tx.at)
        tx.append({ kind: 'invitation.reminded', data: { people: reminded, rule: null }, audience: { scope: 'office' } })
        return { reminded }
      })
    },

    /** A reminder by rule, in the transaction that notes it as done. */
    async remindByRule(tx: JournalTx, rule: { id: string, whom: 'silent' | 'expected' }): Promise<void> {
      const round = await store.round(tx.trx, tx.meetingId)
      if (!round) return
      const scene = await sceneOf(tx, round)
      if (scene.state.status !== 'published' || !scene.state.facts) return
      const people = toRemind(scene.state, round.askedAt.toISOString(), rule.whom)
      const reminded = await announcements.remind(tx, scene, people, `${rule.id}:${scene.state.facts.startsAt}`)
      if (reminded) tx.append({ kind: 'invitation.reminded', data: { people: reminded, rule: rule.id }, audience: { scope: 'office' } })
    },

    /** Tells the changes of programmes that have come to rest. */
    async tellDue(): Promise<void> {
      for (const meetingId of await store.due(db, now())) {
        await journal.run(meetingId, { actorId: null, at: now() }, tell)
          .catch((err: unknown) => { log.warn({ meetingId, err }, 'changes of a programme could not be told; tried again') })
      }
    },
  }
}

export type Rounds = ReturnType<typeof createRounds>
