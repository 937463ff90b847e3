import { randomUUID } from 'node:crypto'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { MINUTES_FIELD, MINUTES_TEXT_PATH } from '../../protocol/minutes-text.ts'
import type { Client } from './client.ts'
import { until } from './journal.ts'

/** A block of the text as a Yjs element: words in it, or a fact. */
export function blockOf(text: string, attributes: Record<string, unknown> = {}): Y.XmlElement {
  const block = new Y.XmlElement('block')
  for (const [name, value] of Object.entries({ kind: 'paragraph', id: randomUUID(), ...attributes })) block.setAttribute(name, value as string)
  if (text) block.insert(0, [new Y.XmlText(text)])
  return block
}

/** A browser that writes minutes over the wire, without a page around it. */
export function minutesWriter(client: Pick<Client, 'cookies'>, meetingId: string, server: string, page = server) {
  const doc = new Y.Doc()
  const closed: number[] = []
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  class Browser extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie, origin: page } })
      // One that is refused, or ended before it stands, is told by its closing.
      this.on('error', () => {})
    }
  }
  class Wire extends HocuspocusProviderWebsocket {
    override send(message: unknown): void {
      if (this.webSocket?.readyState === WebSocket.OPEN) super.send(message)
    }
  }
  const socket = new Wire({ url: server.replace(/^http/, 'ws') + MINUTES_TEXT_PATH, WebSocketPolyfill: Browser, delay: 100, minDelay: 50 })
  const provider = new HocuspocusProvider({ websocketProvider: socket, name: meetingId, document: doc, token: 'session' })
  let failed = false
  socket.on('close', ({ event }: { event: { code: number } }) => { closed.push(event.code) })
  provider.on('authenticationFailed', () => { failed = true })
  provider.attach()
  const fragment = () => doc.getXmlFragment(MINUTES_FIELD)
  return {
    doc, provider, closed, fragment,
    get failed() { return failed },
    synced: () => until(() => provider.isSynced),
    /** Until the server has acknowledged everything. */
    saved: () => until(() => provider.isSynced && !provider.hasUnsyncedChanges),
    add(text: string, attributes?: Record<string, unknown>) { fragment().push([blockOf(text, attributes)]) },
    cut() { socket.disconnect() },
    async back() {
      await socket.connect()
      await until(() => provider.isSynced && !provider.hasUnsyncedChanges)
    },
    /** The own words of each block. */
    texts: () => fragment().toArray().map((block) => (block as Y.XmlElement).toArray().map((one) => one instanceof Y.XmlText ? one.toString() : '').join('')),
    end() {
      provider.destroy()
      socket.destroy()
    },
  }
}
