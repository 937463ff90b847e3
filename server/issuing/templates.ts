import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { PaperKind } from '../../protocol/issuing-entries.ts'
import type { PaperStyle, PaperTemplate, TemplateVersion } from '../../protocol/paper-templates.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { composePaper } from './compose.ts'
import type { Paper } from './paper.ts'
import { sampleFacts } from './sample.ts'

/** A version of a template as it is kept; `by` by name, null: the first ones. */
export interface KeptTemplate extends Omit<TemplateVersion, 'at' | 'inForce'> { at: Date }

export interface TemplatesStore {
  /** The version in force on a day, or null. */
  inForce(db: Knex, style: PaperStyle, kind: PaperKind, day: Day): Promise<KeptTemplate | null>
  /** Latest first. */
  versions(db: Knex, style: PaperStyle, kind: PaperKind): Promise<KeptTemplate[]>
  /** Those in force on a day, and those that are to come. */
  current(db: Knex, day: Day): Promise<KeptTemplate[]>
  /** False where that version was written by somebody else meanwhile. `by`: the id of who wrote it. */
  insert(trx: Knex.Transaction, version: Omit<KeptTemplate, 'at'>, at: Date): Promise<boolean>
}

export interface TemplateChange { version: number, since: Day, basis: string, reason: string, template: PaperTemplate }

/** Minutes alone name who took them: a template of another kind that had the clerk sign would make papers that nobody signs. */
function requireKnownSigners(kind: PaperKind, { signatures: { left, right } }: PaperTemplate): void {
  if (kind !== 'minutes' && [left, right].some((signature) => signature?.who === 'clerk')) throw new AppError('badRequest', { reason: 'signers' })
}

/** Templates of official papers: written by administrators, version by version. */
export function createPaperTemplates({ db, store, now = () => new Date() }: { db: Knex, store: TemplatesStore, now?: () => Date }) {
  const today = () => localDay(now())

  /** The versions as they are shown: the one in force is the latest of those that began, the later written of one day first. */
  function shown(versions: readonly KeptTemplate[]): TemplateVersion[] {
    const begun = versions.filter(({ since }) => since <= today())
    return versions.map((one) => {
      const later = begun.some((other) => other.style === one.style && other.kind === one.kind
        && (other.since > one.since || (other.since === one.since && other.version > one.version)))
      return { ...one, at: one.at.toISOString(), inForce: one.since <= today() && !later }
    })
  }

  return {
    /** The one in force on a day; of before the first one began that one. Throws `paperTemplateNotFound`. */
    async templateFor(source: Knex, style: PaperStyle, kind: PaperKind, day: Day): Promise<PaperTemplate> {
      const found = await store.inForce(source, style, kind, day) ?? (await store.versions(source, style, kind)).at(-1)
      if (!found) throw new AppError('paperTemplateNotFound')
      return found.template
    },

    list: async (): Promise<TemplateVersion[]> => shown(await store.current(db, today())),

    /** Throws `paperTemplateNotFound`. */
    async versions(style: PaperStyle, kind: PaperKind): Promise<TemplateVersion[]> {
      const versions = await store.versions(db, style, kind)
      if (!versions.length) throw new AppError('paperTemplateNotFound')
      return shown(versions)
    },

    /** Throws `paperTemplateNotFound`, `paperTemplateChanged` (details `version`), `dateOutOfRange` for a day that is past, `badRequest`. */
    async save(caller: Caller, style: PaperStyle, kind: PaperKind, { version, ...change }: TemplateChange): Promise<TemplateVersion> {
      requireKnownSigners(kind, change.template)
      if (change.since < today()) throw new AppError('dateOutOfRange', { earliest: today(), latest: null })
      await db.transaction(async (trx) => {
        const [latest] = await store.versions(trx, style, kind)
        if (!latest) throw new AppError('paperTemplateNotFound')
        const next = { ...change, style, kind, version: version + 1, by: caller.personId }
        if (latest.version !== version || !await store.insert(trx, next, now())) throw new AppError('paperTemplateChanged', { version: latest.version })
        const data = { style, kind, version: version + 1, since: change.since, basis: change.basis, reason: change.reason }
        await writeAudit(trx, { actorId: caller.personId, subjectId: caller.personId, action: 'paperTemplate.saved', data })
      })
      const saved = (await store.versions(db, style, kind)).find((one) => one.version === version + 1)
      if (!saved) throw new Error('a template that was saved is not there')
      return shown([saved])[0] ?? { ...saved, at: saved.at.toISOString(), inForce: false }
    },

    /** A sample paper by a template that need not be kept. */
    sample: (style: PaperStyle, kind: PaperKind, template: PaperTemplate): Paper =>
      ({ ...composePaper(template, sampleFacts(style, kind)), number: 7, date: now().toISOString(), draft: false }),
  }
}

export type PaperTemplates = ReturnType<typeof createPaperTemplates>
