import type { Account } from '../../protocol/accounts.ts'
import type { AccountRecord, IdentityStore, IdentityTx, NewAccount, NewPerson } from './identity.ts'
import { issueCode, type IssuedCode } from './reset-code.ts'

/** What was done to make somebody an administrator. */
export type Appointment = 'created' | 'promoted' | 'alreadyAdministrator'

export function toAccount({ person, username, administrator, disabled }: AccountRecord): Account {
  return { person, username, administrator, disabled }
}

async function insert(tx: IdentityTx, account: NewAccount): Promise<AccountRecord> {
  const made = await tx.insertAccount(account)
  await tx.audit({ actorId: null, subjectId: made.person.id, action: 'account.created', data: { administrator: account.administrator } })
  return made
}

/** What is done to accounts by whoever runs the installation, with nobody signed in. */
export function createInstallation({ store, now = () => new Date() }: { store: IdentityStore, now?: () => Date }) {
  return {
    /** An account beside those that administrators make; without a password until one is set by a code. Throws `usernameTaken`. */
    async install(account: NewAccount): Promise<Account> {
      return await store.change(async (tx) => toAccount(await insert(tx, account)))
    },

    async findAccount(username: string): Promise<Account | null> {
      const account = await store.findByUsername(username)
      return account && toAccount(account)
    },

    /**
     * Makes an account with administrator rights, or gives them to the one of that name, which is also enabled; its person
     * stays as it is. Issues a code to set a password with. Needs the database's owner: the server's role may give no
     * such rights. Null, and nothing done, when nobody has that name and no person was given.
     */
    async appointAdministrator(username: string, person: NewPerson | undefined): Promise<(IssuedCode & { done: Appointment, account: Account }) | null> {
      const known = await store.findByUsername(username)
      return await store.change(async (tx) => {
        const made = known ?? (person && await insert(tx, { ...person, username, administrator: true, passwordHash: null }))
        if (!made) return null
        const subjectId = made.person.id
        if (!made.administrator) {
          await tx.makeAdministrator(subjectId)
          await tx.audit({ actorId: null, subjectId, action: 'account.promoted' })
        }
        if (made.disabled) {
          await tx.setDisabled(subjectId, null)
          await tx.audit({ actorId: null, subjectId, action: 'account.enabled' })
        }
        const { shown, keep } = issueCode(null, now())
        await tx.putResetCode(subjectId, keep)
        await tx.audit({ actorId: null, subjectId, action: 'resetCode.issued' })
        const done = !known ? 'created' : made.administrator ? 'alreadyAdministrator' : 'promoted'
        return { ...shown, done, account: { ...toAccount(made), administrator: true, disabled: false } }
      })
    },
  }
}

export type Installation = ReturnType<typeof createInstallation>
