import type { Body } from '../../protocol/bodies.ts'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { BodyFields, Term } from '../../protocol/terms.ts'
import type { HistoryEntry } from '../../protocol/units.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { BodyRecord } from './bodies.ts'
import { FIRST_DAY, overlap, requireWithin } from './spans.ts'

export type TermFields = Pick<Term, 'role' | 'office' | 'voting' | 'rank'>

/** Changes of one body and its terms in one transaction, which no other change of it runs beside. */
export interface BodyTx {
  body: BodyRecord
  /** Raises the version. Throws `bodyNameTaken`, `unitNotFound`. */
  changeBody(change: BodyFields): Promise<BodyRecord>
  /** Ends the body and every term that would last longer. */
  endBody(until: Day): Promise<{ body: BodyRecord, terms: number }>
  terms(): Promise<Term[]>
  /** False where nobody has that id. */
  knows(personId: string): Promise<boolean>
  insertTerm(personId: string, term: TermFields & { since: Day, until: Day | null }): Promise<Term>
  /** Raises the version. */
  changeTerm(termId: string, change: Partial<TermFields & { until: Day }>): Promise<Term>
  audit(action: string, subjectId: string | null, data: object): Promise<void>
}

export interface TermsStore {
  /** In one transaction under the body's lock. Throws `bodyNotFound`. */
  change<T>(bodyId: string, actorId: string, work: (tx: BodyTx) => Promise<T>): Promise<T>
  terms(bodyId: string): Promise<Term[]>
  exists(bodyId: string): Promise<boolean>
  history(bodyId: string): Promise<HistoryEntry[]>
}

/** A term's end may be set this far ahead. */
const LAST_DAY = '2100-12-31'

export interface TermsDeps {
  store: TermsStore
  found(body: BodyFields & { actorId: string }): Promise<BodyRecord>
  now?: () => Date
}

/** What an administrator does with bodies and terms. */
export function createTerms({ store, found, now = () => new Date() }: TermsDeps) {
  const today = () => localDay(now())
  const asBody = (body: BodyRecord): Body => ({ ...body, role: null })

  function requireLively({ until }: BodyRecord): void {
    if (until !== null && until < today()) throw new AppError('bodyEnded', { until })
  }

  function requireSeen(body: BodyRecord, version: number): void {
    requireLively(body)
    if (body.version !== version) throw new AppError('bodyChanged', { body: asBody(body) })
  }

  async function termSeen(tx: BodyTx, termId: string, version: number): Promise<{ term: Term, others: Term[] }> {
    const all = await tx.terms()
    const term = all.find(({ id }) => id === termId)
    if (!term) throw new AppError('membershipNotFound')
    if (term.version !== version) throw new AppError('membershipChanged', { term })
    return { term, others: all.filter((other) => other !== term && other.person.id === term.person.id) }
  }

  return {
    async found({ personId }: Caller, fields: BodyFields): Promise<Body> {
      if (fields.since !== null) requireWithin(fields.since, FIRST_DAY, LAST_DAY)
      return asBody(await found({ ...fields, actorId: personId }))
    },

    async change({ personId }: Caller, bodyId: string, { version, ...fields }: BodyFields & { version: number }): Promise<Body> {
      return await store.change(bodyId, personId, async (tx) => {
        requireSeen(tx.body, version)
        if (fields.since !== null) requireWithin(fields.since, FIRST_DAY, tx.body.until ?? LAST_DAY)
        const { name, kind, superiorUnitId, since, rules, letterhead } = tx.body
        await tx.audit('body.changed', null, { from: { name, kind, superiorUnitId, since, rules, letterhead }, to: fields })
        return asBody(await tx.changeBody(fields))
      })
    },

    async end({ personId }: Caller, bodyId: string, { until, version }: { until: Day, version: number }): Promise<Body> {
      return await store.change(bodyId, personId, async (tx) => {
        requireSeen(tx.body, version)
        requireWithin(until, tx.body.since ?? FIRST_DAY, LAST_DAY)
        const { body, terms } = await tx.endBody(until)
        await tx.audit('body.ended', null, { until, terms })
        return asBody(body)
      })
    },

    /** Newest first. Throws `bodyNotFound`. */
    async history(bodyId: string): Promise<HistoryEntry[]> {
      if (!await store.exists(bodyId)) throw new AppError('bodyNotFound')
      return await store.history(bodyId)
    },

    /** By protocol rank. Throws `bodyNotFound`. */
    async terms(bodyId: string): Promise<Term[]> {
      if (!await store.exists(bodyId)) throw new AppError('bodyNotFound')
      return await store.terms(bodyId)
    },

    async begin(
      { personId: actorId }: Caller, bodyId: string, { personId, ...term }: TermFields & { personId: string, since: Day, until: Day | null },
    ): Promise<Term> {
      return await store.change(bodyId, actorId, async (tx) => {
        requireLively(tx.body)
        requireWithin(term.since, tx.body.since ?? FIRST_DAY, tx.body.until ?? LAST_DAY)
        if (term.until !== null) requireWithin(term.until, term.since, tx.body.until ?? LAST_DAY)
        if (!await tx.knows(personId)) throw new AppError('personNotFound')
        const own = (await tx.terms()).filter(({ person }) => person.id === personId)
        if (own.some((other) => overlap(other, term))) throw new AppError('termOverlaps')
        const { role, voting, since, until } = term
        await tx.audit('membership.began', personId, { role, voting, since, until })
        return await tx.insertTerm(personId, term)
      })
    },

    async changeTerm({ personId }: Caller, bodyId: string, termId: string, { version, ...fields }: TermFields & { version: number }): Promise<Term> {
      return await store.change(bodyId, personId, async (tx) => {
        const { term: { role, office, voting, rank, person } } = await termSeen(tx, termId, version)
        await tx.audit('membership.changed', person.id, { termId, from: { role, office, voting, rank }, to: fields })
        return await tx.changeTerm(termId, fields)
      })
    },

    async endTerm({ personId }: Caller, bodyId: string, termId: string, { until, version }: { until: Day, version: number }): Promise<Term> {
      return await store.change(bodyId, personId, async (tx) => {
        const { term, others } = await termSeen(tx, termId, version)
        // Up to the person's next term, and not beyond the body's own end.
        const next = others.map(({ since }) => since).filter((since) => since > term.since).toSorted()[0]
        const latest = [tx.body.until ?? LAST_DAY, ...(next ? [next] : [])].toSorted()[0] ?? LAST_DAY
        requireWithin(until, term.since, latest)
        if (next !== undefined && until >= next) throw new AppError('termOverlaps')
        await tx.audit('membership.ended', term.person.id, { termId, until })
        return await tx.changeTerm(termId, { until })
      })
    },
  }
}

export type Terms = ReturnType<typeof createTerms>
