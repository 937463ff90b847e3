import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { PaperKind } from '../../protocol/issuing-entries.ts'
import { PaperTemplate, type PaperStyle } from '../../protocol/paper-templates.ts'
import type { KeptTemplate, TemplatesStore } from './templates.ts'

interface Row {
  style: PaperStyle, kind: PaperKind, version: number, since: Day, basis: string, reason: string, template: unknown, made_at: Date, by: string | null
}

const SELECT = `
  SELECT t.style, t.kind, t.version, t.since::text AS since, t.basis, t.reason, t.template, t.made_at, person.full_name AS by
  FROM paper_template_version t LEFT JOIN person ON person.id = t.made_by`

const toKept = ({ made_at: at, template, ...row }: Row): KeptTemplate => ({ ...row, at, template: PaperTemplate.parse(template) })

export const templatesStore: TemplatesStore = {
  async inForce(db: Knex, style, kind, day) {
    const { rows } = await db.raw<{ rows: Row[] }>(`${SELECT} WHERE t.style = ? AND t.kind = ? AND since <= ?::date ORDER BY since DESC, version DESC LIMIT 1`, [style, kind, day])
    return rows[0] ? toKept(rows[0]) : null
  },

  async versions(db, style, kind) {
    const { rows } = await db.raw<{ rows: Row[] }>(`${SELECT} WHERE t.style = ? AND t.kind = ? ORDER BY version DESC`, [style, kind])
    return rows.map(toKept)
  },

  async current(db, day) {
    const { rows } = await db.raw<{ rows: Row[] }>(`
      ${SELECT} WHERE t.since > CAST(:day AS date) OR (t.style, t.kind, t.version) IN (
        SELECT DISTINCT ON (style, kind) style, kind, version FROM paper_template_version WHERE since <= CAST(:day AS date) ORDER BY style, kind, since DESC, version DESC)
      ORDER BY t.style, t.kind, t.version`, { day })
    return rows.map(toKept)
  },

  async insert(trx, { style, kind, version, since, basis, reason, template, by }, at) {
    const rows = await trx('paper_template_version')
      .insert({ style, kind, version, since, basis, reason, template: JSON.stringify(template), made_by: by, made_at: at })
      .onConflict(['style', 'kind', 'version']).ignore().returning<{ version: number }[]>('version')
    return rows.length === 1
  },
}
