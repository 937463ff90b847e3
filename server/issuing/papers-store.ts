import { localDay } from '../../protocol/calendar.ts'
import type { PaperKind, PaperStatus } from '../../protocol/issuing-entries.ts'
import { writtenNumber, type Recipient } from '../../protocol/issuing.ts'
import type { MailState } from '../../protocol/notices.ts'
import { choiceOf, deliveringStore, OWN_UNITS } from './delivering-store.ts'
import type { Paper } from './paper.ts'
import type { FoundPaper, PapersStore } from './papers.ts'
import { ENTRY_COLUMNS, ENTRY_SOURCES, OFFICE_BODIES, toEntry, type EntryRow } from './register-rows.ts'
import type { PaperStyle } from './template.ts'

interface FoundRow extends EntryRow {
  content: Paper | null, audience: FoundPaper['audience'], chair_id: string | null, clerk_id: string | null, signed: string | null, end_reason: string | null, ended_at: Date | null
  office: boolean, reader: boolean
  own: { openedAt: string | null, confirmedAt: string | null }[] | null
  given: { signerId: string, signedAt: string, certificate: FoundPaper['signatures'][number]['certificate'] }[] | null
}

interface ReceiptRow {
  id: string, person_id: string | null, unit_id: string | null, name: string | null, address: string | null, shown: string
  delivered_at: Date | null, mail: MailState | null, opened_at: Date | null, confirmed_at: Date | null, opened_by: string | null, confirmed_by: string | null
}

interface ReceivedRow {
  id: string, recipient_id: string, kind: PaperKind, number: number, style: PaperStyle, symbol: string, abstract: string, body_id: string, body_name: string
  status: PaperStatus, added_at: Date, opened_at: Date | null, confirmed_at: Date | null, unit: string | null
}

/** Rows of `r` that the person reads. */
const THEIRS = `(r.person_id = :personId OR r.unit_id IN (${OWN_UNITS}))`
const iso = (at: Date | null) => at?.toISOString() ?? null
const bound = ({ personId, on }: { personId: string, on: Date }) => ({ personId, on: localDay(on) })

export const papersStore: PapersStore = {
  async find(db, paperId, reader) {
    const { rows } = await db.raw<{ rows: FoundRow[] }>(`
      SELECT ${ENTRY_COLUMNS}, p.content, p.audience, p.chair_id, p.clerk_id, encode(p.signed_sha256, 'hex') AS signed, p.end_reason, p.ended_at,
        (p.body_id IN (${OFFICE_BODIES}) OR coalesce(part.role IN ('chair', 'clerk'), false)) AS office,
        coalesce(NOT part.items_only AND meeting.published_at IS NOT NULL AND p.audience->>'scope' IN ('meeting', 'whole'), false) AS reader,
        (SELECT jsonb_agg(jsonb_build_object('openedAt', r.opened_at, 'confirmedAt', r.confirmed_at)) FROM paper_recipient r WHERE r.paper_id = p.id AND ${THEIRS}) AS own,
        (SELECT jsonb_agg(jsonb_build_object('signerId', s.signer_id, 'signedAt', s.signed_at, 'certificate', s.certificate) ORDER BY s.signed_at)
          FROM paper_signature s WHERE s.paper_id = p.id) AS given
      FROM ${ENTRY_SOURCES}
      LEFT JOIN meeting ON meeting.id = p.meeting_id LEFT JOIN meeting_participant part ON part.meeting_id = p.meeting_id AND part.person_id = :personId
      WHERE p.id = :paperId`, { paperId, ...bound(reader) })
    const [row] = rows
    if (!row) return undefined
    const moment = (at: string | null) => at === null ? null : new Date(at)
    return {
      entry: toEntry(row), content: row.content, audience: row.audience, chairId: row.chair_id, clerkId: row.clerk_id, signedSha256: row.signed,
      recall: row.status === 'recalled' && row.ended_at ? { reason: row.end_reason ?? '', at: row.ended_at } : null,
      signatures: (row.given ?? []).map(({ signedAt, ...one }) => ({ ...one, signedAt: new Date(signedAt) })), office: row.office, reader: row.reader,
      own: (row.own ?? []).map(({ openedAt, confirmedAt }) => ({ openedAt: moment(openedAt), confirmedAt: moment(confirmedAt) })),
    }
  },

  async receipts(db, paperId) {
    const { rows } = await db.raw<{ rows: ReceiptRow[] }>(`
      SELECT r.id, r.person_id, r.unit_id, r.name, r.address, coalesce(person.full_name, unit.name, r.name) AS shown,
        r.delivered_at, r.mail, r.opened_at, r.confirmed_at, opener.full_name AS opened_by, confirmer.full_name AS confirmed_by
      FROM paper_recipient r LEFT JOIN person ON person.id = r.person_id LEFT JOIN unit ON unit.id = r.unit_id
        LEFT JOIN person opener ON opener.id = r.opened_by LEFT JOIN person confirmer ON confirmer.id = r.confirmed_by
      WHERE r.paper_id = ? ORDER BY r.added_at, r.id`, [paperId])
    return rows.map((row): Recipient => ({
      id: row.id, to: choiceOf(row), name: row.shown, deliveredAt: iso(row.delivered_at), mail: row.mail, openedAt: iso(row.opened_at),
      confirmedAt: iso(row.confirmed_at), openedBy: row.opened_by, confirmedBy: row.confirmed_by,
    }))
  },

  async markOpened(db, paperId, reader) {
    await db.raw(`
      UPDATE paper_recipient r SET opened_at = :at, opened_by = :personId WHERE r.paper_id = :paperId AND r.opened_at IS NULL AND ${THEIRS}`,
    { paperId, at: reader.on, ...bound(reader) })
  },

  async confirm(db, paperId, reader) {
    const { rows } = await db.raw<{ rows: { confirmed_at: Date }[] }>(`
      UPDATE paper_recipient r SET confirmed_at = coalesce(r.confirmed_at, :at), confirmed_by = coalesce(r.confirmed_by, :personId),
        opened_at = coalesce(r.opened_at, :at), opened_by = coalesce(r.opened_by, :personId)
      WHERE r.paper_id = :paperId AND ${THEIRS} RETURNING confirmed_at`, { paperId, at: reader.on, ...bound(reader) })
    return rows[0]?.confirmed_at ?? null
  },

  async received(db, reader, { open, words }, { after, limit }) {
    const { rows } = await db.raw<{ rows: ReceivedRow[] }>(`
      SELECT p.id, r.id AS recipient_id, p.kind, p.number, p.style, p.symbol, p.abstract, p.body_id, body.name AS body_name, p.status,
        r.added_at, r.opened_at, r.confirmed_at, unit.name AS unit
      FROM paper_recipient r JOIN issued_paper p ON p.id = r.paper_id JOIN body ON body.id = p.body_id LEFT JOIN unit ON unit.id = r.unit_id
      WHERE ${THEIRS} AND (NOT :open OR r.confirmed_at IS NULL) AND p.abstract_folded || ' ' || fold_text(p.symbol) LIKE ALL (CAST(:words AS text[]))
        AND (CAST(:at AS timestamptz) IS NULL OR (r.added_at, r.id) < (CAST(:at AS timestamptz), CAST(:id AS uuid)))
      ORDER BY r.added_at DESC, r.id DESC LIMIT :limit`,
    { open, words: words.map(containing), at: after?.at ?? null, id: after?.id ?? null, limit, ...bound(reader) })
    return rows.map((row) => ({
      paper: {
        id: row.id, kind: row.kind, written: writtenNumber(row.number, row), abstract: row.abstract, body: { id: row.body_id, name: row.body_name },
        status: row.status, receivedAt: row.added_at.toISOString(), openedAt: iso(row.opened_at), confirmedAt: iso(row.confirmed_at), unit: row.unit,
      },
      position: { at: row.added_at.toISOString(), id: row.recipient_id },
    }))
  },

  async recipientChoices(db, paperId) {
    const rows = await db('paper_recipient').where({ paper_id: paperId }).orderBy(['added_at', 'id']).select('person_id', 'unit_id', 'name', 'address')
    return rows.map(choiceOf)
  },

  told: deliveringStore.told,
}

/** Signs that LIKE would read as wild. */
export function containing(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`
}
