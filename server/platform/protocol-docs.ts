import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { allCommands, allNotices, allRoutes } from '../../protocol/contracts.ts'
import { errorCodes } from '../../protocol/error.ts'
import type { AnyCommand, AnyNotice } from '../../protocol/event.ts'
import { CloseReason, MediaErrorCode, mediaRequests, NoticeMessage, SIGNALLING_LIMITS } from '../../protocol/media.ts'
import { MeetingEntry } from '../../protocol/meeting-state.ts'
import type { AnyRoute, ByteStream } from '../../protocol/route.ts'
import { schemaText } from './schema-text.ts'
import { httpStatus } from './status.ts'

const root = path.resolve(import.meta.dirname, '../..')
export const PROTOCOL_DOCS = path.join(root, 'docs/protocol.md')

const source = (file: string) => readFileSync(path.join(root, 'protocol', file), 'utf8')

/** What stands in a comment above (or after, on the same line) each thing that `what` names in its first group. */
function comments(text: string, what: string, place: 'above' | 'after'): Map<string, string> {
  const pattern = place === 'above'
    ? new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*${what}`, 'g')
    : new RegExp(`${what},? *// *(.*)`, 'g')
  const found = [...text.matchAll(pattern)].map(([, first = '', second = '']): [string, string] =>
    place === 'above' ? [second, first.replace(/\s*\n\s*\*\s*/g, ' ').trim()] : [first, second.trim()])
  return new Map(found)
}

const code = (text: string) => `\`\`\`\n${text}\n\`\`\``
const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')

function part(title: string, body: z.ZodType | ByteStream | undefined, io: 'input' | 'output'): string[] {
  if (body === undefined) return []
  const shown = body instanceof z.ZodType ? schemaText(body, io) : `bytes of ${body.stream}`
  return shown === '{}' ? [] : [`${title}:`, code(shown)]
}

function errors(codes: readonly string[]): string[] {
  return codes.length ? [`Errors: ${codes.map((one) => `\`${one}\``).join(', ')}.`] : []
}

const accessText = { anyone: 'Anyone.', signedIn: 'Who is signed in.', administrator: 'Administrators.' }

function route({ method, path: place, summary, access, params, query, body, response, errors: codes }: AnyRoute): string {
  return [
    `### ${method.toUpperCase()} ${place}`,
    `${summary} *${accessText[access]}*`,
    ...part('In the path', params, 'input'), ...part('Query', query, 'input'), ...part('Body', body, 'input'), ...part('Answer', response, 'output'),
    ...errors(codes),
  ].join('\n\n')
}

function command({ name, summary, access, input, output, errors: codes }: AnyCommand): string {
  return [
    `### ${name}`, `${summary} *${access.charAt(0).toUpperCase()}${access.slice(1)}.*`,
    ...part('Input', input, 'input'), ...part('Result', output, 'output'), ...errors(codes),
  ].join('\n\n')
}

function notice({ name, summary, payload }: AnyNotice): string {
  return [`### ${name}`, summary, ...part('Payload', payload, 'output')].join('\n\n')
}

function entries(): string {
  const told = new Map(globSync('*.ts', { cwd: path.join(root, 'protocol'), exclude: ['*.test.ts'] }).toSorted()
    .flatMap((file) => [...comments(source(file), "(?:z\\.object\\(\\{ kind: z\\.literal\\('|const published = z\\.object\\(\\{\\s*kind: z\\.literal\\(')([\\w.]+)'", 'above')]))
  return MeetingEntry.options.map((option) => {
    const kind = option.shape.kind.value
    return [`### ${kind}`, told.get(kind) ?? '', code(schemaText(option.shape.data, 'output'))].filter(Boolean).join('\n\n')
  }).join('\n\n')
}

function mediaMessages(): string {
  const text = source('media.ts')
  const told = comments(text, '(\\w+): request\\(', 'above')
  const toldNotices = comments(text, "notice\\('(\\w+)'", 'above')
  const requests = Object.entries(mediaRequests).map(([method, { input, output }]) =>
    [`### ${method}`, told.get(method) ?? '', ...part('Data', input, 'input'), ...part('Answer', output, 'output')].filter(Boolean).join('\n\n'))
  const notices = NoticeMessage.options.map((option) => {
    const name = option.shape.notice.value
    return [`### ${name}`, toldNotices.get(name) ?? '', ...part('Data', option.shape.data, 'output')].filter(Boolean).join('\n\n')
  })
  const { messages, windowS, messageBytes, joinWithinS, heartbeatS } = SIGNALLING_LIMITS
  return [
    '## Media signalling: requests of the browser',
    'JSON over a WebSocket at the path that `room:enter` gave. The node greets with the notice `welcome`; then requests '
    + '`{ id, method, data }`, each answered `{ id, ok: true, data }` or `{ id, ok: false, error: { code, message } }`. '
    + `A message has at most ${messageBytes} bytes; at most ${messages} come in ${windowS} s; \`join\` comes within ${joinWithinS} s.`,
    ...requests,
    '## Media signalling: notices of the node',
    `\`{ notice, data }\`, unasked. \`heartbeat\` comes every ${heartbeatS} s.`,
    ...notices,
    '## Media signalling: error codes',
    table(['code', 'meaning'], MediaErrorCode.options.map((one) => [`\`${one}\``, comments(text, "'(\\w+)'", 'after').get(one) ?? ''])),
    '## Media signalling: reasons of `closed`',
    table(['reason', 'meaning'], CloseReason.options.map((one) => [`\`${one}\``, comments(text, "'(\\w+)'", 'after').get(one) ?? ''])),
  ].join('\n\n')
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The wire contract as a document, from the schemas that hold the wire to it. */
export function protocolDocs(): string {
  const meanings = comments(['error.ts', 'errors-meetings.ts', 'errors-documents.ts', 'errors-deciding.ts'].map(source).join('\n'), "'(\\w+)'", 'after')
  const sections = [
    '# Protocol',
    'Generated from `protocol/` by `npm run docs:protocol`; a test fails when it is stale.',
    'Ids are UUIDs in lower case, instants are ISO 8601 in UTC with milliseconds. `name?` may be left out.',
    '## Routes',
    'JSON under `/api`. A failure answers `{ error: { code, message, details } }` with the status of the code; people read the '
    + 'translated code. Sessions are a cookie; requests that change something carry the token of `GET /api/me` in `x-csrf-token` '
    + 'and come from an allowed origin. Besides its own, every route may answer `badRequest`, `signInRequired`, '
    + '`administratorRequired`, `originRefused`, `csrfRefused`, `databaseUnavailable` and `internal`, as far as they apply. '
    + 'The same as OpenAPI 3.1: `GET /api/openapi.json`.',
    ...allRoutes.map(route),
    '## Socket commands',
    'Socket.IO at `/socket.io/`, with the session’s cookie. `socket.emit(name, input, acknowledge)` is acknowledged with '
    + '`{ ok: true, result }` or `{ ok: false, error }`. A command with a `key` sent again is carried out once and answered alike.',
    ...allCommands.map(command),
    '## Socket notices',
    'What the server tells unasked.',
    ...allNotices.map(notice),
    '## Journal entries',
    'What `meeting:entries` brings: `{ at, actorId, kind, data, audience }`. `{ $text, mac }` stands for a text whose body comes beside.',
    entries(),
    mediaMessages(),
    '## Error codes',
    table(['code', 'status', 'meaning'], errorCodes.map((one) => [`\`${one}\``, String(httpStatus[one]), meanings.get(one) ?? ''])),
  ]
  return `${sections.join('\n\n')}\n`
}

if (import.meta.main) {
  writeFileSync(PROTOCOL_DOCS, protocolDocs())
  console.log(`wrote ${path.relative(root, PROTOCOL_DOCS)}`)
}
