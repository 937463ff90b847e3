import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'

/** What a benchmark found, as it is printed, kept in bench/results and shown in docs/performance.md. */

export interface Table { title: string; columns: string[]; rows: string[][] }

/** A figure that was to be reached. */
export interface Verdict {
  what: string
  goal: string
  figure: string
  met: boolean
  /** By how much it was missed, as a share of the limit. */
  missedBy?: string
}

export interface PartReport {
  part: string
  tables: Table[]
  verdicts: Verdict[]
  /** What a reader must know to trust the figures, or not to. */
  remarks: string[]
  /** Every single measurement. */
  raw: unknown
}

export interface Report {
  benchmark: string
  command: string
  takenAt: string
  quick: boolean
  machine: string
  parts: PartReport[]
}

export const format = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')

export function verdict(given: { what: string; figure: number; digits?: number; unit?: string } & (
  { atMost: number } | { atLeast: number }
)): Verdict {
  const { what, figure, digits = 2, unit = '' } = given
  const [sign, limit, met] = 'atMost' in given
    ? ['≤', given.atMost, figure <= given.atMost] as const
    : ['≥', given.atLeast, figure >= given.atLeast] as const
  const missed = Math.abs(figure - limit) / Math.abs(limit)
  return {
    what, goal: `${sign} ${limit}${unit}`, figure: `${format(figure, digits)}${unit}`, met,
    ...(met || !Number.isFinite(missed) ? {} : { missedBy: `${format(100 * missed, 0)} %` }),
  }
}

/** A Markdown table, aligned for reading as plain text too. */
export function tableText({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const widths = columns.map((column, n) => Math.max(column.length, ...rows.map((row) => row[n]?.length ?? 0)))
  const line = (cells: string[]) => `| ${widths.map((width, n) => (cells[n] ?? '').padEnd(width)).join(' | ')} |`
  return [line(columns), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

function verdictTable(verdicts: Verdict[]): string {
  return tableText({
    columns: ['figure', 'goal', 'found', 'met'],
    rows: verdicts.map(({ what, goal, figure, met, missedBy }) => [what, goal, figure, met ? 'yes' : `no${missedBy ? `, by ${missedBy}` : ''}`]),
  })
}

export function partText({ part, tables, verdicts, remarks }: PartReport): string {
  return [
    `### ${part}`,
    ...tables.map((table) => `${table.title}\n\n${tableText(table)}`),
    ...(verdicts.length > 0 ? [verdictTable(verdicts)] : []),
    ...(remarks.length > 0 ? [remarks.map((remark) => `- ${remark}`).join('\n')] : []),
  ].join('\n\n')
}

export function describeMachine(): string {
  const [cpu] = os.cpus()
  const kernel = execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()
  const [load = 0] = os.loadavg()
  const besides = load > 0.5 ? `, with a load of ${format(load, 1)} of other programs at the start` : ''
  return `${os.availableParallelism()} cores of ${cpu?.model.trim() ?? 'an unknown processor'}, ${
    format(os.totalmem() / 2 ** 30, 0)} GiB, ${kernel}, Node ${process.version}${besides}`
}

/** Writes `bench/results/<benchmark>.json`, of a quick run `<benchmark>-quick.json`; returns the file's path. */
export function keep(report: Report): string {
  const name = `results/${report.benchmark}${report.quick ? '-quick' : ''}.json`
  const file = fileURLToPath(new URL(name, import.meta.url))
  mkdirSync(new URL('results/', import.meta.url), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  return file
}
