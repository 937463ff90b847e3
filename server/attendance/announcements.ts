import type { TextBodies } from '../../protocol/journal.ts'
import { changesBetween, concernedBy, type ChangeValue, type MeetingChange, type Programme } from '../../protocol/meeting-changes.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import type { JournalTx } from '../journal/journal.ts'
import type { CalendarEvent } from '../notices/calendar.ts'
import type { NewNotice, Notices } from '../notices/notices.ts'
import type { AnswerLinks } from './answer-links.ts'
import { answerLabel, calledOff, changed, changeLine, invited, pushed, reminder, substituteAsked, substituteDecided, type Sent } from './invitation-words.ts'
import { itemsFor, outward, takesPart, type Outward } from './outward.ts'

/** Names each calendar entry of a meeting for ever. */
export const uidOf = (meetingId: string) => `${meetingId}@nghi-su`
export const topicOf = (meetingId: string) => `meeting:${meetingId}`
/** The kind of the notice that brings the paper: how far its mail is stands in the office's table. */
export const INVITED = 'invitation.issued'

export interface AnnouncementsDeps {
  notices: Pick<Notices, 'send'>
  links: AnswerLinks
}

/** A paper as its mail tells of it. */
export interface Told { number: string, prepare: string, contact: string, replaces: string | null }

/** The meeting as it is told of: what its journal says, the bodies of its texts, the body's name. */
export interface Scene { meetingId: string, state: MeetingState, texts: TextBodies, body: string }

/** What of a meeting stands still until it is told again. */
export function programmeOf({ facts, agenda, documents, participants, postponement, cancellation, status }: MeetingState): Programme {
  return { facts, agenda, documents, participants, postponement, cancellation, status }
}

/** What people are sent of a meeting: each what they may see, and nothing of what may not leave the product. */
export function createAnnouncements({ notices, links }: AnnouncementsDeps) {
  const about = ({ state, texts, body }: Scene, participant: Participant): Sent => ({ meeting: outward(state, texts, participant), body })

  function event({ meetingId, body }: Scene, meeting: Outward, sequence: number, cancelled = false): CalendarEvent {
    return {
      uid: uidOf(meetingId), sequence, startsAt: meeting.startsAt, minutes: meeting.minutes, place: meeting.place, organizer: body, cancelled,
      title: meeting.title ?? body, text: meeting.items.map(({ number, title }) => `${number}. ${title}`).join('\n'), link: `/meetings/${meetingId}`,
    }
  }

  async function answerButton({ meetingId, state }: Scene, personId: string): Promise<NonNullable<NewNotice['buttons']>> {
    if (!state.facts) return []
    return [{ path: await links.path(personId, meetingId, state.facts.startsAt), label: answerLabel }]
  }

  const base = (scene: Scene, personId: string, kind: string, key: string) => ({
    personId, kind, topic: topicOf(scene.meetingId), link: `/meetings/${scene.meetingId}`, dedupeKey: `${kind}:${scene.meetingId}:${key}`,
  })

  async function invitation(scene: Scene, participant: Participant, paper: Told, sequence: number): Promise<NewNotice> {
    const sent = about(scene, participant)
    return {
      ...base(scene, participant.personId, INVITED, String(sequence)), words: invited(sent, paper), push: pushed(sent, 'invited'),
      buttons: await answerButton(scene, participant.personId),
      calendar: { method: 'REQUEST', event: event(scene, sent.meeting, sequence) },
    }
  }

  function offNotice(scene: Scene, participant: Participant, why: Parameters<typeof calledOff>[1], reason: string | null, sequence: number): NewNotice {
    const sent = about(scene, participant)
    return {
      ...base(scene, participant.personId, `invitation.${why}`, String(sequence)), words: calledOff(sent, why, reason), push: pushed(sent, 'calledOff'),
      calendar: { method: 'CANCEL', event: event(scene, sent.meeting, sequence, true) },
    }
  }

  /** The lines that a participant is sent of these changes. */
  function linesFor(scene: Scene, changes: readonly { change: MeetingChange, concerned: ReadonlySet<string> }[], before: Programme, participant: Participant) {
    const { state, texts } = scene
    const visible = new Set([...itemsFor(before.agenda, participant), ...itemsFor(state.agenda, participant)]
      .filter(({ classified }) => !classified).map(({ itemId }) => itemId))
    const secret = [...before.agenda, ...state.agenda].some(({ classified }) => classified)
    const own = changes.filter(({ change, concerned }) => concerned.has(participant.personId) && (!('itemId' in change) || visible.has(change.itemId)))
    const lines = own.flatMap(({ change }) => {
      const text = (value: ChangeValue) => {
        if (typeof value !== 'object' || value === null) return null
        return secret && change.kind === 'fact' && change.field === 'title' ? null : texts[value.$text] ?? null
      }
      return changeLine(change, text) ?? []
    })
    return { vi: lines.map(({ vi }) => vi), en: lines.map(({ en }) => en) }
  }

  return {
    /** The paper, to everybody who takes part; returns to how many. */
    async issued(tx: JournalTx, scene: Scene, paper: Told, sequence: number): Promise<number> {
      const { agenda, participants } = scene.state
      const people = participants.filter((participant) => takesPart(agenda, participant))
      await notices.send(tx.trx, await Promise.all(people.map((participant) => invitation(scene, participant, paper, sequence))))
      return people.length
    },

    /**
     * What has changed since people were told last: the paper to whom it is new for, what is off to whom it is off for, and to
     * the others what concerns them. Returns how many were told, 0 where nothing concerns anybody.
     */
    async changes(tx: JournalTx, scene: Scene, before: Programme, paper: Told, options: { sequence: number, again: boolean }): Promise<number> {
      const { sequence, again } = options
      const { state, texts } = scene
      const tookPart = new Set(before.participants.filter((one) => takesPart(before.agenda, one)).map(({ personId }) => personId))
      const now = state.participants.filter((one) => takesPart(state.agenda, one))
      const present = new Set(now.map(({ personId }) => personId))
      if (state.status === 'cancelled' || state.status === 'postponed') {
        const ref = state.status === 'cancelled' ? state.cancellation?.reason : state.postponement?.reason
        const reason = ref ? texts[ref.$text] ?? null : null
        const off = state.status
        return await notices.send(tx.trx, now.map((participant) => offNotice(scene, participant, off, reason, sequence)))
      }
      const changes = changesBetween(before, state, texts).map((change) => ({ change, concerned: new Set(concernedBy(change, before, state)) }))
      const told: NewNotice[] = before.participants.filter(({ personId }) => tookPart.has(personId) && !present.has(personId))
        // Of what they were invited for, and not of what became of it.
        .map((participant) => offNotice({ ...scene, state: { ...state, agenda: before.agenda } }, participant, 'notInvited', null, sequence))
      for (const participant of now) {
        if (!tookPart.has(participant.personId)) {
          told.push(await invitation(scene, participant, paper, sequence))
          continue
        }
        const lines = linesFor(scene, changes, before, participant)
        if (!lines.vi.length && !again) continue
        const sent = about(scene, participant)
        told.push({
          ...base(scene, participant.personId, 'invitation.changed', String(sequence)), words: changed(sent, lines, again), push: pushed(sent, 'changed'),
          buttons: await answerButton(scene, participant.personId), calendar: { method: 'REQUEST', event: event(scene, sent.meeting, sequence) },
        })
      }
      return await notices.send(tx.trx, told)
    },

    /** `key` names the occasion: the same one reminds a person once. Returns how many were reminded. */
    async remind(tx: JournalTx, scene: Scene, people: readonly { participant: Participant, silent: boolean }[], key: string): Promise<number> {
      return await notices.send(tx.trx, await Promise.all(people.map(async ({ participant, silent }): Promise<NewNotice> => {
        const sent = about(scene, participant)
        return {
          ...base(scene, participant.personId, 'invitation.reminder', key), words: reminder(sent, silent), push: pushed(sent, 'reminder'),
          buttons: silent ? await answerButton(scene, participant.personId) : [],
        }
      })))
    },

    /** To those who may agree. */
    async substituteAsked(
      tx: JournalTx, scene: Scene, deciding: readonly Participant[], request: { personId: string, name: string, substitute: string },
    ): Promise<void> {
      await notices.send(tx.trx, deciding.map((participant): NewNotice => {
        const sent = about(scene, participant)
        return {
          ...base(scene, participant.personId, 'invitation.substituteAsked', `${request.personId}:${tx.at.toISOString()}`),
          words: substituteAsked(sent, request.name, request.substitute), push: pushed(sent, 'substitute'),
        }
      }))
    },

    /** To the one who asked; the substitute gets the paper with the changes that are told next. */
    async substituteDecided(tx: JournalTx, scene: Scene, participant: Participant, substitute: string, agreed: boolean): Promise<void> {
      const sent = about(scene, participant)
      await notices.send(tx.trx, [{
        ...base(scene, participant.personId, 'invitation.substituteDecided', tx.at.toISOString()),
        words: substituteDecided(sent, substitute, agreed), push: pushed(sent, 'substitute'),
        buttons: agreed ? [] : await answerButton(scene, participant.personId),
      }])
    },
  }
}

export type Announcements = ReturnType<typeof createAnnouncements>
