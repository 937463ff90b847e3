import { z } from 'zod'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'

/** `site`: a remote site (điểm cầu), one camera with many people before it, that signs in like a person. */
export const PersonKind = z.enum(['person', 'site'])
export type PersonKind = z.infer<typeof PersonKind>

/** A person as others see them: full name in one piece (never split), office beneath. */
export const Person = z.object({ id: Id, kind: PersonKind, fullName: z.string(), office: z.string() })
export type Person = z.infer<typeof Person>

const collator = new Intl.Collator('vi')
const givenName = (fullName: string) => fullName.slice(fullName.lastIndexOf(' ') + 1)

/** The order of official lists: by given name, the last word of the full name, then by the rest. */
export function compareByGivenName(a: Pick<Person, 'fullName'>, b: Pick<Person, 'fullName'>): number {
  return collator.compare(givenName(a.fullName), givenName(b.fullName)) || collator.compare(a.fullName, b.fullName)
}

export const PASSWORD_MIN_LENGTH = 10

/** The signed-in person, their rights beyond meetings, and the anti-forgery token to send as `x-csrf-token`. */
export const Me = z.object({
  person: Person,
  username: z.string(),
  administrator: z.boolean(),
  csrfToken: z.string(),
})
export type Me = z.infer<typeof Me>

export const getMe = defineRoute({
  id: 'identity.me', method: 'get', path: '/api/me', access: 'signedIn', errors: [],
  summary: 'Who is signed in in this browser.', response: Me,
})

/** Sign-in has no session yet, so it is guarded by the Origin header and the rate limit. */
export const signIn = defineRoute({
  id: 'identity.signIn', method: 'post', path: '/api/session', access: 'anyone',
  errors: ['wrongCredentials', 'tooManyRequests', 'originRefused'],
  summary: 'Signs in with user name and password. Limited per user name and address.',
  body: z.object({ username: z.string().trim().toLowerCase().min(1).max(64), password: z.string().min(1).max(256) }),
  response: Me,
})

export const signOut = defineRoute({
  id: 'identity.signOut', method: 'delete', path: '/api/session', access: 'signedIn', errors: [],
  summary: 'Ends this browser’s session and its sockets.', response: z.object({}),
})

export const changePassword = defineRoute({
  id: 'identity.changePassword', method: 'put', path: '/api/me/password', access: 'signedIn',
  errors: ['wrongPassword', 'passwordTooWeak', 'tooManyRequests'],
  summary: 'Changes one’s own password; every other session of the person ends.',
  body: z.object({ current: z.string().max(256), next: z.string().max(256) }),
  response: Me,
})

/** Redeems an administrator's one-time code: sets the new password and signs in. */
export const redeemResetCode = defineRoute({
  id: 'identity.redeemResetCode', method: 'post', path: '/api/session/reset', access: 'anyone',
  errors: ['resetCodeInvalid', 'passwordTooWeak', 'tooManyRequests', 'originRefused'],
  summary: 'Sets a new password with a one-time code from an administrator, and signs in.',
  body: z.object({ username: z.string().trim().toLowerCase().min(1).max(64), code: z.string().min(1).max(64), next: z.string().max(256) }),
  response: Me,
})
