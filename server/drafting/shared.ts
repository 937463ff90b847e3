import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Hocuspocus, type beforeSyncPayload, type Document } from '@hocuspocus/server'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import * as Y from 'yjs'
import { DRAFT_CLOSED, type DraftMode } from '../../protocol/drafting.ts'
import { Id } from '../../protocol/journal.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { DraftRecord } from './drafting.ts'
import type { DraftStates } from './store.ts'
import { blocksOf, isWhole, onlySuggests, textOf, UnsoundText } from './text.ts'

/** Kept so soon after a change, and at the latest so long after the first one that is not kept, in ms. */
const KEEP_AFTER = { debounce: 1_000, maxDebounce: 5_000 }
/** The longest message, in bytes: a whole text pasted at once. */
const LARGEST_MESSAGE = 2 * 1024 * 1024
/** How long the end of the program waits for texts to be kept, in ms. */
const PATIENCE_MS = 5_000
const SYNC_STEP_2 = 1
const UPDATE = 2

interface Context { caller: Caller, socket: WebSocket, meetingId?: string, mode?: DraftMode }

export interface SharedTextsDeps {
  db: Knex
  journal: Pick<Journal, 'subscribe'>
  states: DraftStates
  /** Throws for who may not read it, and where there is no such open text. */
  modeIn(draftId: string, caller: Caller): Promise<DraftRecord & { mode: DraftMode }>
  people(ids: readonly string[]): Promise<{ fullName: string }[]>
  log: Pick<Logger, 'warn'>
}

/**
 * Texts that several write at once. Every change is tried on a copy first: what is no text, and what whoever may only suggest
 * changed otherwise, ends the connection that it came over and reaches nobody.
 */
export function createSharedTexts({ db, journal, states, modeIn, people, log }: SharedTextsDeps) {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE })
  const copies = new WeakMap<Document, Y.Doc>()
  const watched = new Map<string, () => void>()

  const hocuspocus = new Hocuspocus<Context>({
    ...KEEP_AFTER, quiet: true,
    async onAuthenticate({ documentName, context, connectionConfig }) {
      if (!Id.safeParse(documentName).success) throw new AppError('draftNotFound')
      const { mode, meetingId } = await modeIn(documentName, context.caller)
      connectionConfig.readOnly = mode === 'read'
      return { mode, meetingId }
    },
    async onLoadDocument({ documentName, context }) {
      const state = await states.load(db, documentName)
      if (!state) throw new AppError('draftNotFound')
      if (context.meetingId && !watched.has(documentName)) {
        watched.set(documentName, journal.subscribe(context.meetingId, () => { void lookAgain(documentName) }))
      }
      return new Uint8Array(state)
    },
    beforeSync: (payload) => tryFirst(payload),
    async beforeHandleAwareness({ states: told, context }) {
      if (!context) throw new Error('nobody is known to write')
      const { personId } = context.caller
      const name = (await people([personId]))[0]?.fullName ?? ''
      // Nobody writes under another name.
      for (const state of told.values()) Object.assign(state, { user: { personId, name } })
    },
    async onStoreDocument({ documentName, document }) {
      await states.save(db, documentName, (kept) => {
        const merged = textOf([kept, Y.encodeStateAsUpdate(document)])
        const state = Y.encodeStateAsUpdate(merged)
        merged.destroy()
        return state
      })
    },
    async afterUnloadDocument({ documentName }) {
      watched.get(documentName)?.()
      watched.delete(documentName)
    },
  })

  async function tryFirst({ type, payload, document, context }: beforeSyncPayload<Context>): Promise<void> {
    if ((type !== SYNC_STEP_2 && type !== UPDATE) || context.mode === 'read') return
    const before = textOf([Y.encodeStateAsUpdate(document)])
    const after = copies.get(document) ?? textOf([Y.encodeStateAsUpdate(document)])
    copies.set(document, after)
    try {
      Y.applyUpdate(after, Y.encodeStateAsUpdate(document))
      Y.applyUpdate(after, payload)
      const sound = isWhole(after) && (context.mode === 'edit' ? blocksOf(after).length >= 0 : onlySuggests(before, after, context.caller.personId))
      if (!sound) throw new UnsoundText('more than suggestions')
    } catch (error) {
      copies.delete(document)
      after.destroy()
      log.warn({ draftId: document.name, err: error }, 'a change of a draft was refused')
      context.socket.close(DRAFT_CLOSED.refused, 'refused')
      throw Object.assign(new Error('refused'), { code: DRAFT_CLOSED.refused, reason: 'refused' })
    } finally {
      before.destroy()
    }
  }

  /** The meeting changed: whoever has other rights now comes again with those, and nobody keeps a text that was closed. */
  async function lookAgain(draftId: string): Promise<void> {
    for (const { context } of hocuspocus.documents.get(draftId)?.getConnections() ?? []) {
      const { caller, socket, mode } = context as Context
      const now = await modeIn(draftId, caller).then((found) => found.mode, (error: unknown) => error instanceof AppError ? null : mode)
      if (now !== mode) socket.close(DRAFT_CLOSED.rightsChanged, 'rights changed')
    }
  }

  return {
    /** Takes a connection of somebody who is signed in. */
    accept(req: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
      server.handleUpgrade(req, socket, head, (ws) => {
        const request = new Request(`http://localhost${req.url ?? '/'}`)
        const connection = hocuspocus.handleConnection(ws as never, request, { caller, socket: ws })
        ws.on('message', (data: Buffer) => connection.handleMessage(new Uint8Array(data)))
        ws.on('close', (code, reason) => connection.handleClose({ code, reason: reason.toString() }))
        // What does not fit is closed by `ws` itself.
        ws.on('error', () => undefined)
      })
    },

    /** The text at this moment, also what is not kept yet; null once it is closed. */
    async current(draftId: string): Promise<Uint8Array | null> {
      const kept = await states.load(db, draftId)
      if (!kept) return null
      const open = hocuspocus.documents.get(draftId)
      const merged = textOf([kept, ...open ? [Y.encodeStateAsUpdate(open)] : []])
      const state = Y.encodeStateAsUpdate(merged)
      merged.destroy()
      return state
    },

    /** Keeps what is not kept, and ends every connection. */
    async close(): Promise<void> {
      hocuspocus.flushPendingStores()
      for (const client of server.clients) client.close(1001)
      for (const until = Date.now() + PATIENCE_MS; hocuspocus.documents.size && Date.now() < until;) {
        await new Promise((resolve) => { setTimeout(resolve, 20) })
      }
      for (const client of server.clients) client.terminate()
      for (const stop of watched.values()) stop()
      server.close()
    },
  }
}

export type SharedTexts = ReturnType<typeof createSharedTexts>
