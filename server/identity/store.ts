import type { Knex } from 'knex'
import type { Person, PersonKind } from '../../protocol/identity.ts'
import { writeAudit } from '../platform/audit.ts'
import { AppError } from '../platform/error.ts'
import type { AccountRecord, IdentityStore, IdentityTx } from './identity.ts'

interface AccountRow {
  person_id: string
  kind: PersonKind
  full_name: string
  office: string
  username: string
  administrator: boolean
  disabled_at: Date | null
  password_hash: string | null
  session_version: number
}

const ACCOUNT = `
  SELECT person_id, kind, full_name, office, username, administrator, disabled_at, password_hash, session_version
  FROM account JOIN person ON person.id = account.person_id`

function toRecord(row: AccountRow): AccountRecord {
  return {
    person: { id: row.person_id, kind: row.kind, fullName: row.full_name, office: row.office },
    username: row.username,
    administrator: row.administrator,
    disabled: row.disabled_at !== null,
    passwordHash: row.password_hash,
    sessionVersion: row.session_version,
  }
}

async function accounts(db: Knex, where: string, values: string[] = []): Promise<AccountRecord[]> {
  const { rows } = await db.raw<{ rows: AccountRow[] }>(`${ACCOUNT} ${where}`, values)
  return rows.map(toRecord)
}

async function account(db: Knex, where: string, value: string): Promise<AccountRecord | null> {
  const [found] = await accounts(db, where, [value])
  return found ?? null
}

/** The account after a change that was made just now, in the same transaction. */
async function changed(trx: Knex.Transaction, personId: string): Promise<AccountRecord> {
  const found = await account(trx, 'WHERE person_id = ?', personId)
  if (!found) throw new AppError('personNotFound')
  return found
}

async function endSessions(trx: Knex.Transaction, personId: string): Promise<void> {
  await trx('account').where({ person_id: personId }).increment('session_version', 1)
  await trx('user_session').where({ person_id: personId }).delete()
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'account_username_key'
}

function createTx(trx: Knex.Transaction): IdentityTx {
  return {
    async insertAccount({ kind, fullName, office, username, administrator, passwordHash }) {
      const [person] = await trx('person').insert({ kind, full_name: fullName, office }).returning<{ id: string }[]>('id')
      if (!person) throw new Error('the person was not inserted')
      try {
        await trx('account').insert({ person_id: person.id, username, administrator, password_hash: passwordHash })
      } catch (error) {
        throw isTaken(error) ? new AppError('usernameTaken') : error
      }
      return await changed(trx, person.id)
    },

    lockAccount: (personId) => account(trx, 'WHERE person_id = ? FOR UPDATE OF account', personId),

    async setPassword(personId, passwordHash) {
      await trx('account').where({ person_id: personId }).update({ password_hash: passwordHash })
      await endSessions(trx, personId)
      return await changed(trx, personId)
    },

    async setDisabled(personId, at) {
      await trx('account').where({ person_id: personId }).update({ disabled_at: at })
      if (at) await endSessions(trx, personId)
      return await changed(trx, personId)
    },

    async makeAdministrator(personId) {
      await trx('account').where({ person_id: personId }).update({ administrator: true })
    },

    async lockResetCode(personId) {
      const row = await trx('reset_code').where({ person_id: personId }).forUpdate()
        .first<{ code_hash: Buffer, expires_at: Date, used_at: Date | null } | undefined>()
      return row ? { codeHash: row.code_hash, expiresAt: row.expires_at, usedAt: row.used_at } : null
    },

    async putResetCode(personId, { codeHash, expiresAt, issuedBy }) {
      await trx('reset_code')
        .insert({ person_id: personId, code_hash: codeHash, expires_at: expiresAt, issued_by: issuedBy, used_at: null })
        .onConflict('person_id').merge(['code_hash', 'expires_at', 'issued_by', 'used_at'])
    },

    async useResetCode(personId, at) {
      await trx('reset_code').where({ person_id: personId }).update({ used_at: at })
    },

    audit: (entry) => writeAudit(trx, entry),
  }
}

export function createIdentityStore(db: Knex): IdentityStore {
  return {
    async people(ids, trx = db) {
      if (ids.length === 0) return []
      return await trx('person').whereIn('id', [...new Set(ids)]).select<Person[]>('id', 'kind', 'full_name as fullName', 'office')
    },
    accounts: () => accounts(db, ''),
    findByUsername: (username) => account(db, 'WHERE username = ?', username),
    findByPerson: (personId) => account(db, 'WHERE person_id = ?', personId),
    async accountsNamed(usernames) {
      const { rows } = await db.raw<{ rows: AccountRow[] }>(`${ACCOUNT} WHERE username = ANY(?)`, [[...usernames]])
      return rows.map(toRecord)
    },

    enrol: (actorId, people) => db.transaction(async (trx) => {
      try {
        const { rows } = await trx.raw<{ rows: { id: string, username: string }[] }>(`
          WITH wanted AS (
            SELECT uuidv7() AS id, * FROM jsonb_to_recordset(?::jsonb) AS row (username text, "fullName" text, office text, kind text)
          ), made AS (INSERT INTO person (id, kind, full_name, office) SELECT id, kind, "fullName", office FROM wanted),
          signing AS (INSERT INTO account (person_id, username) SELECT id, username FROM wanted)
          SELECT id, username FROM wanted`, [JSON.stringify(people)])
        await writeAudit(trx, ...rows.map(({ id }) => ({ actorId, subjectId: id, action: 'account.created' })))
        return new Map(rows.map(({ id, username }) => [username, id]))
      } catch (error) {
        throw isTaken(error) ? new AppError('usernameTaken') : error
      }
    }),

    changePeople: (actorId, people) => db.transaction(async (trx) => {
      await trx.raw(`
        UPDATE person SET full_name = "fullName", office = wanted.office
        FROM jsonb_to_recordset(?::jsonb) AS wanted ("personId" uuid, "fullName" text, office text) WHERE id = "personId"`, [JSON.stringify(people)])
      await writeAudit(trx, ...people.map(({ personId }) => ({ actorId, subjectId: personId, action: 'person.changed' })))
    }),

    change: (work) => db.transaction((trx) => work(createTx(trx))),
  }
}
