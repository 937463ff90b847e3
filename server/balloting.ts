import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import type { MountRoute } from './platform/contract.ts'
import type { MountCommand } from './platform/socket.ts'
import { createCasting } from './secret-ballots/casting.ts'
import { createKeyring } from './secret-ballots/keyring.ts'
import { mountSecretBallotsLive } from './secret-ballots/live.ts'
import { mountCasting, mountSecretBallots } from './secret-ballots/routes.ts'
import { createSecretBallots } from './secret-ballots/secret-ballots.ts'
import { secretBallotsStore } from './secret-ballots/store.ts'
import type { VoteSecrets } from './secret-ballots/vote-secrets.ts'
import { sealedRounds } from './surveys/answering-store.ts'
import { mountVotingLive } from './voting/live.ts'
import { mountVoting } from './voting/routes.ts'
import { votingStore } from './voting/store.ts'
import { createVoting, type VotingDeps } from './voting/voting.ts'

/** Where the secrets of secret votes are kept, outside the database; `signReceipt` signs with the journal's key. `gatherMs` for tests. */
export interface SecretVotes { secrets: VoteSecrets, signReceipt(text: string): string, gatherMs?: number }

interface BallotingDeps {
  db: Knex
  journal: Journal
  access: MeetingAccess
  bodies: VotingDeps['bodies']
  secretVotes: SecretVotes
  sendNotices: VotingDeps['sendNotices']
  log: Logger
}

/** Votes, named and secret, and the keys of all that is answered in secret. */
export function createBalloting({ db, journal, access, bodies, secretVotes, sendNotices, log }: BallotingDeps) {
  const keyring = createKeyring({
    db, secrets: secretVotes.secrets, log,
    unopened: async (...asked) => [...await secretBallotsStore.unopened(...asked), ...await sealedRounds(...asked)],
  })
  const secretBallots = createSecretBallots({ db, journal, access, store: secretBallotsStore, keyring })
  const casting = createCasting({ db, store: secretBallotsStore, keyring, ...secretVotes })
  const voting = createVoting({ db, journal, access, store: votingStore, bodies, secret: secretBallots, sendNotices })
  return {
    keyring, secretBallots, casting, voting,
    /** The votes of a meeting that are closed, with what was cast. */
    closed: async (trx: Knex.Transaction, meetingId: string) =>
      [...await voting.closedBallots(trx, meetingId), ...await secretBallots.boxes(trx, meetingId)],
    mountNameless(route: MountRoute): void { mountCasting(route, casting) },
    mountRoutes(route: MountRoute): void {
      mountVoting(route, voting)
      mountSecretBallots(route, secretBallots)
    },
    mountCommands(command: MountCommand): void {
      mountVotingLive(command, voting)
      mountSecretBallotsLive(command, secretBallots)
    },
  }
}

export type Balloting = ReturnType<typeof createBalloting>
