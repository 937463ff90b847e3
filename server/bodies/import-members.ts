import type { BodyRole } from '../../protocol/bodies.ts'
import type { Day } from '../../protocol/calendar.ts'
import type { ImportColumn } from '../../protocol/organisation-import.ts'
import type { ImportTx, Plan, PlanInput } from './import.ts'
import { bodyNamed } from './import-names.ts'
import { overlap } from './spans.ts'
import type { TermFields } from './terms.ts'

const ROLES: Record<string, BodyRole> = {
  'chủ trì': 'chair', 'chair': 'chair', 'thư ký': 'clerk', 'clerk': 'clerk', 'thành viên': 'member', 'uỷ viên': 'member', 'member': 'member',
  'khách mời': 'guest', 'guest': 'guest',
}
const ANSWERS: Record<string, boolean> = { 'có': true, 'x': true, 'yes': true, '1': true, 'không': false, 'no': false, '0': false }

interface Wanted extends Omit<TermFields, 'rank'> {
  row: number, bodyId: string, bodyName: string, personId: string, fullName: string, rank: number | null, since: Day | null, until: Day | null
}

/** Terms in bodies: who is a member today gets office, role, vote and rank of the table; for others a term begins. */
export async function planMembers({ rows, today }: PlanInput, tx: ImportTx): Promise<Plan> {
  const bodies = await tx.bodies()
  const accounts = await tx.accounts(rows.map(({ cell }) => cell('username').toLowerCase()))
  const wanted: Wanted[] = []
  const seen = new Set<string>()
  for (const { reader, cell } of rows) {
    const name = reader.text('body', 200)
    const body = name === null ? undefined : bodyNamed(name, bodies, today)
    if (name !== null && !body) reader.problem('body', 'unknownBody')
    const username = cell('username').toLowerCase()
    const person = accounts.get(username)?.person
    if (!person) reader.problem('username', username === '' ? 'missing' : 'unknownPerson')
    const [role, office] = [reader.choice('role', ROLES, null), reader.text('office', 160)]
    const voting = reader.choice('voting', ANSWERS, null)
    const [rank, since, until] = [reader.whole('rank'), reader.day('since'), reader.day('until')]
    if (until !== null && until < (since ?? today)) reader.problem('until', 'dateOutOfRange', since ?? today)
    if (!body || !person || role === null || office === null || voting === null) continue
    const key = `${body.id} ${person.id}`
    if (seen.has(key)) reader.problem('username', 'repeated')
    seen.add(key)
    const who = { bodyId: body.id, bodyName: body.name, personId: person.id, fullName: person.fullName }
    wanted.push({ row: reader.row, ...who, role, office, voting, rank, since, until })
  }
  const terms = await tx.terms([...new Set(wanted.map(({ bodyId }) => bodyId))])
  const readers = new Map(rows.map(({ reader }) => [reader.row, reader]))
  const last = new Map<string, number>()
  for (const { bodyId, rank } of terms) last.set(bodyId, Math.max(last.get(bodyId) ?? 0, rank))
  const plan: Plan = { changes: [], apply: async () => {} }
  const begun: Parameters<ImportTx['beginTerms']>[0][number][] = []
  const changed: Parameters<ImportTx['changeTerms']>[0][number][] = []
  for (const one of wanted) {
    const own = terms.filter(({ bodyId, person }) => bodyId === one.bodyId && person.id === one.personId)
    const present = own.find((term) => overlap(term, { since: today, until: today }))
    const name = `${one.fullName} – ${one.bodyName}`
    if (present) {
      const fields = { role: one.role, office: one.office, voting: one.voting, rank: one.rank ?? present.rank, until: one.until ?? present.until }
      const columns = (['role', 'office', 'voting', 'rank', 'until'] as const satisfies readonly ImportColumn[]).filter((column) => fields[column] !== present[column])
      if (fields.until !== null && fields.until < present.since) readers.get(one.row)?.problem('until', 'dateOutOfRange', present.since)
      if (columns.includes('until') && own.some((term) => term !== present && overlap(term, { since: present.since, until: fields.until }))) {
        readers.get(one.row)?.problem('until', 'termOverlaps')
      }
      if (columns.length > 0) changed.push({ id: present.id, bodyId: one.bodyId, personId: one.personId, ...fields })
      plan.changes.push({ row: one.row, name, what: columns.length > 0 ? 'changed' : 'kept', columns })
      continue
    }
    const since = one.since ?? today
    if (own.some((term) => overlap(term, { since, until: one.until }))) readers.get(one.row)?.problem('since', 'termOverlaps')
    const rank = one.rank ?? (last.get(one.bodyId) ?? 0) + 1
    last.set(one.bodyId, Math.max(last.get(one.bodyId) ?? 0, rank))
    const { bodyId, personId, role, office, voting, until } = one
    begun.push({ bodyId, personId, role, office, voting, rank, since, until })
    plan.changes.push({ row: one.row, name, what: 'added', columns: [] })
  }
  plan.apply = async () => {
    await tx.beginTerms(begun)
    await tx.changeTerms(changed)
  }
  return plan
}
