import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface ReadBody {
  id: string, name: string
  /** The caller leads it or is its office, and so may open what its papers, tasks and proposals are. */
  own: boolean
}

export interface ReadersStore {
  /** The bodies that the person leads or is the office of on that day; all, those that ended too, for an administrator. By name. */
  bodies(db: Knex, asking: { personId: string, administrator: boolean, on: Day }): Promise<ReadBody[]>
}

/** Whose results they are, and what of them the caller may open. */
export interface Reading {
  personId: string, bodies: readonly ReadBody[], bodyIds: readonly string[], ownIds: readonly string[], body: { id: string, name: string } | null
}

/** Who may see results: leaders (chairs) and offices (clerks) those of their bodies, administrators all. */
export function createReaders({ db, store, now }: { db: Knex, store: ReadersStore, now: () => Date }) {
  const bodiesOf = ({ personId, administrator }: Caller) => store.bodies(db, { personId, administrator, on: localDay(now()) })

  return {
    /** `own`: they lead one of them or are its office. */
    async bodies(caller: Caller): Promise<{ bodies: { id: string, name: string }[], own: boolean }> {
      const bodies = await bodiesOf(caller)
      return { bodies: bodies.map(({ id, name }) => ({ id, name })), own: bodies.some(({ own }) => own) }
    },

    /** Throws `forbiddenForResults`, `bodyNotFound` for a body that is none of the caller's. */
    async reading(caller: Caller, bodyId?: string): Promise<Reading> {
      const all = await bodiesOf(caller)
      if (all.length === 0 && !caller.administrator) throw new AppError('forbiddenForResults')
      const bodies = bodyId === undefined ? all : all.filter(({ id }) => id === bodyId)
      if (bodyId !== undefined && bodies.length === 0) throw new AppError('bodyNotFound')
      const [one] = bodies
      return {
        personId: caller.personId, bodies, bodyIds: bodies.map(({ id }) => id), ownIds: bodies.filter(({ own }) => own).map(({ id }) => id),
        body: bodyId === undefined || !one ? null : { id: one.id, name: one.name },
      }
    },
  }
}

export type Readers = ReturnType<typeof createReaders>
