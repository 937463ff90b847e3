import type { Knex } from 'knex'
import type { Body, BodyRole, BodyRulesInput, Letterhead, Membership } from '../../protocol/bodies.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** A body without regard to who asks. */
export type BodyRecord = Omit<Body, 'role'>
/** A body as one of its present members has it. */
export interface OwnBody extends BodyRecord { role: BodyRole }

/** What a body is founded with; what is left out is not known. */
export interface NewBody extends Partial<Pick<BodyRecord, 'kind' | 'superiorUnitId' | 'since'>> {
  name: string
  rules: BodyRulesInput
  letterhead: Letterhead
  /** Who founds it; left out: the installation itself. */
  actorId?: string
}

export interface NewMembership {
  bodyId: string
  personId: string
  role: BodyRole
  office: string
  voting: boolean
  rank: number
  /** First day of the term. */
  since: Date
  /** Who takes them in; left out: the installation itself. */
  actorId?: string
}

/** Days are those of Asia/Ho_Chi_Minh; a term includes its first and its last day. */
export interface BodiesStore {
  /** In any order; unknown ids are left out. Over `trx` where one is given, so that a command waits for no second connection. */
  bodies(ids: readonly string[], trx?: Knex): Promise<BodyRecord[]>
  /** By name, those that ended too. */
  allBodies(): Promise<BodyRecord[]>
  /** The body that has not ended by today; however its tones are placed. */
  findByName(name: string): Promise<BodyRecord | null>
  /** The bodies that a person belongs to on a day, by name; none that ended before it. */
  bodiesOf(personId: string, on: Date): Promise<OwnBody[]>
  /** By protocol rank. */
  members(bodyId: string, on: Date): Promise<Membership[]>
  /** Writes its audit entry in the same transaction. Throws `bodyNameTaken`, and `unitNotFound` for an unknown superior. */
  insertBody(body: NewBody): Promise<BodyRecord>
  /** False, and nothing changed, where the person has a term without an end in that body. Writes its audit entry. */
  insertMembership(membership: NewMembership): Promise<boolean>
}

/** Bodies and who belongs to them. Who does not belong to a body gets `bodyNotFound`, whether it exists or not. */
export function createBodies({ store, now = () => new Date() }: { store: BodiesStore, now?: () => Date }) {
  return {
    /** Whoever asks: for meetings, which decide themselves who may see them. Unknown ids are left out. */
    bodies: store.bodies,
    /** Members whose term includes that day, by protocol rank. */
    presentMembers: store.members,
    findByName: store.findByName,
    found: store.insertBody,
    addMember: store.insertMembership,

    /** The body with the caller's present role in it. Throws `bodyNotFound`. */
    async bodyFor(callerId: string, bodyId: string): Promise<OwnBody> {
      const own = await store.bodiesOf(callerId, now())
      const body = own.find(({ id }) => id === bodyId)
      if (!body) throw new AppError('bodyNotFound')
      return body
    },

    /** The caller's bodies; all of them for an administrator. */
    async bodiesFor({ personId, administrator }: Caller): Promise<Body[]> {
      const own = await store.bodiesOf(personId, now())
      if (!administrator) return own
      const roles = new Map(own.map(({ id, role }) => [id, role]))
      return (await store.allBodies()).map((body) => ({ ...body, role: roles.get(body.id) ?? null }))
    },

    /** Present members by protocol rank, for members and administrators. Throws `bodyNotFound`. */
    async membersFor(caller: Caller, bodyId: string): Promise<Membership[]> {
      const visible = caller.administrator ? await store.bodies([bodyId]) : await store.bodiesOf(caller.personId, now())
      if (!visible.some(({ id }) => id === bodyId)) throw new AppError('bodyNotFound')
      return await store.members(bodyId, now())
    },
  }
}

export type Bodies = ReturnType<typeof createBodies>
