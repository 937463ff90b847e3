import type { AnnotationsStore, SealedAnnotation } from './annotations.ts'

interface Row { id: string, document_id: string, version: number, sealed: Buffer, carried_from: string | null, revision: number, created_at: Date }

const columns = ['id', 'document_id', 'version', 'sealed', 'carried_from', 'revision', 'created_at']

const annotation = (row: Row): SealedAnnotation => ({
  annotationId: row.id, documentId: row.document_id, version: row.version, sealed: row.sealed, carriedFrom: row.carried_from,
  revision: row.revision, at: row.created_at,
})

/** Private annotations in PostgreSQL, sealed. */
export const annotationsStore: AnnotationsStore = {
  async list(db, personId, documentId) {
    const rows = await db('annotation').where({ document_id: documentId, person_id: personId }).orderBy(['created_at', 'id']).select<Row[]>(columns)
    return rows.map(annotation)
  },

  async find(db, personId, documentId, annotationId) {
    const row = await db('annotation').where({ person_id: personId, document_id: documentId, id: annotationId }).first<Row | undefined>(columns)
    return row && annotation(row)
  },

  async insert(db, personId, { annotationId, documentId, version, sealed, carriedFrom, revision, at }, max) {
    await db.raw(`
      INSERT INTO annotation (person_id, id, document_id, version, sealed, carried_from, revision, created_at)
      SELECT :personId, :annotationId, :documentId, :version, :sealed, :carriedFrom, :revision, :at
      WHERE (SELECT count(*) FROM annotation WHERE person_id = :personId AND document_id = :documentId AND version = :version) < :max
      ON CONFLICT DO NOTHING`,
    { personId, annotationId, documentId, version, sealed, carriedFrom, revision, at, max })
    const row = await db('annotation').where({ person_id: personId, id: annotationId }).first<Row | undefined>(columns)
    return row && annotation(row)
  },

  async change(db, personId, { annotationId, documentId, sealed, revision }) {
    const [row] = await db('annotation').where({ person_id: personId, document_id: documentId, id: annotationId, revision })
      .update({ sealed, revision: revision + 1 }).returning<Row[]>(columns)
    return row && annotation(row)
  },

  async remove(db, personId, documentId, annotationId) {
    return await db('annotation').where({ person_id: personId, document_id: documentId, id: annotationId }).delete() === 1
  },
}
