import type { Knex } from 'knex'
import type { ProposalAccessStore } from './access.ts'
import type { CheckingStore } from './checking.ts'
import type { PapersStore } from './papers.ts'
import type { PlanningStore } from './planning.ts'
import type { ProposalsStore } from './proposals.ts'
import type { TellingStore } from './telling.ts'
import { COLUMNS, fromContent, fromProposal, OF_OFFICE, OF_UNIT, PLACE, PLACES, sidesOf, STAGE, toProposal, type AccessRow } from './store-rows.ts'
import type { MediaType } from '../../protocol/media-type.ts'
import type { ProposalCheck, ProposalDocument } from '../../protocol/proposals.ts'
import type { RenditionStatus } from '../../protocol/rendition.ts'

interface CheckRow { item_id: string, state: ProposalCheck['state'], note: string, revision: number, actor_id: string, at: Date }
interface DocumentRow { id: string, kind: ProposalDocument['kind'], name: string, sha256: Buffer, bytes: string, added_at: Date, removed_at: Date | null, rendition: RenditionStatus | null, media_type: MediaType | null, as_pdf: boolean }

const checkColumns = ['item_id', 'state', 'note', 'revision', 'actor_id', 'at'] as const
/** By kind, and as they came. */
export const IN_ORDER = `array_position(ARRAY['submission', 'draft', 'annex', 'legalBasis'], paper.kind), paper.id`

/** A document of a proposal, with what became of its file. */
export const documentRows = (db: Knex) => db('proposal_document as paper').leftJoin('rendition', 'rendition.sha256', 'paper.sha256').select<DocumentRow[]>(
  'paper.id', 'paper.kind', 'paper.name', 'paper.sha256', 'paper.bytes', 'paper.added_at', 'paper.removed_at', 'rendition.status as rendition',
  'rendition.media_type', db.raw('rendition.pdf_sha256 IS NOT NULL AS as_pdf'))

function toCheck(row: CheckRow): ProposalCheck {
  return { itemId: row.item_id, state: row.state, note: row.note, revision: row.revision, actorId: row.actor_id, at: row.at.toISOString() }
}

export function toDocument(row: DocumentRow): ProposalDocument & { there: boolean } {
  return {
    documentId: row.id, kind: row.kind, name: row.name, sha256: row.sha256.toString('hex'), bytes: Number(row.bytes),
    addedAt: row.added_at.toISOString(), there: row.removed_at === null,
    readable: row.as_pdf ? 'yes' : row.rendition === 'failed' || row.rendition === 'unavailable' ? 'no' : 'soon',
  }
}

/** Proposals in PostgreSQL. Changes of one follow one another under its row's lock. */
export const proposalsStore: ProposalAccessStore & ProposalsStore & CheckingStore & PapersStore & PlanningStore & TellingStore = {
  async findAccess(db, proposalId, personId, on) {
    const { rows: [row] } = await db.raw<{ rows: AccessRow[] }>(`
      SELECT ${COLUMNS}, ${STAGE} AS stage, ${OF_UNIT} AS of_unit, ${OF_OFFICE} AS of_office
      FROM proposal p ${PLACE} WHERE p.id = :proposalId`, { proposalId, personId, on })
    const sides = row ? sidesOf(row) : []
    return row && sides.length ? { proposal: toProposal(row), stage: row.stage, sides } : undefined
  },

  async lock(trx, proposalId) {
    await trx('proposal').where({ id: proposalId }).forUpdate().select('id')
  },

  async findCreation(db, creatorId, key) {
    const row = await db('proposal').where({ creator_id: creatorId, creation_key: key }).first<{ id: string, version: number } | undefined>('id', 'version')
    return row && { proposalId: row.id, version: row.version }
  },

  async insert(trx, { unitId, content, creatorId, key, at }) {
    const [matter] = await trx('matter').insert({}).returning<{ id: string }[]>('id')
    if (!matter) throw new Error('no matter was inserted')
    const [row] = await trx('proposal').insert({
      ...fromContent(content), id: matter.id, unit_id: unitId, since: at, edited_at: at, edited_by: creatorId, creator_id: creatorId, creation_key: key,
    }).onConflict(['creator_id', 'creation_key']).ignore().returning<{ id: string, version: number }[]>(['id', 'version'])
    return row && { proposalId: row.id, version: row.version }
  },

  async update(trx, proposalId, change) {
    const [row] = await trx('proposal').where({ id: proposalId }).update({ ...fromProposal(change), version: trx.raw('version + 1') })
      .returning<{ version: number }[]>('version')
    if (!row) throw new Error('no proposal was changed')
    return { proposalId, version: row.version }
  },

  async insertStep(trx, proposalId, { kind, actorId, at, reason, holder, dueOn }) {
    await trx('proposal_step').insert({
      proposal_id: proposalId, kind, actor_id: actorId, at, reason, holder, due_on: dueOn,
      seq: trx.raw('(SELECT coalesce(max(seq), 0) + 1 FROM proposal_step WHERE proposal_id = ?)', [proposalId]),
    })
  },

  async insertSubmission(trx, proposalId, round, content, at) {
    await trx('proposal_submission').insert({
      proposal_id: proposalId, round, at, content: JSON.stringify(content),
      documents: trx.raw('ARRAY(SELECT id FROM proposal_document WHERE proposal_id = ? AND removed_at IS NULL)', [proposalId]),
    })
  },

  async documentKinds(db, proposalId) {
    return await db('proposal_document').where({ proposal_id: proposalId, removed_at: null }).distinct().pluck('kind')
  },

  async unitOf(db, personId, on) {
    const { rows: [row] } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT unit.id, unit.name FROM unit_membership m JOIN unit ON unit.id = m.unit_id
      WHERE m.person_id = :personId AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
        AND CAST(:on AS date) BETWEEN unit.since AND coalesce(unit.until, 'infinity') LIMIT 1`, { personId, on })
    return row
  },

  async unknown(db, { bodyId, presenterId }, on) {
    const { rows: [row] } = await db.raw<{ rows: { body: boolean, presenter: boolean }[] }>(`
      SELECT EXISTS (SELECT FROM body WHERE id = :bodyId AND CAST(:on AS date) <= coalesce(until, 'infinity')) AS body,
        CAST(:presenterId AS uuid) IS NULL OR EXISTS (SELECT FROM person WHERE id = CAST(:presenterId AS uuid)) AS presenter`, { bodyId, presenterId, on })
    if (!row?.body) return 'bodyNotFound'
    return row.presenter ? null : 'personNotFound'
  },

  async checks(db, proposalId, round) {
    return (await db('proposal_check').where({ proposal_id: proposalId, round }).select<CheckRow[]>(...checkColumns)).map(toCheck)
  },

  async putCheck(trx, proposalId, round, revision, { itemId, state, note, actorId, at }) {
    const row = { state, note, actor_id: actorId, at, revision: revision + 1 }
    const [changed] = revision === 0
      ? await trx('proposal_check').insert({ ...row, proposal_id: proposalId, round, item_id: itemId })
        .onConflict(['proposal_id', 'round', 'item_id']).ignore().returning<CheckRow[]>([...checkColumns])
      : await trx('proposal_check').where({ proposal_id: proposalId, round, item_id: itemId, revision }).update(row)
        .returning<CheckRow[]>([...checkColumns])
    return changed && toCheck(changed)
  },

  async setChecker(trx, proposalId, personId) {
    await trx('proposal').where({ id: proposalId }).update({ checker_id: personId })
  },

  async insertDocument(trx, proposalId, { kind, name, sha256, bytes, actorId, at, key }) {
    const [made] = await trx('proposal_document')
      .insert({ proposal_id: proposalId, kind, name, sha256: Buffer.from(sha256, 'hex'), bytes, added_at: at, added_by: actorId, upload_key: key })
      .returning<{ id: string }[]>('id')
    const [row] = await documentRows(trx).where('paper.id', made?.id ?? '')
    if (!row) throw new Error('no document was inserted')
    return toDocument(row)
  },

  async findUpload(db, proposalId, key) {
    const [row] = await documentRows(db).where({ 'paper.proposal_id': proposalId, 'paper.upload_key': key })
    return row && toDocument(row)
  },

  async countDocuments(db, proposalId) {
    const [row] = await db('proposal_document').where({ proposal_id: proposalId, removed_at: null }).count<{ count: string }[]>('*')
    return Number(row?.count ?? 0)
  },

  async findDocument(db, proposalId, documentId) {
    const { rows: [row] } = await db.raw<{ rows: { name: string, sha256: Buffer, there: boolean, submitted: boolean }[] }>(`
      SELECT name, sha256, removed_at IS NULL AS there,
        EXISTS (SELECT FROM proposal_submission s WHERE s.proposal_id = d.proposal_id AND d.id = ANY (s.documents)) AS submitted
      FROM proposal_document d WHERE proposal_id = ? AND id = ?`, [proposalId, documentId])
    return row && { ...row, sha256: row.sha256.toString('hex') }
  },

  async removeDocument(trx, proposalId, documentId, { at, actorId }) {
    return await trx('proposal_document').where({ proposal_id: proposalId, id: documentId, removed_at: null })
      .update({ removed_at: at, removed_by: actorId }) === 1
  },

  async knownFiles(db, sha256s) {
    const rows: { sha256: Buffer }[] = await db('proposal_document').distinct('sha256')
      .whereIn('sha256', sha256s.map((sha256) => Buffer.from(sha256, 'hex')))
    return new Set(rows.map(({ sha256 }) => sha256.toString('hex')))
  },

  async seed(db, proposalId, settled) {
    const row = await db('proposal').where({ id: proposalId, status: 'accepted', ...settled ? {} : { settled: null } })
      .first<{ body_id: string, title: string, asks: 'decide' | 'opinion' | 'report', presenter_id: string | null } | undefined>(
        'body_id', 'title', 'asks', 'presenter_id')
    if (!row) return undefined
    const documents = await documentRows(db).where({ 'paper.proposal_id': proposalId, 'paper.removed_at': null }).orderByRaw(IN_ORDER)
    return {
      matterId: proposalId, bodyId: row.body_id, title: row.title, purpose: row.asks, presenterId: row.presenter_id,
      documents: documents.map(({ name, sha256, bytes, media_type: mediaType }) => (
        { name, sha256: sha256.toString('hex'), bytes: Number(bytes), mediaType: mediaType ?? 'application/pdf' })),
    }
  },

  async workersOn(db, proposalId, on) {
    const { rows } = await db.raw<{ rows: { person_id: string }[] }>(`
      SELECT DISTINCT m.person_id FROM proposal p JOIN unit_membership m ON m.unit_id = p.unit_id
      WHERE p.id = :proposalId AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
        AND (m.person_id IN (p.creator_id, p.edited_by)
          OR EXISTS (SELECT FROM proposal_step step WHERE step.proposal_id = p.id AND step.actor_id = m.person_id))`, { proposalId, on })
    return rows.map((row) => row.person_id)
  },

  async onOtherAgenda(db, proposalId, itemId) {
    // Nobody reads here, so nobody's part in the meeting is asked for.
    const { rows: [latest] } = await db.raw<{ rows: { outcome: string }[] }>(`
      SELECT place.outcome FROM proposal p CROSS JOIN LATERAL (${PLACES}
        AND meeting.status <> 'cancelled' AND item.id IS DISTINCT FROM CAST(:itemId AS uuid) ORDER BY item.id DESC LIMIT 1) place
      WHERE p.id = :proposalId`, { proposalId, itemId, personId: null })
    return latest?.outcome === 'planned' || latest?.outcome === 'decided'
  },
}
