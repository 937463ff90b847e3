import { writeAudit } from '../platform/audit.ts'
import { catalogueStore } from './catalogue-store.ts'
import type { FileUnit, TransferStore } from './transfer.ts'

/** What files of the catalogue are read against. */
export const transferStore: TransferStore = {
  ...catalogueStore,

  async units(db, on) {
    const { rows } = await db.raw<{ rows: FileUnit[] }>(`
      SELECT id, name, CASE WHEN CAST(:on AS date) <= coalesce(until, 'infinity') THEN code END AS code,
        CAST(:on AS date) > coalesce(until, 'infinity') AS ended
      FROM unit`, { on })
    return rows
  },

  async putGroups(trx, groups, actorId) {
    const before = new Map((await catalogueStore.groups(trx)).map((group) => [group.id, group.name]))
    for (const { id, name, intended } of groups) {
      await trx('procedure_group')
        .insert({ id, name: JSON.stringify(name), intended, rank: trx.raw('(SELECT coalesce(max(rank), 0) + 1 FROM procedure_group)') })
        .onConflict('id').merge(['name', 'intended'])
    }
    await writeAudit(trx, ...groups.map(({ id, name }) => (
      { actorId, subjectId: actorId, action: 'procedureGroup.imported', data: { groupId: id, before: before.get(id) ?? null, name } })))
  },
}
