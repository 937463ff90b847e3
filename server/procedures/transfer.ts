import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { foldText } from '../../protocol/fold.ts'
import {
  PROCEDURES_FORMAT, PROCEDURES_LISTED, ProcedureFile, type FileVersion, type ProcedureChange, type ProcedureProblem, type ProcedureReason,
  type ProcedureReport,
} from '../../protocol/procedure-file.ts'
import { cycleIn, ProcedureContent } from '../../protocol/procedure-rules.ts'
import { MAX_PROCEDURES } from '../../protocol/procedures.ts'
import { stampIn } from '../../protocol/secrecy.ts'
import { readTable } from '../bodies/table.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { CatalogueStore, KeptVersion, NewVersion } from './catalogue.ts'
import { fileOfTable, type TableFile } from './table.ts'
import { textsIn } from './texts.ts'

export interface FileUnit { id: string, name: string, code: string | null, ended: boolean }
type FileGroup = ProcedureFile['groups'][number]

export interface TransferStore extends Pick<CatalogueStore, 'groups' | 'procedures' | 'lock' | 'insert' | 'insertVersions'> {
  /** Every unit; one that has ended goes by its name alone. */
  units(db: Knex, on: Day): Promise<FileUnit[]>
  /** Audited. */
  putGroups(trx: Knex.Transaction, groups: readonly FileGroup[], actorId: string): Promise<void>
}

/** What a file would do. */
interface Plan {
  changes: ProcedureChange[]
  problems: ProcedureProblem[]
  groups: FileGroup[]
  writes: { code: string, procedureId: string | null, versions: NewVersion[] }[]
}

/** What a file of the catalogue has at most, so that one made to exhaust the server is refused before it is looked at. */
const MAX_VALUES = 200_000

const nameOf = ({ code, name }: FileUnit) => code ?? name

/** Content with its units by `name`. */
function renamed<C extends FileVersion['content'] | ProcedureContent>(content: C, name: (unit: string, path: (string | number)[]) => string): C {
  return {
    ...content, units: content.units.map((unit, index) => name(unit, ['units', index])),
    steps: content.steps.map((step, index) => step.responsible.kind === 'role' ? step
      : { ...step, responsible: { kind: 'unit', unit: name(step.responsible.unit, ['steps', index, 'responsible', 'unit']) } }),
  }
}

/** Counts what a parsed file holds, without recursion: it may be nested as deep as it is long. */
function valuesIn(parsed: unknown): number {
  const waiting = [parsed]
  let count = 0
  while (waiting.length > 0 && count <= MAX_VALUES) {
    const value = waiting.pop()
    count += 1
    if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) waiting.push(part)
  }
  return count
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new AppError('importUnreadable', { reason: 'notJson' })
  }
}

/** `file` null: it does not fit, and `problems` say why. */
interface Read { file: ProcedureFile | null, problems: ProcedureProblem[], table: TableFile | null }

/** The catalogue as a file, and files as the catalogue. */
export function createTransfer({ db, store, now }: { db: Knex, store: TransferStore, now: () => Date }) {
  const today = () => localDay(now())

  /** Throws `importUnreadable`. */
  async function read(bytes: Buffer): Promise<Read> {
    const begin = bytes.subarray(0, 64).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '').trimStart()
    if (!begin.startsWith('{') && !begin.startsWith('[')) {
      const table = fileOfTable(await readTable(bytes), await store.groups(db), today())
      if (table.problems.length > 0) return { file: null, problems: table.problems, table }
      return held(table.file, table)
    }
    const content = parsed(bytes)
    if (valuesIn(content) > MAX_VALUES) throw new AppError('importUnreadable', { reason: 'tooLarge' })
    return held(content, null)
  }

  function held(content: unknown, table: TableFile | null): Read {
    const file = ProcedureFile.safeParse(content)
    if (file.success) return { file: file.data, problems: [], table }
    const problems = file.error.issues.flatMap(({ code, path, message, ...issue }): ProcedureProblem[] => {
      const places = code === 'unrecognized_keys' && 'keys' in issue ? (issue.keys as string[]).map((key) => [...path, key]) : [path]
      return places.map((place) => ({ ...placed(place, table), ...reasonOf(code, message) }))
    })
    return { file: null, problems, table }
  }

  /** A place of a table is its row. */
  function placed(path: readonly PropertyKey[], table: TableFile | null): Pick<ProcedureProblem, 'place' | 'row'> {
    const step = path.indexOf('steps')
    const row = table && path[0] === 'procedures' ? table.rowOf(Number(path[1]), step < 0 || path[step + 1] === undefined ? null : Number(path[step + 1])) : null
    return { place: path.map(String).join('.'), row }
  }

  async function plan(trx: Knex.Transaction, { file, problems: read, table }: Read): Promise<Plan> {
    const problems = [...read]
    if (!file) return { problems, changes: [], groups: [], writes: [] }
    const [units, kept, groups] = [await store.units(trx, today()), await store.procedures(trx), await store.groups(trx)]
    const byCode = new Map(kept.map((one) => [one.code, one]))
    const wrong = (path: readonly PropertyKey[], reason: ProcedureReason, message: string) => { problems.push({ ...placed(path, table), reason, message }) }
    const plan: Plan = { problems, changes: [], groups: [], writes: [] }

    for (const [rank, group] of file.groups.entries()) {
      const here = groups.find(({ id }) => id === group.id)
      if (here && here.name.vi === group.name.vi && here.name.en === group.name.en && here.intended === group.intended) continue
      plan.groups.push(group)
      plan.changes.push({ code: group.id, name: group.name.vi, what: here ? 'changed' : 'added', versions: [] })
      if (textsIn(group).some((text) => stampIn(text) !== null)) wrong(['groups', rank], 'stamped', '')
    }
    for (const [index, { code, versions }] of file.procedures.entries()) {
      const here = byCode.get(code)
      const fresh = versions.flatMap((version, at): NewVersion[] => {
        const path = ['procedures', index, 'versions', at]
        if (textsIn(version).some((text) => stampIn(text) !== null)) wrong(path, 'stamped', '')
        const content = renamed(version.content, (unit, place) => {
          const id = unitId(units, unit)
          if (id === undefined) wrong([...path, 'content', ...place], 'unknownUnit', unit)
          return id ?? ''
        })
        const { since, until, reason } = version
        const same = here?.versions.find((one) => one.version === version.version)
        // A table tells what a procedure is, not which version of it: one that is here is either the same or changed in the editor.
        if (table && here) {
          if (JSON.stringify(here.versions.at(-1)?.content) !== JSON.stringify(content)) wrong(path, 'differs', code)
          return []
        }
        if (same) {
          if (!sameVersion(same, { since, until, reason, content })) wrong(path, 'versionDiffers', `${code} v${version.version}`)
          return []
        }
        const latest = here?.versions.at(-1)
        if (here && since < today()) wrong([...path, 'since'], 'pastVersion', since)
        if (latest && latest.since <= today() && since <= latest.since) wrong([...path, 'since'], 'tooEarly', since)
        return [{ version: version.version, since, until, reason, content }]
      })
      const what = here === undefined ? 'added' : fresh.length > 0 ? 'changed' : 'kept'
      plan.changes.push({ code, name: versions.at(-1)?.content.name ?? '', what, versions: fresh.map(({ version }) => version) })
      if (fresh.length > 0) plan.writes.push({ code, procedureId: here?.id ?? null, versions: fresh })
    }

    const follows = new Map<string, readonly string[]>(kept.map(({ code, versions }) => [code, versions.at(-1)?.content.follows ?? []]))
    for (const { code, versions } of plan.writes) follows.set(code, versions.at(-1)?.content.follows ?? [])
    for (const [index, { versions }] of file.procedures.entries()) {
      for (const [place, code] of (versions.at(-1)?.content.follows ?? []).entries()) {
        if (!follows.has(code)) wrong(['procedures', index, 'versions', versions.length - 1, 'content', 'follows', place], 'unknownCode', code)
      }
    }
    const cycle = cycleIn(follows)
    if (cycle) wrong(['procedures'], 'cycle', [...cycle, cycle[0]].join(' → '))
    if (follows.size > MAX_PROCEDURES) wrong(['procedures'], 'full', String(MAX_PROCEDURES))
    return plan
  }

  function report({ changes, problems, groups, writes }: Plan): ProcedureReport {
    const count = (what: ProcedureChange['what']) => changes.filter((change) => change.what === what).length
    return {
      counts: { added: count('added'), changed: count('changed'), kept: count('kept'), problems: problems.length },
      problems: problems.slice(0, PROCEDURES_LISTED), changes: changes.slice(0, PROCEDURES_LISTED),
      digest: createHash('sha256').update(JSON.stringify({ changes, problems, groups, writes })).digest('hex'),
    }
  }

  return {
    /** The whole catalogue; the same catalogue gives the same bytes. */
    async export(): Promise<Buffer> {
      const [groups, procedures, units] = [await store.groups(db), await store.procedures(db), await store.units(db, today())]
      const byId = new Map(units.map((unit) => [unit.id, nameOf(unit)]))
      const file: ProcedureFile = {
        format: PROCEDURES_FORMAT, formatVersion: 1,
        groups: groups.map(({ id, name: { vi, en }, intended }) => ({ id, name: { vi, en }, intended })),
        procedures: procedures.map(({ code, versions }) => ({
          code, versions: versions.map(({ version, since, until, reason, content }) => (
            { version, since, until, reason, content: renamed(content, (unit) => byId.get(unit) ?? unit) })),
        })),
      }
      return Buffer.from(`${JSON.stringify(file, null, 1)}\n`)
    },

    /** Changes nothing. Throws `importUnreadable`. */
    async check(bytes: Buffer): Promise<ProcedureReport> {
      const file = await read(bytes)
      return await db.transaction(async (trx) => report(await plan(trx, file)))
    },

    /** All in one transaction, or nothing. Throws `importUnreadable`, `importRefused`, `importOutdated`. */
    async apply({ personId }: Caller, bytes: Buffer, digest: string): Promise<ProcedureReport> {
      const file = await read(bytes)
      return await db.transaction(async (trx) => {
        await store.lock(trx)
        const planned = await plan(trx, file)
        const told = report(planned)
        if (told.counts.problems > 0) throw new AppError('importRefused', { problems: told.counts.problems })
        if (told.digest !== digest) throw new AppError('importOutdated')
        await store.putGroups(trx, planned.groups, personId)
        for (const { code, procedureId, versions } of planned.writes) {
          const id = procedureId ?? await store.insert(trx, code)
          if (id === undefined) throw new AppError('importOutdated')
          await store.insertVersions(trx, id, versions, personId, 'procedure.imported')
        }
        return told
      })
    },
  }
}

export type Transfer = ReturnType<typeof createTransfer>

/** By its code, else by its name, however it is written; undefined where none, or several, are called so. Living ones go before. */
function unitId(units: readonly FileUnit[], wanted: string): string | undefined {
  const only = (matches: (unit: FileUnit) => boolean) => {
    const found = units.filter(matches)
    const living = found.filter(({ ended }) => !ended)
    return living.length === 1 ? living[0]?.id : found.length === 1 ? found[0]?.id : undefined
  }
  return only(({ code }) => code === wanted) ?? only(({ name }) => name === wanted) ?? only(({ name }) => foldText(name) === foldText(wanted))
}

/** What a schema says of a value, as people are told. */
function reasonOf(code: string, message: string): Pick<ProcedureProblem, 'reason' | 'message'> {
  if (code === 'unrecognized_keys') return { reason: 'unknownField', message: 'unknown field' }
  if (code === 'invalid_type' && message.endsWith('received undefined')) return { reason: 'missing', message: '' }
  if (code === 'too_small' || code === 'too_big') return { reason: 'outOfRange', message }
  return { reason: code === 'custom' ? 'invalid' : 'wrongKind', message }
}

function sameVersion(here: KeptVersion, { since, until, reason, content }: Omit<NewVersion, 'version'>): boolean {
  return here.since === since && here.until === until && here.reason === reason
    && JSON.stringify(here.content) === JSON.stringify(ProcedureContent.safeParse(content).data)
}

