import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { createAccount, disableAccount, issueResetCode, listAccounts } from '../../protocol/accounts.ts'
import { changePassword, getMe, redeemResetCode, signIn, signOut, type Me } from '../../protocol/identity.ts'
import type { Authenticate, MountRoute } from '../platform/contract.ts'
import { csrfToken } from '../platform/forgery.ts'
import { endSession, renewSession, saveSession, sessionOf } from '../platform/session.ts'
import { endSockets, personRoom, sessionRoom, type OpenSockets } from '../platform/socket.ts'
import type { AccountRecord, Identity } from './identity.ts'

/** Finds the caller of a request or a socket by its session. */
export function createAuthenticate(identity: Identity): Authenticate {
  return (req) => identity.callerOf(req.session)
}

const addressOf = (req: Request) => req.ip ?? 'unknown'

function me(req: Request, { person, username, administrator }: AccountRecord): Me {
  return { person, username, administrator, csrfToken: csrfToken(req) }
}

/** Starts a session for the account under a new id; `family` ties it to sockets that live on. */
async function startSession(req: Request, account: AccountRecord, family: string): Promise<Me> {
  const session = await renewSession(req)
  Object.assign(session, { personId: account.person.id, version: account.sessionVersion, family, signedInAt: Date.now() })
  const answer = me(req, account)
  await saveSession(req)
  return answer
}

/** Sign-in by user name and password as a passport strategy, beside which others may stand. */
function passwordStrategy(identity: Identity): LocalStrategy {
  return new LocalStrategy({ passReqToCallback: true, session: false }, (req, username, password, done) => {
    identity.signIn(username, password, addressOf(req as Request)).then((account) => done(null, account), done)
  })
}

export interface IdentityRoutesDeps {
  identity: Identity
  open: OpenSockets
  /** Takes a person's devices out of all video rooms at once. Best effort: it does not fail. */
  putOut(personId: string): Promise<void>
}

export function mountIdentity(route: MountRoute, { identity, open, putOut }: IdentityRoutesDeps): void {
  const strategies = new passport.Passport()
  strategies.use(passwordStrategy(identity))

  function verified(req: Request): Promise<AccountRecord> {
    return new Promise((resolve, reject) => {
      const answer = (error: unknown, account: AccountRecord | false | undefined) => account ? resolve(account) : reject(error)
      strategies.authenticate('local', { session: false }, answer)(req, req.res, reject)
    })
  }

  route(getMe, async ({ caller, req }) => me(req, await identity.ownAccount(caller)))

  route(signIn, async ({ body, req }) => {
    req.body = body
    return await startSession(req, await verified(req), randomUUID())
  })

  route(redeemResetCode, async ({ body: { username, code, next }, req }) => {
    const account = await identity.redeemResetCode(username, code, next, addressOf(req))
    endSockets(open, personRoom(account.person.id))
    await putOut(account.person.id)
    return await startSession(req, account, randomUUID())
  })

  route(signOut, async ({ caller, req }) => {
    const { family } = sessionOf(req)
    await identity.signedOut(caller)
    await endSession(req)
    if (family) endSockets(open, sessionRoom(family))
    return {}
  })

  route(changePassword, async ({ body: { current, next }, caller, req }) => {
    const family = sessionOf(req).family ?? randomUUID()
    const account = await identity.changePassword(caller, current, next, addressOf(req))
    endSockets(open, personRoom(caller.personId), sessionRoom(family))
    return await startSession(req, account, family)
  })

  route(listAccounts, async () => ({ accounts: await identity.accounts() }))

  route(createAccount, ({ body, caller }) => identity.createAccount(caller, body))

  route(issueResetCode, ({ params, caller }) => identity.issueResetCode(caller, params.personId))

  route(disableAccount, async ({ params, body, caller }) => {
    const account = await identity.setDisabled(caller, params.personId, body.disabled)
    if (body.disabled) {
      endSockets(open, personRoom(params.personId))
      await putOut(params.personId)
    }
    return { account }
  })
}
