import type { RecipientChoice } from '../../protocol/issuing.ts'
import { deliveringStore } from './delivering-store.ts'
import type { UsualStore } from './usual.ts'

export const usualStore: UsualStore = {
  usual: deliveringStore.usual,

  async setUsual(trx, bodyId, kind, recipients, version) {
    const row = { body_id: bodyId, kind, recipients: JSON.stringify(recipients satisfies readonly RecipientChoice[]), version: version + 1 }
    const rows = version === 0
      ? await trx('usual_recipient').insert(row).onConflict(['body_id', 'kind']).ignore().returning('version')
      : await trx('usual_recipient').where({ body_id: bodyId, kind, version }).update({ recipients: row.recipients, version: version + 1 }).returning('version')
    return rows.length === 1
  },
}
