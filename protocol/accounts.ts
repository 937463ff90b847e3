import { z } from 'zod'
import { Person, PersonKind } from './identity.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

/** Accounts, for the administrator. */

export const Account = z.object({
  person: Person, username: z.string(), administrator: z.boolean(), disabled: z.boolean(),
})
export type Account = z.infer<typeof Account>

export const listAccounts = defineRoute({
  id: 'identity.listAccounts', method: 'get', path: '/api/accounts', access: 'administrator', errors: [],
  summary: 'Accounts by given name, for the administrator.',
  response: z.object({ accounts: z.array(Account) }),
})

/** What an account is made of; the user name is what its person, or its remote site, signs in with. */
export const AccountFields = z.object({
  kind: PersonKind.default('person'),
  fullName: Line(120), office: Line(160),
  username: z.string().trim().toLowerCase().regex(/^[a-z0-9][a-z0-9._-]{1,62}$/),
})
export type AccountFields = z.infer<typeof AccountFields>

export const createAccount = defineRoute({
  id: 'identity.createAccount', method: 'post', path: '/api/accounts', access: 'administrator', errors: ['usernameTaken'],
  summary: 'Creates a person with an account and a one-time code to set the first password with.',
  body: AccountFields,
  response: z.object({ account: Account, code: z.string(), expiresAt: z.iso.datetime() }),
})

export const issueResetCode = defineRoute({
  id: 'identity.issueResetCode', method: 'post', path: '/api/accounts/:personId/reset-code', access: 'administrator', errors: ['personNotFound'],
  summary: 'Makes a one-time code (valid 24 hours, one use) that lets the person set a new password. Shown once, never stored in clear.',
  params: z.object({ personId: Id }),
  response: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
})

export const disableAccount = defineRoute({
  id: 'identity.disableAccount', method: 'put', path: '/api/accounts/:personId/disabled', access: 'administrator', errors: ['personNotFound'],
  summary: 'Disables an account, which ends its sessions at once, or enables it again. One’s own cannot be disabled (badRequest).',
  params: z.object({ personId: Id }), body: z.object({ disabled: z.boolean() }), response: z.object({ account: Account }),
})
