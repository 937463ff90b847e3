import type { Day } from '../../protocol/calendar.ts'
import { toneText } from '../../protocol/fold.ts'
import { AccountFields } from '../../protocol/accounts.ts'
import type { Person, PersonKind } from '../../protocol/identity.ts'
import type { ImportColumn } from '../../protocol/organisation-import.ts'
import type { ImportTx, Plan, PlanInput } from './import.ts'
import { unitNamed } from './import-names.ts'

const KINDS: Record<string, PersonKind> = { 'người': 'person', 'cá nhân': 'person', 'person': 'person', 'điểm cầu': 'site', 'site': 'site' }

interface Wanted { row: number, username: string, fullName: string, office: string, kind: PersonKind | null, unitId: string | null, since: Day | null }

function columnsChanged(wanted: Wanted, known: { person: Person }, unitId: string | null): ImportColumn[] {
  const { person } = known
  return [
    ...(person.fullName !== wanted.fullName ? ['fullName' as const] : []), ...(person.office !== wanted.office ? ['office' as const] : []),
    ...(wanted.unitId !== null && wanted.unitId !== unitId ? ['unit' as const] : []),
  ]
}

/** People with accounts: new ones are added without a password, known ones get their office, spelling and unit. */
export async function planPeople({ rows, today }: PlanInput, tx: ImportTx): Promise<Plan> {
  const units = await tx.units()
  const wanted: Wanted[] = []
  const seen = new Set<string>()
  for (const { reader, cell } of rows) {
    const username = AccountFields.shape.username.safeParse(cell('username')).data ?? reader.problem('username', cell('username') === '' ? 'missing' : 'badUsername')
    if (username !== null && seen.has(username)) reader.problem('username', 'repeated')
    if (username !== null) seen.add(username)
    const [fullName, office] = [reader.text('fullName', 120), reader.text('office', 160)]
    const kind = cell('personKind') === '' ? null : reader.choice('personKind', KINDS, null)
    const unit = unitNamed(reader, cell('unit'), units, today)
    const since = reader.day('since')
    if (since !== null && (since > today || (unit && since < unit.since))) reader.problem('since', 'dateOutOfRange', unit?.since)
    if (username !== null && fullName !== null && office !== null) {
      wanted.push({ row: reader.row, username, fullName, office, kind, unitId: unit?.id ?? null, since })
    }
  }
  const known = await tx.accounts(wanted.map(({ username }) => username))
  const work = await tx.workOf([...known.values()].map(({ person }) => person.id))
  const readers = new Map(rows.map(({ reader }) => [reader.row, reader]))
  const plan: Plan = { changes: [], apply: async () => {} }
  const [added, changed, moved]: [Wanted[], (Wanted & { personId: string })[], (Wanted & { unitId: string })[]] = [[], [], []]
  for (const one of wanted) {
    const there = known.get(one.username)
    const reader = readers.get(one.row)
    if (!there) {
      added.push(one)
      if (one.unitId !== null) moved.push({ ...one, unitId: one.unitId })
      plan.changes.push({ row: one.row, name: one.fullName, what: 'added', columns: [] })
      continue
    }
    if (toneText(there.person.fullName) !== toneText(one.fullName)) {
      reader?.problem('username', 'otherPerson', there.person.fullName)
      continue
    }
    if (one.kind !== null && one.kind !== there.person.kind) reader?.problem('personKind', 'otherPerson', there.person.fullName)
    const at = work.get(there.person.id)
    const columns = columnsChanged(one, there, at?.unitId ?? null)
    if (columns.includes('unit') && one.unitId !== null) {
      const since = one.since ?? today
      if (at && since < at.since) reader?.problem('since', 'dateOutOfRange', at.since)
      moved.push({ ...one, unitId: one.unitId })
    }
    if (columns.includes('fullName') || columns.includes('office')) changed.push({ ...one, personId: there.person.id })
    plan.changes.push({ row: one.row, name: one.fullName, what: columns.length > 0 ? 'changed' : 'kept', columns })
  }
  plan.apply = async () => {
    const made = await tx.enrol(added.map(({ username, fullName, office, kind }) => ({ username, fullName, office, kind: kind ?? 'person' })))
    await tx.changePeople(changed)
    await tx.assign(moved.map(({ username, unitId, since }) => {
      const personId = known.get(username)?.person.id ?? made.get(username)
      if (personId === undefined) throw new Error('somebody was not enrolled')
      return { personId, unitId, since: since ?? today }
    }))
  }
  return plan
}
