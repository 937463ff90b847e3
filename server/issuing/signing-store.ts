import type { Preparation, SigningStore } from './signing.ts'

const hexOf = (bytes: Buffer) => bytes.toString('hex')
const bytesOf = (hex: string) => Buffer.from(hex, 'hex')

interface PreparationRow { id: string, paper_id: string, signer_id: string, file_sha256: Buffer, base_sha256: Buffer | null, made_at: Date }

const toPreparation = (row: PreparationRow): Preparation => ({
  id: row.id, paperId: row.paper_id, signerId: row.signer_id, sha256: hexOf(row.file_sha256),
  base: row.base_sha256 && hexOf(row.base_sha256), madeAt: row.made_at,
})

export const signingStore: SigningStore = {
  async lock(trx, paperId) {
    const { rows } = await trx.raw<{ rows: { status: string, signed_sha256: Buffer | null }[] }>(
      'SELECT status, signed_sha256 FROM issued_paper WHERE id = ? FOR NO KEY UPDATE', [paperId])
    const [row] = rows
    if (!row) throw new Error('a paper that is signed is not there')
    const signers = await trx('paper_signature').where({ paper_id: paperId }).pluck('signer_id')
    return { status: row.status, signedSha256: row.signed_sha256 && hexOf(row.signed_sha256), signers }
  },

  async keep(trx, { paperId, signerId, sha256, certificate, at }) {
    const file = bytesOf(sha256)
    await trx('paper_signature').insert({ paper_id: paperId, signer_id: signerId, signed_at: at, file_sha256: file, certificate: JSON.stringify(certificate) })
    await trx('issued_paper').where({ id: paperId }).update({ signed_sha256: file })
  },

  async prepare(trx, { paperId, signerId, sha256, base, madeAt }) {
    await trx('paper_preparation').where({ paper_id: paperId, signer_id: signerId }).delete()
    const [row] = await trx('paper_preparation')
      .insert({ paper_id: paperId, signer_id: signerId, file_sha256: bytesOf(sha256), base_sha256: base && bytesOf(base), made_at: madeAt })
      .returning<{ id: string }[]>('id')
    if (!row) throw new Error('a preparation was not inserted')
    return row.id
  },

  async preparation(db, id) {
    const row = await db('paper_preparation').where({ id }).first<PreparationRow | undefined>()
    return row ? toPreparation(row) : null
  },

  async forgetPreparation(trx, id) {
    await trx('paper_preparation').where({ id }).delete()
  },

  async knownFiles(db, sha256s, preparedAfter) {
    const { rows } = await db.raw<{ rows: { file_sha256: Buffer }[] }>(`
      SELECT file_sha256 FROM paper_signature WHERE file_sha256 = ANY(:files::bytea[])
      UNION SELECT file_sha256 FROM paper_preparation WHERE file_sha256 = ANY(:files::bytea[]) AND made_at > :preparedAfter`,
    { files: sha256s.map(bytesOf), preparedAfter })
    return new Set(rows.map(({ file_sha256: file }) => hexOf(file)))
  },
}
