import type { Knex } from 'knex'
import { localDay } from '../../protocol/calendar.ts'
import type { PaperKind } from '../../protocol/issuing-entries.ts'
import { writtenNumber, type RecipientChoice } from '../../protocol/issuing.ts'
import type { DeliveringStore } from './delivering.ts'
import type { PaperStyle } from './template.ts'

interface RecipientRow { person_id: string | null, unit_id: string | null, name: string | null, address: string | null }

/** The recipient of a row. */
export function choiceOf({ person_id: personId, unit_id: unitId, name, address }: RecipientRow): RecipientChoice {
  if (personId !== null) return { kind: 'person', personId }
  if (unitId !== null) return { kind: 'unit', unitId }
  return { kind: 'mail', name: name ?? '', address: address ?? '' }
}

/**
 * The units whose papers `:personId` reads on the day `:on`: where they work, and what went into it by a merger or a split.
 */
export const OWN_UNITS = `
  WITH RECURSIVE own (id) AS (
    SELECT unit_id FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
    UNION SELECT predecessor_id FROM unit_succession JOIN own ON successor_id = own.id WHERE since <= CAST(:on AS date)
  ) SELECT id FROM own`

export const deliveringStore: DeliveringStore = {
  async names(db, { people, units }) {
    const { rows } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT person.id, full_name AS name FROM person LEFT JOIN account ON account.person_id = person.id
        WHERE person.id = ANY(?::uuid[]) AND account.disabled_at IS NULL
      UNION ALL SELECT id, name FROM unit WHERE id = ANY(?::uuid[])`, [[...people], [...units]])
    return new Map(rows.map(({ id, name }) => [id, name]))
  },

  async usual(db, bodyId, kind) {
    return await db('usual_recipient').where({ body_id: bodyId, kind })
      .first<{ recipients: RecipientChoice[], version: number } | undefined>('recipients', 'version') ?? null
  },

  async insertRecipients(trx, paperId, recipients, at) {
    if (!recipients.length) return []
    const rows = recipients.map((to) => ({
      paper_id: paperId, added_at: at,
      ...to.kind === 'person' ? { person_id: to.personId, delivered_at: at } : {},
      ...to.kind === 'unit' ? { unit_id: to.unitId, delivered_at: at } : {},
      ...to.kind === 'mail' ? { name: to.name, address: to.address, mail: 'waiting', mail_news: 'issued', mail_due_at: at } : {},
    }))
    const added: RecipientRow[] = await trx('paper_recipient').insert(rows).onConflict().ignore().returning(['person_id', 'unit_id', 'name', 'address'])
    return added.map(choiceOf)
  },

  async countRecipients(db, paperId) {
    const [row] = await db('paper_recipient').where({ paper_id: paperId }).count<{ count: string }[]>('* as count')
    return Number(row?.count ?? 0)
  },

  async readers(db, { people, units }, on) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(`
      WITH RECURSIVE their (id) AS (
        SELECT unnest(CAST(:units AS uuid[]))
        UNION SELECT successor_id FROM unit_succession JOIN their ON predecessor_id = their.id WHERE since <= CAST(:on AS date)
      )
      SELECT unnest(CAST(:people AS uuid[])) AS id
      UNION SELECT person_id FROM unit_membership JOIN their ON unit_id = their.id JOIN account USING (person_id)
        WHERE account.disabled_at IS NULL AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
      ORDER BY id`, { people: [...people], units: [...units], on: localDay(on) })
    return rows.map(({ id }) => id)
  },

  async recipientsOf(db, paperId) {
    const rows: RecipientRow[] = await db('paper_recipient').where({ paper_id: paperId }).select('person_id', 'unit_id', 'name', 'address')
    return {
      people: rows.flatMap(({ person_id: id }) => id ?? []), units: rows.flatMap(({ unit_id: id }) => id ?? []),
    }
  },

  async told(db, paperId) {
    const { rows } = await db.raw<{ rows: ToldRow[] }>(`${TOLD} WHERE paper.id = ?`, [paperId])
    const [row] = rows
    if (!row) throw new Error('a paper that is told of is not there')
    return toTold(row)
  },

  async queueMails(trx, paperId, news, at) {
    return await trx('paper_recipient').where({ paper_id: paperId }).whereNotNull('address')
      .update({ mail: 'waiting', mail_news: news, mail_tries: 0, mail_due_at: at })
  },
}

interface ToldRow {
  id: string, kind: PaperKind, number: number, style: PaperStyle, symbol: string, abstract: string, body: string, end_reason: string | null
  next_number: number | null, next_style: PaperStyle | null, next_symbol: string | null
}

const TOLD = `
  SELECT paper.id, paper.kind, paper.number, paper.style, paper.symbol, paper.abstract, body.name AS body, paper.end_reason,
    next.number AS next_number, next.style AS next_style, next.symbol AS next_symbol
  FROM issued_paper paper JOIN body ON body.id = paper.body_id LEFT JOIN issued_paper next ON next.replaces_id = paper.id`

function toTold(row: ToldRow) {
  const { id: paperId, kind, abstract, body, end_reason: endReason } = row
  const replacedBy = row.next_number !== null && row.next_style && row.next_symbol
    ? writtenNumber(row.next_number, { style: row.next_style, symbol: row.next_symbol })
    : null
  return { paperId, kind, written: writtenNumber(row.number, row), abstract, body, endReason, replacedBy }
}

/** What is told of several papers, by their ids. One query. */
export async function toldOfPapers(db: Knex, ids: readonly string[]) {
  const { rows } = await db.raw<{ rows: ToldRow[] }>(`${TOLD} WHERE paper.id = ANY(?::uuid[])`, [[...ids]])
  return new Map(rows.map((row) => [row.id, toTold(row)]))
}
