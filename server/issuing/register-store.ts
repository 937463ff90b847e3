import { localDay } from '../../protocol/calendar.ts'
import type { PaperKind } from '../../protocol/issuing-entries.ts'
import { writtenNumber, type NumberSeries } from '../../protocol/issuing.ts'
import { containing } from './papers-store.ts'
import { ENTRY_COLUMNS, ENTRY_SOURCES, OFFICE_BODIES, toEntry, type EntryRow } from './register-rows.ts'
import type { RegisterQuery, RegisterStore } from './register.ts'
import type { PaperStyle } from './template.ts'

const CONDITIONS = `
  p.body_id = ANY (CAST(:bodyIds AS uuid[])) AND (CAST(:year AS int) IS NULL OR p.year = :year) AND (CAST(:kind AS text) IS NULL OR p.kind = :kind)
  AND (CAST(:channel AS text) IS NULL OR p.channel = :channel) AND (CAST(:status AS text) IS NULL OR p.status = :status)
  AND p.abstract_folded || ' ' || lpad(p.number::text, greatest(2, length(p.number::text)), '0') || CASE p.style WHEN 'party' THEN '-' ELSE '/' END || fold_text(p.symbol)
    LIKE ALL (CAST(:words AS text[]))`

const bindings = ({ bodyIds, year, kind, channel, status, words }: RegisterQuery) => ({
  bodyIds: [...bodyIds], year: year ?? null, kind: kind ?? null, channel: channel ?? null, status: status ?? null, words: words.map(containing),
})

interface SeriesRow { kind: PaperKind, year: number, start: number, last: number | null }
const toSeries = ({ kind, year, start, last }: SeriesRow): NumberSeries => ({ kind, year, start, last, next: last === null ? start : last + 1 })

export const registerStore: RegisterStore = {
  async officeBodies(db, { personId, on }) {
    const { rows } = await db.raw<{ rows: { id: string, name: string }[] }>(
      `SELECT id, name FROM body WHERE id IN (${OFFICE_BODIES}) ORDER BY name, id`, { personId, on: localDay(on) })
    return rows
  },

  async list(db, query, { after, limit }) {
    const { rows } = await db.raw<{ rows: EntryRow[] }>(`
      SELECT ${ENTRY_COLUMNS} FROM ${ENTRY_SOURCES} WHERE ${CONDITIONS}
        AND (CAST(:at AS timestamptz) IS NULL OR (p.issued_at, p.id) < (CAST(:at AS timestamptz), CAST(:id AS uuid)))
      ORDER BY p.issued_at DESC, p.id DESC LIMIT :limit`, { ...bindings(query), at: after?.at ?? null, id: after?.id ?? null, limit })
    return rows.map((row) => ({ entry: toEntry(row), position: { at: row.issued_at.toISOString(), id: row.id } }))
  },

  async all(db, query) {
    const { rows } = await db.raw<{ rows: EntryRow[] }>(
      `SELECT ${ENTRY_COLUMNS} FROM ${ENTRY_SOURCES} WHERE ${CONDITIONS} ORDER BY p.kind, p.year, p.number`, bindings(query))
    return rows.map(toEntry)
  },

  async shares(db, { personId, on, all }, year) {
    const { rows } = await db.raw<{ rows: { id: string, name: string, year: number, electronic: number, on_paper: number }[] }>(`
      SELECT body.id, body.name, p.year, (count(*) FILTER (WHERE p.channel = 'electronic'))::int AS electronic,
        (count(*) FILTER (WHERE p.channel = 'paper'))::int AS on_paper
      FROM issued_paper p JOIN body ON body.id = p.body_id
      WHERE p.status = 'issued' AND (CAST(:year AS int) IS NULL OR p.year = :year) AND (:all OR p.body_id IN (
        SELECT body_id FROM membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')))
      GROUP BY body.id, body.name, p.year ORDER BY p.year DESC, body.name, body.id`, { personId, on: localDay(on), all, year: year ?? null })
    return rows.map(({ id, name, year: of, electronic, on_paper: onPaper }) => ({ body: { id, name }, year: of, electronic, onPaper }))
  },

  async series(db, bodyId, year) {
    const rows: SeriesRow[] = await db('number_series').where({ body_id: bodyId, year }).select('kind', 'year', 'start', 'last')
    return rows.map(toSeries)
  },

  async startSeries(trx, bodyId, kind, year, start, before) {
    const { rows } = await trx.raw<{ rows: unknown[] }>(`
      INSERT INTO number_series (body_id, kind, year, start) SELECT CAST(:bodyId AS uuid), :kind, CAST(:year AS int), CAST(:start AS int) WHERE CAST(:before AS int) = 1 OR EXISTS (
        SELECT FROM number_series WHERE body_id = :bodyId AND kind = :kind AND year = :year)
      ON CONFLICT (body_id, kind, year) DO UPDATE SET start = excluded.start WHERE number_series.last IS NULL AND number_series.start = :before
      RETURNING start`, { bodyId, kind, year, start, before })
    return rows.length === 1
  },

  async entered(db, personId, key) {
    const row = await db('issued_paper').where({ issued_by: personId, creation_key: key })
      .first<{ id: string, number: number, style: PaperStyle, symbol: string, creation_fingerprint: Buffer } | undefined>('id', 'number', 'style', 'symbol', 'creation_fingerprint')
    return row ? { paperId: row.id, written: writtenNumber(row.number, row), fingerprint: row.creation_fingerprint } : null
  },

  async insertEntry(trx, entry) {
    const [row] = await trx('issued_paper').insert({
      body_id: entry.bodyId, kind: entry.kind, year: entry.year, number: entry.number, style: entry.style, symbol: entry.symbol, abstract: entry.abstract,
      channel: 'paper', issued_at: entry.issuedAt, issued_by: entry.issuedBy, creation_key: entry.key, creation_fingerprint: entry.fingerprint,
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('an entry of the register was not inserted')
    return row.id
  },
}
