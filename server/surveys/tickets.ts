import { createHmac, timingSafeEqual } from 'node:crypto'

const ID_BYTES = 16
/** 96 bits: nobody guesses a link. */
const MAC_BYTES = 12

/** What a token opens: one way into a round, or the shared link of a round. */
export type Way = { ticketId: string } | { roundId: string }

const bytesOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')
function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/**
 * Tokens of survey links: ids signed by the installation, so that none is kept and every process makes and reads the same.
 * `secret` never enters the database.
 */
export function createTickets({ secret }: { secret: Buffer }) {
  const mac = (purpose: string, ...parts: (Buffer | string)[]) => {
    const hmac = createHmac('sha256', secret).update(`${purpose} `)
    for (const part of parts) hmac.update(part)
    return hmac.digest()
  }
  const sign = (purpose: 'ticket' | 'round', id: Buffer) => Buffer.concat([id, mac(purpose, id).subarray(0, MAC_BYTES)]).toString('base64url')

  return {
    ofTicket: (ticketId: string): string => sign('ticket', bytesOf(ticketId)),
    ofRound: (roundId: string): string => sign('round', bytesOf(roundId)),

    /** Undefined for what this installation did not make. */
    read(token: string): Way | undefined {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== ID_BYTES + MAC_BYTES) return undefined
      const id = bytes.subarray(0, ID_BYTES)
      const made = (purpose: string) => timingSafeEqual(mac(purpose, id).subarray(0, MAC_BYTES), bytes.subarray(ID_BYTES))
      if (made('ticket')) return { ticketId: idOf(id) }
      return made('round') ? { roundId: idOf(id) } : undefined
    },

    /** The ticket of a browser that came by the shared link: the same for the same key, and nothing to anybody without it. */
    ofBrowser(roundId: string, key: string): string {
      const bytes = Buffer.from(mac('browser', roundId, ' ', key).subarray(0, ID_BYTES))
      bytes[6] = (bytes[6]! & 0x0f) | 0x40
      bytes[8] = (bytes[8]! & 0x3f) | 0x80
      return idOf(bytes)
    },

    /** Tells that the same browser sends again. Of its key and its ticket, and nothing of what it answers. */
    receipt: (ticketId: string, key: string): Buffer => mac('receipt', ticketId, ' ', key),
  }
}

export type Tickets = ReturnType<typeof createTickets>
