import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Hocuspocus, type beforeSyncPayload, type Document } from '@hocuspocus/server'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import * as Y from 'yjs'
import { Id } from '../../protocol/journal.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { isWhole, textOf, UnsoundText } from './yjs.ts'

/** Kept so soon after a change, and at the latest so long after the first one that is not kept, in ms. */
const KEEP_AFTER = { debounce: 1_000, maxDebounce: 5_000 }
/** The longest message, in bytes: a whole text pasted at once. */
const LARGEST_MESSAGE = 2 * 1024 * 1024
/** How long the end of the program waits for texts to be kept, in ms. */
const PATIENCE_MS = 5_000
const SYNC_STEP_2 = 1
const UPDATE = 2

/** One kind of texts that several write at once: whose they are, what fits them, and where they are kept. */
export interface SharedTextKind<Mode extends string> {
  /** With which code the connection is closed on whom: their rights are others now; what they sent does not fit. */
  closed: { rightsChanged: number, refused: number }
  /** What somebody may do with a text, and whose meeting it is of. Throws for who may not read it, and where there is none. */
  modeIn(name: string, caller: Caller): Promise<{ meetingId: string, mode: Mode | 'read' }>
  /** Null where there is no such text, or it is closed. */
  load(name: string): Promise<Uint8Array | null>
  /**
   * Stores what somebody wrote before it is carried out and acknowledged; throws where the text is closed. Without, it is
   * kept soon after.
   */
  append?: (name: string, update: Uint8Array, caller: Caller) => Promise<void>
  /** Keeps the text, soon after it changed, when nobody has it open any more, and when the program ends. */
  keep(name: string, open: () => Uint8Array): Promise<void>
  /** Whether what came of a change may stand. `before` is made when it is asked for. May throw `UnsoundText`. */
  isSound(change: { before(): Y.Doc, after: Y.Doc, mode: Mode, personId: string }): boolean
}

interface Context<Mode> { caller: Caller, socket: WebSocket, meetingId?: string, mode?: Mode | 'read' }

export interface SharedTextsDeps {
  journal: Pick<Journal, 'subscribe'>
  people(ids: readonly string[]): Promise<readonly { fullName: string }[]>
  log: Pick<Logger, 'warn'>
}

/**
 * Texts that several write at once. Every change is tried on a copy first: what does not fit ends the connection that it came
 * over and reaches nobody.
 */
export function createSharedTexts<Mode extends string>(kind: SharedTextKind<Mode>, { journal, people, log }: SharedTextsDeps) {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE })
  const copies = new WeakMap<Document, Y.Doc>()
  const turns = new WeakMap<Document, Promise<void>>()
  const watched = new Map<string, { look(): void, stop(): void }>()

  const hocuspocus = new Hocuspocus<Context<Mode>>({
    ...KEEP_AFTER, quiet: true,
    async onAuthenticate({ documentName, context, connectionConfig }) {
      if (!Id.safeParse(documentName).success) throw new AppError('draftNotFound')
      const { mode, meetingId } = await kind.modeIn(documentName, context.caller)
      connectionConfig.readOnly = mode === 'read'
      return { mode, meetingId }
    },
    async onLoadDocument({ documentName, context }) {
      const state = await kind.load(documentName)
      if (!state) throw new AppError('draftNotFound')
      if (context.meetingId && !watched.has(documentName)) {
        const look = looker(documentName)
        watched.set(documentName, { look, stop: journal.subscribe(context.meetingId, look) })
      }
      return new Uint8Array(state)
    },
    // Rights may have gone between the asking and the standing of a connection.
    async connected({ documentName }) { watched.get(documentName)?.look() },
    async beforeSync({ type, payload, document, context }) {
      if ((type !== SYNC_STEP_2 && type !== UPDATE) || context.mode === 'read') return
      // One after another: what was tried, but is not stored yet, counts for nobody else.
      const turn = (turns.get(document) ?? Promise.resolve()).then(() => tryFirst({ payload, document, context }))
      turns.set(document, turn.catch(() => undefined))
      await turn
    },
    async beforeHandleAwareness({ states: told, context }) {
      if (!context) throw new Error('nobody is known to write')
      const { personId } = context.caller
      const name = (await people([personId]))[0]?.fullName ?? ''
      // Nobody writes under another name.
      for (const state of told.values()) Object.assign(state, { user: { personId, name } })
    },
    onStoreDocument: ({ documentName, document }) => kind.keep(documentName, () => Y.encodeStateAsUpdate(document)),
    async afterUnloadDocument({ documentName }) {
      watched.get(documentName)?.stop()
      watched.delete(documentName)
    },
  })

  async function tryFirst({ payload, document, context }: Pick<beforeSyncPayload<Context<Mode>>, 'payload' | 'document' | 'context'>): Promise<void> {
    const { mode, caller, socket } = context
    const after = copies.get(document) ?? new Y.Doc()
    copies.set(document, after)
    let before: Y.Doc | undefined
    let changed = false
    const note = () => { changed = true }
    try {
      Y.applyUpdate(after, Y.encodeStateAsUpdate(document, Y.encodeStateVector(after)))
      after.once('update', note)
      Y.applyUpdate(after, payload)
      after.off('update', note)
      const open = () => before ??= textOf([Y.encodeStateAsUpdate(document)])
      if (!isWhole(after) || !mode || mode === 'read' || !kind.isSound({ before: open, after, mode, personId: caller.personId })) throw new UnsoundText('more than one may write')
      if (changed) await kind.append?.(document.name, payload, caller)
    } catch (error) {
      copies.delete(document)
      after.destroy()
      const code = error instanceof AppError ? kind.closed.rightsChanged : kind.closed.refused
      log.warn({ text: document.name, err: error }, 'a change of a text was refused')
      socket.close(code, 'refused')
      throw Object.assign(new Error('refused'), { code, reason: 'refused' })
    } finally {
      before?.destroy()
    }
  }

  /** A burst of entries is looked at once while one look goes on, and once more after it. */
  function looker(name: string): () => void {
    let looking = false
    let again = false
    return () => {
      again = true
      if (looking) return
      looking = true
      void (async () => {
        try {
          while (again) {
            again = false
            await lookAgain(name)
          }
        } finally {
          looking = false
        }
      })()
    }
  }

  /** The meeting changed: whoever has other rights now comes again with those, and nobody keeps a text that was closed. */
  async function lookAgain(name: string): Promise<void> {
    for (const { context } of hocuspocus.documents.get(name)?.getConnections() ?? []) {
      const { caller, socket, mode } = context as Context<Mode>
      const now = await kind.modeIn(name, caller).then((found) => found.mode, (error: unknown) => error instanceof AppError ? null : mode)
      if (now !== mode) socket.close(kind.closed.rightsChanged, 'rights changed')
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

    /** The text as those have it who write it here, if somebody does. */
    open(name: string): Uint8Array | undefined {
      const document = hocuspocus.documents.get(name)
      return document && Y.encodeStateAsUpdate(document)
    },

    /** Shows those who have a text open what became of it elsewhere. */
    show(name: string, update: Uint8Array): void {
      const document = hocuspocus.documents.get(name)
      if (document) Y.applyUpdate(document, update)
    },

    /** Keeps what is not kept, and ends every connection. */
    async close(): Promise<void> {
      hocuspocus.flushPendingStores()
      for (const client of server.clients) client.close(1001)
      for (const until = Date.now() + PATIENCE_MS; hocuspocus.documents.size && Date.now() < until;) {
        await new Promise((resolve) => { setTimeout(resolve, 20) })
      }
      for (const client of server.clients) client.terminate()
      for (const { stop } of watched.values()) stop()
      server.close()
    },
  }
}

export type SharedTexts = ReturnType<typeof createSharedTexts>
