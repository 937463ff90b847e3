import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import type * as Y from 'yjs'

/**
 * What is written while the line is cut goes with the next handshake, as one. A queue of it besides would be acknowledged
 * piece by piece, and the first piece would pass for all.
 */
class Wire extends HocuspocusProviderWebsocket {
  override send(message: unknown): void {
    if (this.webSocket?.readyState === WebSocket.OPEN) super.send(message)
  }
}

export interface TextEvents {
  /** What the server has stands in the document. */
  synced(): void
  /** `true`: the server has stored everything that was written here. */
  saved(all: boolean): void
  cut(): void
  /** Other rights, or something that was not taken (`refused`): what is in hand is not the text any more. */
  lost(refused: boolean): void
}

/** Connects a document with the shared text of this name, until `end`. */
export function connectText(
  { path, name, doc, closed, on }: { path: string, name: string, doc: Y.Doc, closed: { rightsChanged: number, refused: number }, on: TextEvents },
): { provider: HocuspocusProvider, end(): void } {
  const socket = new Wire({ url: location.origin.replace(/^http/, 'ws') + path, delay: 500, minDelay: 250, maxDelay: 5_000 })
  // The session of the browser says who one is.
  const provider = new HocuspocusProvider({ websocketProvider: socket, name, document: doc, token: 'session' })
  provider.on('synced', on.synced)
  provider.on('unsyncedChanges', ({ number }: { number: number }) => on.saved(number === 0))
  provider.on('authenticationFailed', () => on.lost(false))
  socket.on('disconnect', on.cut)
  socket.on('close', ({ event }: { event: { code: number } }) => {
    if (event.code === closed.refused || event.code === closed.rightsChanged) on.lost(event.code === closed.refused)
  })
  provider.attach()
  return {
    provider,
    end() {
      provider.destroy()
      socket.destroy()
    },
  }
}
