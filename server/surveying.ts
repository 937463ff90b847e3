import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Press } from './issuing/press.ts'
import type { NewNotice } from './notices/notices.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Keyring } from './secret-ballots/keyring.ts'
import { createSurveyAccess } from './surveys/access.ts'
import { answeringStore } from './surveys/answering-store.ts'
import { createAnswering } from './surveys/answering.ts'
import { createCounting } from './surveys/counting.ts'
import { surveyReadingStore } from './surveys/reading-store.ts'
import { createReading } from './surveys/reading.ts'
import { createResults } from './surveys/results.ts'
import { createRounds } from './surveys/rounds.ts'
import { mountSurveyAnswers, mountSurveys } from './surveys/routes.ts'
import { surveysStore } from './surveys/store.ts'
import { createSurveys } from './surveys/surveys.ts'
import { createTickets } from './surveys/tickets.ts'

export interface SurveyingDeps {
  db: Knex
  /** Makes and destroys the keys of anonymous rounds, beside those of secret votes. */
  keyring: Keyring
  secret(purpose: string): Buffer
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<number>
  origins: readonly string[]
  log: Pick<Logger, 'warn'>
  now?: (() => Date) | undefined
  gatherMs?: number | undefined
}

/** The queue of what comes of time: rounds that open and rounds that close. */
const ROUNDS = 'surveys.rounds'

/** Surveys: what they ask, when and whom, the answers, and what they come to. */
export function createSurveying({ db, keyring, secret, sendNotices: send, origins, log, now: clock, gatherMs }: SurveyingDeps) {
  const tickets = createTickets({ secret: secret('survey links') })

  /** As of a clock, for what is told of the past. */
  const at = (now: () => Date) => {
    const access = createSurveyAccess({ db, store: surveysStore, now })
    const counting = createCounting({ db, store: answeringStore, keyring, log, now })
    const results = createResults({ db, access, store: surveyReadingStore, counting, now })
    return {
      tickets, counting, results,
      surveys: createSurveys({ db, access, store: surveysStore, now }),
      rounds: createRounds({ db, access, store: surveysStore, tickets, keyring, send, now }),
      reading: createReading({ db, access, store: surveyReadingStore, tickets, mayRead: results.mayRead, origins, now }),
      answering: createAnswering({ db, store: answeringStore, tickets, keyring, now, ...gatherMs === undefined ? {} : { gatherMs } }),
    }
  }
  const domain = at(clock ?? (() => new Date()))

  return {
    ...domain, at,
    queue: {
      name: ROUNDS, cron: '* * * * *',
      async look() {
        await domain.rounds.announce()
        await domain.counting.run()
      },
    },
    mountRoutes: (route: MountRoute, press: Press): void => mountSurveys(route, domain, press),
    mountNameless: (route: MountRoute): void => mountSurveyAnswers(route, domain.answering),
    close: () => domain.answering.close(),
  }
}

export type Surveying = ReturnType<typeof createSurveying>
