import type { PaperKind, PaperStatus } from '../../protocol/issuing-entries.ts'
import { writtenNumber } from '../../protocol/issuing.ts'
import { toldOfPapers } from './delivering-store.ts'
import type { DueMail, MailsStore } from './mails.ts'
import type { Paper } from './paper.ts'
import type { PaperStyle } from './template.ts'

interface DueRow { id: string, paper_id: string, name: string, address: string, mail_news: DueMail['news'], mail_tries: number, added_at: Date }
interface LinkedRow {
  paper_id: string, name: string, confirmed_at: Date | null, number: number, style: PaperStyle, symbol: string, kind: PaperKind, abstract: string, body: string
  issued_at: Date, status: PaperStatus, content: Paper | null, signed: string | null, next_number: number | null, next_symbol: string | null
}

export const mailsStore: MailsStore = {
  async take(db, now, until, limit) {
    const { rows } = await db.raw<{ rows: DueRow[] }>(`
      UPDATE paper_recipient SET mail_due_at = :until, mail_tries = mail_tries + 1 WHERE id IN (
        SELECT id FROM paper_recipient WHERE mail = 'waiting' AND mail_due_at <= :now ORDER BY mail_due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
      RETURNING id, paper_id, name, address, mail_news, mail_tries - 1 AS mail_tries, added_at`, { now, until, limit })
    const papers = await toldOfPapers(db, rows.map(({ paper_id: id }) => id))
    return rows.flatMap((row) => {
      const paper = papers.get(row.paper_id)
      const { id: recipientId, name, address, mail_news: news, mail_tries: tries, added_at: addedAt } = row
      return paper ? [{ recipientId, name, address, news, tries, addedAt, paper }] : []
    })
  },

  async settle(db, recipientId, { state, dueAt, at }) {
    await db('paper_recipient').where({ id: recipientId })
      .update({ mail: state, mail_due_at: dueAt, ...at ? { delivered_at: db.raw('coalesce(delivered_at, ?)', [at]) } : {} })
  },

  async linked(db, recipientId) {
    const { rows } = await db.raw<{ rows: LinkedRow[] }>(`
      SELECT r.paper_id, r.name, r.confirmed_at, p.number, p.style, p.symbol, p.kind, p.abstract, body.name AS body, p.issued_at, p.status, p.content,
        encode(p.signed_sha256, 'hex') AS signed, next.number AS next_number, next.symbol AS next_symbol
      FROM paper_recipient r JOIN issued_paper p ON p.id = r.paper_id JOIN body ON body.id = p.body_id LEFT JOIN issued_paper next ON next.replaces_id = p.id
      WHERE r.id = ? AND r.address IS NOT NULL`, [recipientId])
    const [row] = rows
    if (!row) return null
    const { style, next_number: number, next_symbol: symbol } = row
    return {
      paperId: row.paper_id, content: row.content, signedSha256: row.signed,
      linked: {
        written: writtenNumber(row.number, row), kind: row.kind, abstract: row.abstract, bodyName: row.body, issuedAt: row.issued_at.toISOString(),
        status: row.status,
        replacedBy: number !== null && symbol !== null ? writtenNumber(number, { style, symbol }) : null, name: row.name,
        confirmedAt: row.confirmed_at?.toISOString() ?? null, printable: row.content !== null,
      },
    }
  },

  async opened(db, recipientId, at) {
    await db('paper_recipient').where({ id: recipientId }).whereNull('opened_at').update({ opened_at: at })
  },

  async confirm(db, recipientId, at) {
    await db('paper_recipient').where({ id: recipientId }).whereNull('confirmed_at').update({ confirmed_at: at, opened_at: db.raw('coalesce(opened_at, ?)', [at]) })
  },
}
