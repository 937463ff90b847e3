import { timingSafeEqual } from 'node:crypto'
import { hash, verify } from 'argon2'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Account } from '../../protocol/accounts.ts'
import { compareByGivenName, PASSWORD_MIN_LENGTH, type Person, type PersonKind } from '../../protocol/identity.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { SESSION_MS } from '../platform/session.ts'
import type { Attempts } from './attempts.ts'
import { createInstallation, toAccount } from './installation.ts'
import { codeHash, issueCode, newCode } from './reset-code.ts'

/** An account as the rules need it; the hash never leaves the server. */
export interface AccountRecord {
  person: Person
  username: string
  administrator: boolean
  disabled: boolean
  passwordHash: string | null
  sessionVersion: number
}

export interface NewPerson { kind: PersonKind, fullName: string, office: string }
export interface NewAccount extends NewPerson { username: string, administrator: boolean, passwordHash: string | null }
export interface ResetCode { codeHash: Buffer, expiresAt: Date, usedAt: Date | null }

export type AuditAction =
  | 'account.created' | 'account.promoted' | 'account.disabled' | 'account.enabled' | 'password.changed'
  | 'resetCode.issued' | 'resetCode.redeemed' | 'session.started' | 'session.ended'
/** What the audit keeps: who (null: the installation itself) did what to whose account. */
export interface AuditEntry { actorId: string | null, subjectId: string, action: AuditAction, data?: object }

/** Changes of one transaction. */
export interface IdentityTx {
  /** Throws `usernameTaken`. */
  insertAccount(account: NewAccount): Promise<AccountRecord>
  /** The account, locked until the end of the transaction. */
  lockAccount(personId: string): Promise<AccountRecord | null>
  /** Sets the hash, raises the session version, deletes the person's sessions, and gives the account as it is then. */
  setPassword(personId: string, passwordHash: string): Promise<AccountRecord>
  /** Sets or lifts the ban; setting it ends the person's sessions as `setPassword` does. */
  setDisabled(personId: string, at: Date | null): Promise<AccountRecord>
  /** Gives administrator rights; the database refuses it to the server's role. */
  makeAdministrator(personId: string): Promise<void>
  /** The latest code of a person, locked. */
  lockResetCode(personId: string): Promise<ResetCode | null>
  /** Replaces whatever code the person had. */
  putResetCode(personId: string, code: { codeHash: Buffer, expiresAt: Date, issuedBy: string | null }): Promise<void>
  useResetCode(personId: string, at: Date): Promise<void>
  audit(entry: AuditEntry): Promise<void>
}

export interface IdentityStore {
  /** In any order; unknown ids are left out. Over `trx` where one is given, so that a command waits for no second connection. */
  people(ids: readonly string[], trx?: Knex): Promise<Person[]>
  accounts(): Promise<AccountRecord[]>
  findByUsername(username: string): Promise<AccountRecord | null>
  findByPerson(personId: string): Promise<AccountRecord | null>
  /** Unknown names are left out. */
  accountsNamed(usernames: readonly string[]): Promise<AccountRecord[]>
  /** People with accounts without a password, with their audit entries, in as many statements for one as for all. Throws `usernameTaken`. */
  enrol(actorId: string, people: readonly (NewPerson & { username: string })[]): Promise<Map<string, string>>
  /** Names and offices of people, with their audit entries, in as many statements for one as for all. */
  changePeople(actorId: string, people: readonly { personId: string, fullName: string, office: string }[]): Promise<void>
  /** All of `work`, audit entries included, or nothing. */
  change<T>(work: (tx: IdentityTx) => Promise<T>): Promise<T>
}

/** What a session says of itself, to be held against the account. */
export interface SessionClaim { personId?: string, version?: number, signedInAt?: number }

export interface IdentityDeps {
  store: IdentityStore
  attempts: Attempts
  log: Pick<Logger, 'info'>
  now?: () => Date
}

/** Composed and decomposed Vietnamese letters, which keyboards send differently, make the same password. */
const typed = (password: string) => password.normalize('NFKC')

/**
 * argon2id with 19 MiB and two passes: the least that OWASP's Password Storage Cheat Sheet asks for, so that two cores
 * let a full room sign in within seconds. The cost stands in each hash; raising it here leaves older ones valid.
 */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }

export function hashPassword(password: string): Promise<string> {
  return hash(typed(password), COST)
}

/** Throws `passwordTooWeak`: too short, the user name again, or one sign over and over. */
export function requireStrength(password: string, username: string): void {
  const text = typed(password)
  const weak = [...text].length < PASSWORD_MIN_LENGTH || text.toLowerCase().includes(username) || new Set(text).size < 4
  if (weak) throw new AppError('passwordTooWeak', { minimumLength: PASSWORD_MIN_LENGTH })
}

/** People and their accounts. Every change writes its audit entry in the same transaction. */
export function createIdentity({ store, attempts, log, now = () => new Date() }: IdentityDeps) {
  // Verified when there is no such account, so that the answer takes as long as for a wrong password.
  const nobody = hashPassword(newCode() + newCode())

  async function passwordFits(account: AccountRecord | null, password: string): Promise<boolean> {
    const fits = await verify(account?.passwordHash ?? await nobody, typed(password))
    return fits && account?.passwordHash != null
  }

  return {
    ...createInstallation({ store, now }),
    people: store.people,

    /** Who a session belongs to, or null when it is over. */
    async callerOf(claim: SessionClaim | undefined): Promise<Caller | null> {
      if (!claim?.personId || !claim.signedInAt) return null
      if (now().getTime() - claim.signedInAt > SESSION_MS) return null
      const account = await store.findByPerson(claim.personId)
      if (!account || account.disabled || account.sessionVersion !== claim.version) return null
      return { personId: account.person.id, administrator: account.administrator }
    },

    /** The caller's own account. */
    async ownAccount(caller: Caller): Promise<AccountRecord> {
      const account = await store.findByPerson(caller.personId)
      if (!account) throw new AppError('signInRequired')
      return account
    },

    /** Throws `wrongCredentials`, whatever it is that does not fit, or `tooManyRequests`. */
    async signIn(username: string, password: string, address: string): Promise<AccountRecord> {
      const attempt = await attempts.begin(username, address)
      const account = await store.findByUsername(username)
      const fits = await passwordFits(account, password)
      if (!account || !fits || account.disabled) {
        log.info({ personId: account?.person.id, disabled: account?.disabled }, 'sign-in refused')
        throw new AppError('wrongCredentials')
      }
      await attempt.succeeded()
      await store.change((tx) => tx.audit({ actorId: account.person.id, subjectId: account.person.id, action: 'session.started' }))
      return account
    },

    async signedOut({ personId }: Caller): Promise<void> {
      await store.change((tx) => tx.audit({ actorId: personId, subjectId: personId, action: 'session.ended' }))
    },

    /** Ends all sessions of the caller; the one at hand is to be renewed. Throws `wrongPassword`, `passwordTooWeak`. */
    async changePassword({ personId }: Caller, current: string, next: string, address: string): Promise<AccountRecord> {
      const attempt = await attempts.begin(personId, address)
      const account = await store.findByPerson(personId)
      if (!account || !await passwordFits(account, current)) throw new AppError('wrongPassword')
      await attempt.succeeded()
      requireStrength(next, account.username)
      const passwordHash = await hashPassword(next)
      return await store.change(async (tx) => {
        const locked = await tx.lockAccount(personId)
        // Another change came first: what was verified is no longer the password.
        if (locked?.passwordHash !== account.passwordHash) throw new AppError('wrongPassword')
        await tx.audit({ actorId: personId, subjectId: personId, action: 'password.changed' })
        return await tx.setPassword(personId, passwordHash)
      })
    },

    /** Throws `resetCodeInvalid` for a code that is unknown, used, expired or of a disabled account. */
    async redeemResetCode(username: string, code: string, next: string, address: string): Promise<AccountRecord> {
      const attempt = await attempts.begin(username, address)
      requireStrength(next, username)
      const passwordHash = await hashPassword(next)
      const account = await store.findByUsername(username)
      if (!account || account.disabled) throw new AppError('resetCodeInvalid')
      const personId = account.person.id
      const changed = await store.change(async (tx) => {
        const kept = await tx.lockResetCode(personId)
        const fits = kept !== null && timingSafeEqual(kept.codeHash, codeHash(code))
        if (!fits || kept.usedAt || kept.expiresAt <= now()) throw new AppError('resetCodeInvalid')
        await tx.useResetCode(personId, now())
        await tx.audit({ actorId: personId, subjectId: personId, action: 'resetCode.redeemed' })
        return await tx.setPassword(personId, passwordHash)
      })
      await attempt.succeeded()
      return changed
    },

    /** By given name. */
    async accounts(): Promise<Account[]> {
      const accounts = await store.accounts()
      return accounts.map(toAccount).sort((a, b) => compareByGivenName(a.person, b.person))
    },

    /** A person with an account and the code to set its first password with. Throws `usernameTaken`. */
    async createAccount({ personId: actorId }: Caller, person: NewPerson & { username: string }) {
      return await store.change(async (tx) => {
        const account = await tx.insertAccount({ ...person, administrator: false, passwordHash: null })
        const { keep, shown } = issueCode(actorId, now())
        await tx.putResetCode(account.person.id, keep)
        await tx.audit({ actorId, subjectId: account.person.id, action: 'account.created' })
        return { account: toAccount(account), ...shown }
      })
    },

    /** Throws `personNotFound`. */
    async issueResetCode({ personId: actorId }: Caller, personId: string) {
      return await store.change(async (tx) => {
        if (!await tx.lockAccount(personId)) throw new AppError('personNotFound')
        const { keep, shown } = issueCode(actorId, now())
        await tx.putResetCode(personId, keep)
        await tx.audit({ actorId, subjectId: personId, action: 'resetCode.issued' })
        return shown
      })
    },

    /** Throws `personNotFound`, and `badRequest` for one's own account. */
    async setDisabled({ personId: actorId }: Caller, personId: string, disabled: boolean): Promise<Account> {
      if (disabled && actorId === personId) {
        throw new AppError('badRequest', { issues: [{ path: 'params.personId', message: 'is the caller' }] })
      }
      return await store.change(async (tx) => {
        if (!await tx.lockAccount(personId)) throw new AppError('personNotFound')
        await tx.audit({ actorId, subjectId: personId, action: disabled ? 'account.disabled' : 'account.enabled' })
        return toAccount(await tx.setDisabled(personId, disabled ? now() : null))
      })
    },
  }
}

export type Identity = ReturnType<typeof createIdentity>
