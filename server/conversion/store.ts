import type { RenditionProblem, RenditionStatus } from '../../protocol/rendition.ts'
import type { ConversionStore } from './conversion.ts'

const bytes = (sha256: string): Buffer => Buffer.from(sha256, 'hex')

interface StateRow {
  sha256: Buffer
  status: RenditionStatus
  pdf_sha256: Buffer | null
  pages: number | null
  has_text: boolean | null
  secrecy_page: number | null
  problem: RenditionProblem | null
}

const IDLE = { claim: null, claimed_until: null }

/** Renditions in PostgreSQL; their PDFs are kept where files are. */
export const conversionStore: ConversionStore = {
  async register(trx, { sha256, mediaType, pdfSha256, at }) {
    // The row is locked either way: what settles meanwhile waits for the transaction that attaches, and is told after it.
    await trx.raw(`
      INSERT INTO rendition (sha256, media_type, status, pdf_sha256, registered_at) VALUES (?, ?, 'waiting', ?, ?)
      ON CONFLICT (sha256) DO UPDATE SET told = rendition.status IN ('waiting', 'running'), news = rendition.news + 1`,
    [bytes(sha256), mediaType, pdfSha256 === null ? null : bytes(pdfSha256), at])
  },

  async states(db, sha256s) {
    const rows = await db('rendition').whereIn('sha256', sha256s.map(bytes))
      .select<StateRow[]>('sha256', 'status', 'pdf_sha256', 'pages', 'has_text', 'secrecy_page', 'problem')
    return new Map(rows.map((row) => [row.sha256.toString('hex'), {
      status: row.status, pdfSha256: row.pdf_sha256?.toString('hex') ?? null, pages: row.pages, hasText: row.has_text,
      secrecyPage: row.secrecy_page, problem: row.problem,
    }]))
  },

  async texts(db, sha256) {
    const rows = await db('file_page').where({ sha256: bytes(sha256) }).orderBy('page').select<{ body: string }[]>('body')
    return rows.map(({ body }) => body)
  },

  async claim(db, claim, { now, until }) {
    const { rows } = await db.raw<{ rows: { sha256: Buffer, media_type: string, attempts: number }[] }>(`
      UPDATE rendition SET status = 'running', problem = NULL, claim = :claim, claimed_until = :until, started_at = :now,
        attempts = attempts + 1
      WHERE sha256 = (
        SELECT sha256 FROM rendition
        WHERE status = 'waiting' OR (status = 'running' AND claimed_until < :now)
        ORDER BY registered_at, sha256 LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING sha256, media_type, attempts`, { claim, now, until })
    const [row] = rows
    return row && { sha256: row.sha256.toString('hex'), mediaType: row.media_type, attempts: row.attempts, claim }
  },

  async renew(db, { sha256, claim }, until) {
    return await db('rendition').where({ sha256: bytes(sha256), claim }).update({ claimed_until: until }) === 1
  },

  settle: (db, { sha256, claim }, rendered, at) => db.transaction(async (trx) => {
    const ready = rendered.status === 'ready'
    const changed = await trx('rendition').where({ sha256: bytes(sha256), claim }).update({
      ...IDLE, status: rendered.status, finished_at: at, told: false, news: trx.raw('news + 1'),
      problem: ready ? null : rendered.problem,
      pages: ready ? rendered.texts.length : null,
      has_text: ready ? rendered.texts.some((text) => /\p{L}/u.test(text)) : null,
      secrecy_page: ready ? rendered.secrecyPage : null,
      // A PDF that only lacks its programs is still read as it is.
      pdf_sha256: ready ? bytes(rendered.pdfSha256) : rendered.status === 'failed' ? null : trx.raw('pdf_sha256'),
    })
    if (changed === 0) return false
    await trx('file_page').where({ sha256: bytes(sha256) }).del()
    await trx('file_words').where({ sha256: bytes(sha256) }).del()
    if (ready) {
      await trx.batchInsert('file_page', rendered.texts.map((body, index) => ({ sha256: bytes(sha256), page: index + 1, body })), 50)
      await trx.raw('INSERT INTO file_words (sha256, words) VALUES (:sha256, file_words_of(:sha256))', { sha256: bytes(sha256) })
    }
    return true
  }),

  async release(db, { sha256, claim }) {
    await db('rendition').where({ sha256: bytes(sha256), claim }).update({ ...IDLE, status: 'waiting', attempts: db.raw('attempts - 1') })
  },

  async awaken(db, mediaTypes) {
    await db('rendition').where({ status: 'unavailable' }).whereIn('media_type', [...mediaTypes])
      .update({ status: 'waiting', problem: null, attempts: 0 })
  },

  async untold(db, limit) {
    const rows = await db('rendition').where({ told: false }).orderBy('sha256').limit(limit).select<{ sha256: Buffer, news: number }[]>('sha256', 'news')
    return rows.map(({ sha256, news }) => ({ sha256: sha256.toString('hex'), news }))
  },

  async markTold(db, { sha256, news }) {
    await db('rendition').where({ sha256: bytes(sha256), news }).update({ told: true })
  },

  async knownFiles(db, sha256s) {
    const rows = await db('rendition').whereIn('pdf_sha256', sha256s.map(bytes)).distinct<{ pdf_sha256: Buffer }[]>('pdf_sha256')
    return new Set(rows.map(({ pdf_sha256: sha256 }) => sha256.toString('hex')))
  },

  async forget(trx, sha256) {
    await trx('rendition').where({ sha256: bytes(sha256) }).del()
  },
}
