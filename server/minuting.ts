import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { MINUTES_CLOSED } from '../protocol/minutes-text.ts'
import type { Issuing } from './issuing/issuing.ts'
import type { Press } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import { createMinutes } from './minutes/minutes.ts'
import { createMinutesReview } from './minutes/review.ts'
import { mountMinutes } from './minutes/routes.ts'
import { createMinutesSource, type MinutesSourceDeps } from './minutes/source.ts'
import { createMinutesStore } from './minutes/store.ts'
import { isSoundText } from './minutes/text.ts'
import { reviewAsked } from './minutes/words.ts'
import type { Notices } from './notices/notices.ts'
import type { MountRoute } from './platform/contract.ts'
import { createSharedTexts, type SharedTextsDeps } from './texts/shared.ts'

export interface MinutingDeps extends Pick<MinutesSourceDeps, 'bodies'> {
  db: Knex
  journal: Journal
  access: MeetingAccess
  people(ids: readonly string[], trx?: Knex): ReturnType<MinutesSourceDeps['people']>
  issuing: Issuing
  /** Known once everything is wired. */
  sendNotices: Notices['send']
  press: Pick<Press, 'deliver'>
  log: SharedTextsDeps['log'] & Pick<Logger, 'warn'>
  now?: (() => Date) | undefined
}

/** Minutes that are written together: their text, the review, and the paper that they become. */
export function createMinuting({ db, journal, access, people, bodies, issuing, sendNotices, press, log, now = () => new Date() }: MinutingDeps) {
  const store = createMinutesStore(db)
  const source = createMinutesSource({ journal, people, bodies, now })
  const minutes = createMinutes({
    db, journal, access, store, source, issuing, now,
    show: (meetingId, update) => texts.show(meetingId, update),
  })
  const review = createMinutesReview({
    journal, access, store, source, minutes, issuing,
    async tell(tx, state, dueAt, round) {
      if (!state.facts) return
      // What is said of a meeting with a state secret in it stays inside.
      const secret = state.agenda.some(({ classified }) => classified)
      const title = secret ? null : (await tx.bodies(state.facts.title))[state.facts.title.$text] ?? null
      const readers = state.participants.filter(({ personId, itemsOnly }) => !itemsOnly && personId !== tx.actorId)
      await sendNotices(tx.trx, readers.map(({ personId }) => ({
        personId, kind: 'minutes.reviewOpened', topic: `meeting:${tx.meetingId}`, link: `/meetings/${tx.meetingId}/minutes`,
        dedupeKey: `minutes.reviewOpened:${tx.meetingId}:${round}`, words: reviewAsked(title, dueAt),
      })))
    },
  })
  const texts = createSharedTexts<'edit'>({
    closed: MINUTES_CLOSED, modeIn: minutes.modeIn, load: minutes.load, append: minutes.append, keep: minutes.keep,
    isSound: ({ after }) => isSoundText(after),
  }, { journal, people, log })
  return {
    minutes, review, texts,
    mountRoutes(route: MountRoute): void { mountMinutes(route, { minutes, review }, press) },
  }
}
