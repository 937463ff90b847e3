import { isDeepStrictEqual } from 'node:util'
import { BodyRules, type BodyKind, type Letterhead } from '../../protocol/bodies.ts'
import type { VoteBase } from '../../protocol/shares.ts'
import { toneText } from '../../protocol/fold.ts'
import type { ImportColumn } from '../../protocol/organisation-import.ts'
import type { BodyFields } from '../../protocol/terms.ts'
import type { RowReader } from './import-cells.ts'
import type { ImportTx, Plan, PlanInput, PlanRow } from './import.ts'
import { bodyNamed, unitNamed } from './import-names.ts'
import type { UnitRecord } from './units.ts'

const KINDS: Record<string, BodyKind> = {
  'ban chấp hành': 'executiveCommittee', 'executive committee': 'executiveCommittee', 'ban thường vụ': 'standingCommittee',
  'standing committee': 'standingCommittee', 'thường trực': 'permanentMembers', 'permanent members': 'permanentMembers',
  'uỷ ban nhân dân': 'peoplesCommittee', 'people’s committee': 'peoplesCommittee', 'peoples committee': 'peoplesCommittee',
  'hội đồng': 'council', 'council': 'council', 'khác': 'other', 'other': 'other',
}
const STYLES: Record<string, Letterhead['style']> = { 'đảng': 'party', 'party': 'party', 'nhà nước': 'state', 'state': 'state' }
const BASES: Record<string, VoteBase> = {
  'đương nhiệm': 'incumbents', 'incumbents': 'incumbents', 'có mặt': 'present', 'present': 'present',
  'phiếu hợp lệ': 'validBallots', 'valid ballots': 'validBallots',
}

type Written = Omit<BodyFields, 'kind' | 'superiorUnitId' | 'since'> & { kind: BodyKind | null, superiorUnitId: string | null, since: string | null }

function read(reader: RowReader, cell: PlanRow['cell'], unit: UnitRecord | null): Written | null {
  const text = (column: ImportColumn, max: number) => reader.text(column, max)
  const [name, issuer, minutesSymbol, place] = [text('body', 200), text('issuer', 200), text('minutesSymbol', 40), text('place', 100)]
  const kind = cell('bodyKind') === '' ? null : reader.choice('bodyKind', KINDS, null)
  const style = reader.choice('style', STYLES, null)
  const superior = reader.text('superior', 200, false) ?? ''
  const [quorum, quorumBasis] = [reader.share('quorum'), text('quorumBasis', 300)]
  const [majority, base, majorityBasis] = [reader.share('majority'), reader.choice('majorityBase', BASES, null), text('majorityBasis', 300)]
  const since = reader.day('since')
  if (name === null || issuer === null || minutesSymbol === null || place === null || style === null || quorum === null
    || quorumBasis === null || majority === null || base === null || majorityBasis === null) return null
  const rules = BodyRules.parse({
    quorum: { ...quorum, basis: quorumBasis }, majority: { ...majority, base, basis: majorityBasis }, grading: null,
  })
  return { name, kind, since, superiorUnitId: unit?.id ?? null, letterhead: { style, superior, issuer, minutesSymbol, place }, rules }
}

/** Bodies: new ones are founded, known ones get the quorum, majority and letterhead of the table and keep their other rules. */
export async function planBodies({ rows, today }: PlanInput, tx: ImportTx): Promise<Plan> {
  const [units, bodies] = [await tx.units(), await tx.bodies()]
  const seen = new Set<string>()
  const plan: Plan = { changes: [], apply: async () => {} }
  const added: BodyFields[] = []
  const changed: { bodyId: string, fields: BodyFields }[] = []
  for (const { reader, cell } of rows) {
    const unit = unitNamed(reader, cell('unit'), units, today)
    const written = read(reader, cell, unit)
    if (!written) continue
    if (seen.has(toneText(written.name))) reader.problem('body', 'repeated')
    seen.add(toneText(written.name))
    const { row } = reader
    const known = bodyNamed(written.name, bodies, today)
    if (!known) {
      added.push({ ...written, kind: written.kind ?? 'other' })
      plan.changes.push({ row, name: written.name, what: 'added', columns: [] })
      continue
    }
    const fields: BodyFields = {
      name: written.name, kind: written.kind ?? known.kind, superiorUnitId: written.superiorUnitId ?? known.superiorUnitId,
      since: written.since ?? known.since, letterhead: written.letterhead,
      rules: { ...known.rules, quorum: written.rules.quorum, majority: written.rules.majority },
    }
    const differs: [ImportColumn, unknown, unknown][] = [
      ['body', known.name, fields.name], ['bodyKind', known.kind, fields.kind], ['unit', known.superiorUnitId, fields.superiorUnitId],
      ['since', known.since, fields.since], ['style', known.letterhead, fields.letterhead],
      ['quorum', known.rules.quorum, fields.rules.quorum], ['majority', known.rules.majority, fields.rules.majority],
    ]
    const columns = differs.filter(([, a, b]) => !isDeepStrictEqual(a, b)).map(([column]) => column)
    if (columns.length > 0) changed.push({ bodyId: known.id, fields })
    plan.changes.push({ row, name: written.name, what: columns.length > 0 ? 'changed' : 'kept', columns })
  }
  plan.apply = async () => {
    for (const body of added) await tx.foundBody(body)
    for (const { bodyId, fields } of changed) await tx.changeBody(bodyId, fields)
  }
  return plan
}
