import { jwtVerify, errors } from 'jose'
import { GRANT_ALGORITHM, GRANT_LIFETIME_S, GrantClaims, type MediaRights } from '../protocol/media-grant.ts'
import { MediaFailure } from './failure.ts'
import { rightsOn } from './rights.ts'

/** A grant that was taken. */
export interface Admission {
  room: string
  peer: string
  label: string
  silent: boolean
  /** How long its peer may stay at most, in ms. */
  stayMs?: number
  /** What it gives at this moment, after changes later than its signing, on this device. Fails with grantRevoked. */
  rights(): MediaRights
}

/** Whose grants are meant: those of a peer, of all peers of a label, or of everybody in the room. */
export type Whose = { peer: string } | { label: string } | 'everybody'

export interface Grants {
  /**
   * Takes a grant, once. Fails with grantInvalid, grantExpired, grantUsed or grantRevoked.
   */
  admit(grant: string): Promise<Admission>
  /** From now on grants of this label issued up to `at` (ms, by the signer's clock) give these rights, not what they say. */
  change(room: string, label: string, rights: MediaRights, at: number): void
  /** From now on such grants that were issued up to then are void. */
  revoke(room: string, whose: Whose, at: number): void
  close(): void
}

/** Signed by a clock that may run ahead of ours by this much. */
const CLOCK_TOLERANCE_S = 5
/** A change is remembered for as long as a grant signed before it could still be used. */
const MEMORY_MS = (GRANT_LIFETIME_S + 2 * CLOCK_TOLERANCE_S) * 1_000

export function createGrants(options: { secret: Uint8Array; nodeId: string; now?: () => number }): Grants {
  const now = options.now ?? Date.now
  const used = new Map<string, number>()
  /** `at` is of the signer's clock, as grants are; `heardAt` of ours. */
  const changes = new Map<string, { at: number; heardAt: number; rights: MediaRights }>()
  const revoked = new Map<string, { at: number; heardAt: number }>()
  const keyOf = (room: string, whose: Whose) => JSON.stringify([room, whose])

  function forgetOld(): void {
    for (const [jti, until] of used) if (until < now()) used.delete(jti)
    for (const memory of [changes, revoked]) {
      for (const [key, { heardAt }] of memory) if (heardAt + MEMORY_MS < now()) memory.delete(key)
    }
  }
  const timer = setInterval(forgetOld, 30_000).unref()

  async function claimsOf(grant: string): Promise<GrantClaims> {
    try {
      const { payload } = await jwtVerify(grant, options.secret, {
        algorithms: [GRANT_ALGORITHM],
        audience: options.nodeId,
        requiredClaims: ['exp', 'jti', 'aud'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now()),
      })
      const claims = GrantClaims.parse(payload)
      // A signer that gave a longer life by mistake would outlive our memory of used grants.
      if (claims.exp * 1_000 > now() + MEMORY_MS) throw new MediaFailure('grantInvalid', 'the grant lives too long')
      return claims
    } catch (cause) {
      if (cause instanceof MediaFailure) throw cause
      throw new MediaFailure(cause instanceof errors.JWTExpired ? 'grantExpired' : 'grantInvalid', undefined, { cause })
    }
  }

  function admission({ issuedAt, room, peer, label, silent, stayMs, rights }: GrantClaims): Admission {
    const holders: Whose[] = ['everybody', { peer }, { label }]
    return {
      room,
      peer,
      label,
      silent,
      ...(stayMs === undefined ? {} : { stayMs }),
      rights() {
        if (holders.some((whose) => (revoked.get(keyOf(room, whose))?.at ?? 0) >= issuedAt)) throw new MediaFailure('grantRevoked')
        const change = changes.get(keyOf(room, { label }))
        return rightsOn({ silent }, change && change.at >= issuedAt ? change.rights : rights)
      },
    }
  }

  return {
    async admit(grant) {
      const claims = await claimsOf(grant)
      // From here to `used.set` nothing waits, so that of two simultaneous uses only one succeeds.
      if (used.has(claims.jti)) throw new MediaFailure('grantUsed')
      const admitted = admission(claims)
      admitted.rights()
      used.set(claims.jti, (claims.exp + CLOCK_TOLERANCE_S) * 1_000)
      return admitted
    },
    change: (room, label, rights, at) => void changes.set(keyOf(room, { label }), { at, heardAt: now(), rights }),
    revoke(room, whose, at) {
      const key = keyOf(room, whose)
      // Told late, perhaps: what was told of a later time still holds.
      revoked.set(key, { at: Math.max(at, revoked.get(key)?.at ?? 0), heardAt: now() })
    },
    close: () => clearInterval(timer),
  }
}
