import { createHash } from 'node:crypto'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { Person, PersonKind } from '../../protocol/identity.ts'
import {
  IMPORT_LISTED, type ImportChange, type ImportKind, type ImportProblem, type ImportReport,
} from '../../protocol/organisation-import.ts'
import type { BodyFields, Term } from '../../protocol/terms.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { BodyRecord } from './bodies.ts'
import { planBodies } from './import-bodies.ts'
import { createRowReader, type RowReader } from './import-cells.ts'
import { rowsOf, type Cells } from './import-columns.ts'
import { planMembers } from './import-members.ts'
import { planPeople } from './import-people.ts'
import { readTable } from './table.ts'
import type { TermFields } from './terms.ts'
import type { UnitRecord } from './units.ts'

/** What an import reads and writes, in one transaction; each is a constant number of statements but those of bodies. */
export interface ImportTx {
  /** By user name; unknown ones are left out. */
  accounts(usernames: readonly string[]): Promise<Map<string, { person: Person }>>
  units(): Promise<UnitRecord[]>
  bodies(): Promise<BodyRecord[]>
  /** Where people were put last, by person. */
  workOf(personIds: readonly string[]): Promise<Map<string, { unitId: string | null, since: Day }>>
  terms(bodyIds: readonly string[]): Promise<(Term & { bodyId: string })[]>
  /** New people with accounts; their ids by user name. Throws `usernameTaken`. */
  enrol(people: readonly { username: string, fullName: string, office: string, kind: PersonKind }[]): Promise<Map<string, string>>
  changePeople(people: readonly { personId: string, fullName: string, office: string }[]): Promise<void>
  assign(work: readonly { personId: string, unitId: string, since: Day }[]): Promise<void>
  foundBody(body: BodyFields): Promise<void>
  changeBody(bodyId: string, body: BodyFields): Promise<void>
  beginTerms(terms: readonly (TermFields & { bodyId: string, personId: string, since: Day, until: Day | null })[]): Promise<void>
  changeTerms(terms: readonly (TermFields & { id: string, bodyId: string, personId: string, until: Day | null })[]): Promise<void>
}

export interface ImportStore {
  /** Nothing else changes units or bodies meanwhile. */
  within<T>(actorId: string, work: (tx: ImportTx) => Promise<T>): Promise<T>
}

export interface PlanRow { reader: RowReader, cell: Cells }
export interface PlanInput { rows: readonly PlanRow[], today: Day }
/** What an import would do; what is wrong was noted by the rows' readers. */
export interface Plan { changes: ImportChange[], apply(): Promise<void> }

const planners: Record<ImportKind, (input: PlanInput, tx: ImportTx) => Promise<Plan>> = { people: planPeople, bodies: planBodies, members: planMembers }
const ORDER: Record<ImportChange['what'], number> = { added: 0, changed: 1, kept: 2 }

function report(kind: ImportKind, bytes: Buffer, rows: number, { changes }: Plan, problems: ImportProblem[]): ImportReport {
  const count = (what: ImportChange['what']) => changes.filter((change) => change.what === what).length
  const digest = createHash('sha256').update(bytes).update(JSON.stringify({ kind, changes, problems })).digest('hex')
  return {
    kind, rows, digest,
    counts: { added: count('added'), changed: count('changed'), kept: count('kept'), problems: problems.length },
    problems: problems.toSorted((a, b) => a.row - b.row).slice(0, IMPORT_LISTED),
    changes: changes.toSorted((a, b) => ORDER[a.what] - ORDER[b.what] || a.row - b.row).slice(0, IMPORT_LISTED),
  }
}

/** People, bodies and members out of a table that somebody uploaded. */
export function createImport({ store, now = () => new Date() }: { store: ImportStore, now?: () => Date }) {
  /** Reads the file before the database is asked, then lets `work` have the plan. */
  async function planned(
    { personId }: Caller, kind: ImportKind, bytes: Buffer, work: (plan: Plan, told: ImportReport) => Promise<void>,
  ): Promise<ImportReport> {
    const written = rowsOf(kind, await readTable(bytes))
    return await store.within(personId, async (tx) => {
      const problems: ImportProblem[] = []
      const rows = written.map(({ number, cell }) => ({ cell, reader: createRowReader(number, cell, problems) }))
      const plan = await planners[kind]({ rows, today: localDay(now()) }, tx)
      const told = report(kind, bytes, rows.length, plan, problems)
      await work(plan, told)
      return told
    })
  }

  return {
    /** Throws `importUnreadable`. */
    check: (caller: Caller, kind: ImportKind, bytes: Buffer): Promise<ImportReport> => planned(caller, kind, bytes, async () => {}),

    /** Throws `importUnreadable`, `importRefused` while something is wrong, `importOutdated` where the check said otherwise. */
    apply: (caller: Caller, kind: ImportKind, bytes: Buffer, digest: string): Promise<ImportReport> =>
      planned(caller, kind, bytes, async (plan, told) => {
        if (told.counts.problems > 0) throw new AppError('importRefused', { problems: told.counts.problems })
        if (told.digest !== digest) throw new AppError('importOutdated')
        await plan.apply()
      }),
  }
}

export type Import = ReturnType<typeof createImport>
