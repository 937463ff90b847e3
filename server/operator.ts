import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { OrganisationFile } from '../protocol/organisation-file.ts'
import { AccountFields } from '../protocol/accounts.ts'
import { createBodies } from './bodies/bodies.ts'
import { createOrganisation, type Done } from './bodies/organisation.ts'
import { createBodiesStore } from './bodies/store.ts'
import { createInstallation } from './identity/installation.ts'
import { createIdentityStore } from './identity/store.ts'
import { loadConfig, type Config } from './platform/config.ts'
import { describeStartError } from './platform/start-error.ts'
import { visitDatabase } from './platform/visit-database.ts'

/**
 * `npm run operator -- <command>`: what only whoever runs the installation may do, because nobody can sign in yet. Works
 * as the database's owner, with the variables of the server, whether that runs or not. Exit code 0: done; 1: nothing was
 * changed.
 */

const USAGE = `usage:
  npm run operator -- administrator USERNAME ["Full name" "Office"]
  npm run operator -- organisation FILE.json [--check]`

type OperatorErrorCode = 'usage' | 'personMissing' | 'personInvalid' | 'fileUnreadable' | 'fileInvalid'

/** A command that cannot be done: what is wrong, and what to do. Nothing was changed. */
class OperatorError extends Error {
  readonly code: OperatorErrorCode
  readonly remedy: string

  constructor(code: OperatorErrorCode, message: string, remedy: string) {
    super(message)
    this.name = 'OperatorError'
    this.code = code
    this.remedy = remedy
  }
}

/** One transaction of the owner on a database that is up to date. `work` tells whether to keep what it did. */
function asOwner<T>(config: Config, work: (trx: Knex.Transaction) => Promise<{ keep: boolean, result: T }>): Promise<T> {
  return visitDatabase(config, async (db) => {
    const trx = await db.transaction()
    try {
      // What was looked up stays true until the end: a server beside us waits so long.
      await trx.raw('LOCK TABLE account, body, membership IN SHARE ROW EXCLUSIVE MODE')
      const { keep, result } = await work(trx)
      await (keep ? trx.commit() : trx.rollback())
      return result
    } finally {
      if (!trx.isCompleted()) await trx.rollback()
    }
  })
}

const installationOn = (trx: Knex.Transaction) => createInstallation({ store: createIdentityStore(trx) })

const Appointment = AccountFields.pick({ username: true }).extend({ person: AccountFields.omit({ username: true }).optional() })

async function appointAdministrator(config: Config, [username, fullName, office]: string[]): Promise<string> {
  const given = Appointment.safeParse({ username, person: fullName === undefined ? undefined : { fullName, office } })
  if (!given.success) {
    const lines = given.error.issues.map(({ path, message }) => `  ${String(path.at(-1))}: ${message}`)
    throw new OperatorError('personInvalid', ['The person cannot be taken:', ...lines].join('\n'),
      `User names have 2 to 63 letters a-z, digits, dots, hyphens or underscores; full name and office are one line each.\n${USAGE}`)
  }
  const { username: name, person } = given.data
  const appointed = await asOwner(config, async (trx) => ({ keep: true, result: await installationOn(trx).appointAdministrator(name, person) }))
  if (!appointed) {
    throw new OperatorError('personMissing', `Nobody is named ${name}.`, `To make that account, write full name and office too.\n${USAGE}`)
  }
  const { done, code, expiresAt, account } = appointed
  const what = { created: 'is made, with administrator rights', promoted: 'has administrator rights now', alreadyAdministrator: 'had administrator rights' }
  return `The account ${name} (${account.person.fullName}) ${what[done]}.
One-time code to set a password with, until ${expiresAt}: ${code}
Open ${config.origin}, choose to enter a code, and write the user name, the code and the new password.`
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new OperatorError('fileUnreadable', `${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
      'Correct the name or the file; docs/examples/organisation.json shows the form.')
  }
}

const WHAT: Record<Done['what'], string> = {
  added: 'added', kept: 'is there already', keptThoughOther: 'is there already, and otherwise than in the file: left as it is',
}

async function importOrganisation(config: Config, file: string, check: boolean): Promise<string> {
  const value = await readJson(file)
  const { problems, done } = await asOwner(config, async (trx) => {
    const organisation = createOrganisation({ accounts: installationOn(trx), bodies: createBodies({ store: createBodiesStore(trx) }) })
    const found = await organisation.problems(value)
    const added = found.length === 0 ? await organisation.add(OrganisationFile.parse(value)) : []
    return { keep: found.length === 0 && !check, result: { problems: found, done: added } }
  })
  if (problems.length > 0) {
    const lines = problems.map(({ place, message }) => `  ${place}: ${message}`)
    throw new OperatorError('fileInvalid', [`${file} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`, ...lines].join('\n'),
      'Nothing was changed. Correct them and run the same command again.')
  }
  const added = done.filter(({ what }) => what === 'added').length
  return [
    ...done.map(({ place, name: who, what }) => `  ${place} ${who}: ${WHAT[what]}`),
    check ? `Checked: ${added} would be added; nothing was changed.` : `${added} added, ${done.length - added} left as they were.`,
    ...(added > 0 && !check ? [`People without a password get a one-time code from an administrator: ${config.origin}, page of accounts.`] : []),
  ].join('\n')
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { check: { type: 'boolean' } }, allowPositionals: true })
  } catch {
    return undefined
  }
}

/** Does one command and returns what to print. Throws OperatorError, and StartError for what the server's start would say. */
export async function runOperator(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values: { check = false } = {}, positionals: [command, ...rest] = [] } = parse(args) ?? {}
  const [name] = rest
  if (command === 'administrator' && (rest.length === 1 || rest.length === 3) && !check) {
    return await appointAdministrator(loadConfig(env), rest)
  }
  if (command === 'organisation' && name && rest.length === 1) {
    // npm runs us in the checkout, and tells where it was called.
    return await importOrganisation(loadConfig(env), path.resolve(env['INIT_CWD'] ?? '.', name), check)
  }
  throw new OperatorError('usage', 'There is no such command.', USAGE)
}

/** What is printed of a failure: two sentences for what a person can mend, the stack for a defect. */
export function describeFailure(error: unknown): string {
  if (error instanceof OperatorError) return `${error.message}\n${error.remedy}`
  return describeStartError(error) ?? (error instanceof Error ? error.stack ?? error.message : String(error))
}

if (import.meta.main) {
  await runOperator(process.argv.slice(2), process.env).then(
    (text) => { process.stdout.write(`${text}\n`) },
    (error: unknown) => {
      process.stderr.write(`${describeFailure(error)}\n`)
      process.exitCode = 1
    },
  )
}
