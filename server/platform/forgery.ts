import type { Request, RequestHandler } from 'express'
import { csrfSync } from 'csrf-sync'
import { redeemResetCode, signIn } from '../../protocol/identity.ts'
import { AppError } from './error.ts'
import { originAllowed } from './origin.ts'
import type { SessionRequest } from './session.ts'

/** Signing in needs no token: it has no session yet, and whose session it will be is decided by what is typed. */
const withoutToken = [signIn, redeemResetCode].map((contract) => `${contract.method.toUpperCase()} ${contract.path}`)

const csrf = csrfSync({
  // Who is not signed in has no rights that a foreign page could borrow; the route itself answers `signInRequired`.
  skipCsrfProtection: (req: SessionRequest & Request) => !req.session?.personId || withoutToken.includes(`${req.method} ${req.baseUrl}${req.path}`),
  size: 32,
})

/** A new anti-forgery token for the session, or the one that it has. */
export const csrfToken = csrf.generateToken

/** Refuses requests from foreign pages: by their origin, and those that change something also by a token. */
export function refuseForgery(allowedOrigins: readonly string[]): RequestHandler[] {
  return [
    (req, _res, next) => {
      const reads = ['GET', 'HEAD', 'OPTIONS'].includes(req.method)
      if (reads || originAllowed(req, allowedOrigins)) next()
      else throw new AppError('originRefused')
    },
    csrf.csrfSynchronisedProtection,
  ]
}
