import type { PaperKind, PaperStatus } from '../../protocol/issuing-entries.ts'
import { writtenNumber, type PaperChannel, type RegisterEntry } from '../../protocol/issuing.ts'
import type { PaperStyle } from './template.ts'

export interface EntryRow {
  id: string, body_id: string, body_name: string, meeting_id: string | null, kind: PaperKind, year: number, number: number, style: PaperStyle
  symbol: string, abstract: string, channel: PaperChannel, status: PaperStatus, issued_at: Date
  next_id: string | null, next_number: number | null, next_symbol: string | null
  before_id: string | null, before_number: number | null, before_symbol: string | null
  recipients: number, confirmed: number, signatures: number
}

/** Columns and sources of a line of the register; what follows are conditions on `p`. */
export const ENTRY_COLUMNS = `
  p.id, p.body_id, body.name AS body_name, p.meeting_id, p.kind, p.year, p.number, p.style, p.symbol, p.abstract, p.channel, p.status, p.issued_at,
  next.id AS next_id, next.number AS next_number, next.symbol AS next_symbol,
  before.id AS before_id, before.number AS before_number, before.symbol AS before_symbol,
  sent.recipients, sent.confirmed, signed.signatures`
export const ENTRY_SOURCES = `
  issued_paper p JOIN body ON body.id = p.body_id
  LEFT JOIN issued_paper next ON next.replaces_id = p.id LEFT JOIN issued_paper before ON before.id = p.replaces_id
  CROSS JOIN LATERAL (SELECT count(*)::int AS recipients, count(confirmed_at)::int AS confirmed FROM paper_recipient WHERE paper_id = p.id) sent
  CROSS JOIN LATERAL (SELECT count(*)::int AS signatures FROM paper_signature WHERE paper_id = p.id) signed`

export function toEntry(row: EntryRow): RegisterEntry {
  const { style } = row
  const other = (id: string | null, number: number | null, symbol: string | null) =>
    id !== null && number !== null && symbol !== null ? { id, written: writtenNumber(number, { style, symbol }) } : null
  return {
    id: row.id, body: { id: row.body_id, name: row.body_name }, meetingId: row.meeting_id, kind: row.kind, year: row.year, number: row.number,
    written: writtenNumber(row.number, row), abstract: row.abstract, channel: row.channel, status: row.status, issuedAt: row.issued_at.toISOString(),
    replacedBy: other(row.next_id, row.next_number, row.next_symbol), replaces: other(row.before_id, row.before_number, row.before_symbol),
    recipients: row.recipients, confirmed: row.confirmed, signatures: row.signatures,
  }
}

/** Chair or clerk of a body on the day `:on`. */
export const OFFICE_BODIES = `
  SELECT body_id FROM membership
  WHERE person_id = :personId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')`
