import { SMTPServer } from 'smtp-server'
import { freePort } from './ports.ts'

/** A mail as it came over the wire. */
export interface ReceivedMail { from: string, to: string[], source: string, header(name: string): string | undefined }

/** A mail server of the test's own on one port: it can be stopped and started, and told to refuse. */
export async function openMailServer() {
  const port = await freePort()
  const mails: ReceivedMail[] = []
  /** Addresses that it refuses with 550. */
  const refused = new Set<string>()
  let server: SMTPServer | undefined

  function start(): Promise<void> {
    server = new SMTPServer({
      authOptional: true, closeTimeout: 50, disabledCommands: ['STARTTLS', 'AUTH'], logger: false,
      onRcptTo({ address }, _session, done) {
        if (refused.has(address)) done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
        else done()
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const source = Buffer.concat(chunks).toString('utf8')
          const head = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ').split('\r\n')
          const { mailFrom, rcptTo } = session.envelope
          mails.push({
            from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), source,
            header: (name) => head.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))?.slice(name.length + 2),
          })
          done()
        })
      },
    })
    // Cut connections of a stop are no failure of the test.
    server.on('error', () => {})
    return new Promise((resolve) => { server?.listen(port, '127.0.0.1', () => resolve()) })
  }

  const stop = () => new Promise<void>((resolve) => {
    if (!server) return resolve()
    server.close(() => resolve())
    server = undefined
  })

  await start()
  return { url: `smtp://127.0.0.1:${port}`, mails, refused, start, stop }
}

export type MailServer = Awaited<ReturnType<typeof openMailServer>>

/** The decoded parts of a mail whose content type begins so. */
export function partsOf({ source }: ReceivedMail, type: string): string[] {
  return source.split(/\r\n--[^\r\n]+/).flatMap((part) => {
    const at = part.indexOf('\r\n\r\n')
    const head = part.slice(0, at).replace(/\r\n[ \t]+/g, ' ').toLowerCase()
    if (!head.includes(`content-type: ${type}`)) return []
    const body = part.slice(at + 4)
    if (head.includes('content-transfer-encoding: base64')) return [Buffer.from(body.replace(/\s/g, ''), 'base64').toString('utf8')]
    if (head.includes('quoted-printable')) {
      const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      return [Buffer.from(bytes, 'latin1').toString('utf8')]
    }
    return [body]
  })
}
