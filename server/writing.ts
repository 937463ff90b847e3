import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { DRAFT_CLOSED, type DraftMode } from '../protocol/drafting.ts'
import { createDrafting, type DraftingDeps } from './drafting/drafting.ts'
import { mountDrafting } from './drafting/routes.ts'
import { draftingStore, draftStates } from './drafting/store.ts'
import { blocksOf, onlySuggests } from './drafting/text.ts'
import { requirePdf } from './documents/pdf.ts'
import type { Press } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Files } from './platform/files.ts'
import { createSharedTexts, type SharedTextsDeps } from './texts/shared.ts'
import { mergedState } from './texts/yjs.ts'

export interface WritingDeps extends Pick<DraftingDeps, 'access' | 'requireReading' | 'pagesOf' | 'bodies' | 'attach'> {
  db: Knex
  journal: Journal
  files: Files
  press: Press
  people: SharedTextsDeps['people']
  log: Pick<Logger, 'warn'>
}

/** Drafts that are written together: who may, the texts themselves, and the papers that they become. */
export function createWriting({ db, journal, files, press, people, log, ...deps }: WritingDeps) {
  const drafting = createDrafting({
    ...deps, db, journal, store: draftingStore,
    async current(draftId) {
      const kept = await draftStates.load(db, draftId)
      const open = texts.open(draftId)
      return kept && mergedState([kept, ...open ? [open] : []])
    },
    async print(paper) {
      const file = await press.print(paper, 'pdf')
      return await files.keep(Readable.from([Buffer.from(file)]), Number.MAX_SAFE_INTEGER, requirePdf)
    },
  })
  const texts = createSharedTexts<DraftMode>({
    closed: DRAFT_CLOSED, modeIn: drafting.modeIn,
    load: (draftId) => draftStates.load(db, draftId),
    keep: (draftId, open) => draftStates.save(db, draftId, (kept) => mergedState([kept, open()])),
    isSound: ({ before, after, mode, personId }) => mode === 'edit' ? blocksOf(after).length >= 0 : onlySuggests(before(), after, personId),
  }, { journal, people, log })
  return {
    drafting, texts,
    mountRoutes(route: MountRoute): void { mountDrafting(route, drafting) },
  }
}
