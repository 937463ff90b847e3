import os from 'node:os'
import path from 'node:path'
import { isIP } from 'node:net'
import { z } from 'zod'
import type { S3Place } from './s3-files.ts'
import { StartError } from './start-error.ts'
import type { Turn } from './turn.ts'

/** Everything that the outside decides about this program; docs/operations.md describes each variable. */
export interface Config {
  /** The port of the web interface. */
  port: number
  /** The name or address that people open; never a wildcard. */
  host: string
  /** The address that the server listens at: 127.0.0.1 for localhost. */
  listenAddress: string
  /** Whether the server itself speaks HTTPS. Always true off localhost: a browser gives no camera to a plain page. */
  https: boolean
  /** The certificate's files, when they were given; else `tlsFor` makes a self-signed certificate. */
  tlsFiles: { cert: string; key: string } | undefined
  /** The address of the interface, without a slash at the end: `http://localhost:3000`. */
  origin: string
  /** Origins whose pages may send requests and open sockets: our own, and those of PUBLIC_ORIGINS. */
  allowedOrigins: string[]
  /** Proxies whose X-Forwarded-* headers are believed (express `trust proxy`); empty: none. */
  trustedProxies: string[]
  /** Absolute path of the data folder. */
  dataDir: string
  /** `embedded`: demo mode, PostgreSQL is started by us. `external`: a PostgreSQL that others run; never seeded. */
  database: { kind: 'embedded' } | { kind: 'external'; url: string; ownerUrl: string }
  /** Signs session cookies; undefined in demo mode, where `loadKeys` makes one. */
  sessionSecret: string | undefined
  /** The Ed25519 private key that signs journal heads, and whether it was named (then it is never made by us). */
  journalKeyFile: { path: string; named: boolean }
  media: {
    /** The address that browsers are told to send media to. */
    address: string
    /** The address that media workers bind. */
    listenAddress: string
    /** The first worker's UDP and TCP port; worker n has `port + n`, links to other nodes up to `port + 299`. */
    port: number
    workers: number
    /** The mediasoup worker program; undefined: mediasoup's own place. */
    workerBin: string | undefined
  }
  /** TURN servers that browsers may go through; undefined: none. */
  turn: Turn | undefined
  /** The mail server that notices go out by; undefined: they stand in the product alone. */
  mail: { url: string; from: { name: string; address: string } } | undefined
  /** Origins of push services besides those of the browsers' makers. */
  pushServices: string[]
  /** Where links in mails and calendars lead: the first of PUBLIC_ORIGINS, else `origin`. */
  linkOrigin: string
  uploadLimitBytes: number
  /** The bucket that documents lie in; undefined: DATA_DIR/files. */
  bucket: S3Place | undefined
  /** Where clamd listens; undefined: files are not scanned for viruses. */
  virusScanner: string | undefined
  /** Names the keys that papers are signed with; need not be there. */
  signingKeysFile: string
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
}

/** What the machine says of itself, as far as defaults depend on it. */
export interface Machine {
  cores: number
  /** Addresses other than loopback and link-local, IPv4 first. */
  addresses: string[]
}

export function thisMachine(): Machine {
  const addresses = Object.values(os.networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((one) => !one.internal && !one.address.startsWith('fe80:'))
    .sort((a, b) => a.family.localeCompare(b.family))
    .map((one) => one.address)
  return { cores: os.availableParallelism(), addresses }
}

const wholeNumber = (from: number, to: number, remedy: string) =>
  z.string().regex(/^\d{1,9}$/, remedy).transform(Number).refine((n) => n >= from && n <= to, remedy)

const postgresUrl = (name: string) =>
  z.string().refine(
    (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol) && new URL(text).pathname.length > 1,
    `is not a PostgreSQL address. Write ${name}=postgres://user:password@host:5432/database`,
  )

const address = (name: string) =>
  z.string().refine((text) => isIP(text) !== 0, `is not an IP address. Write ${name}=192.0.2.10, for example`)

const origin = z.string().refine(
  (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text,
  'is not a list of origins. Write scheme, host and port only, with commas between: https://meet.example.vn',
)

const turnUrl = z.string().regex(
  /^turns?:(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/,
  'is not a list of TURN addresses. Write them with commas between: turn:turn.example.vn,turns:turn.example.vn:443?transport=tcp',
)

const smtpUrl = z.string().refine(
  (text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '',
  'is not the address of a mail server. Write SMTP_URL=smtp://user:password@mail.example.vn:587 (smtps:// for TLS from the start)',
)

/** `Văn phòng Tỉnh uỷ <vptu@example.vn>`, or the address alone. */
const sender = z.string()
  .transform((text) => /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim()))
  .transform((match) => ({ name: match?.[1]?.trim() ?? '', address: (match?.[2] ?? match?.[3] ?? '').trim() }))
  .refine(({ address }) => z.email().safeParse(address).success,
    'is not a sender. Write MAIL_FROM="Văn phòng Tỉnh uỷ <vptu@example.vn>", or the address alone')

const list = (item: z.ZodType<string, string>) =>
  z.string().transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean)).pipe(z.array(item))

/** The workers' ports and those of links to other media nodes end 299 above it (`linkPorts` of the node). */
const LAST_MEDIA_PORT = 65_535 - 299

const Variables = z.object({
  PORT: wholeNumber(1, 65_535, 'is not a port. Write a whole number from 1 to 65535: PORT=3000').default(3000),
  HOST: z.string().regex(/^[\w.:-]+$/, 'is not a host. Write a name or an address alone: HOST=192.0.2.10').default('localhost'),
  LISTEN_ADDRESS: address('LISTEN_ADDRESS').optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: postgresUrl('DATABASE_URL').optional(),
  DATABASE_OWNER_URL: postgresUrl('DATABASE_OWNER_URL').optional(),
  SESSION_SECRET: z
    .string()
    .min(32, 'is too short. Write at least 32 characters that nobody can guess: openssl rand -hex 32 makes some')
    .optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  MEDIA_ADDRESS: address('MEDIA_ADDRESS').optional(),
  MEDIA_LISTEN_ADDRESS: address('MEDIA_LISTEN_ADDRESS').optional(),
  MEDIA_PORT: wholeNumber(
    1024, LAST_MEDIA_PORT, `does not fit: media takes it and the 299 ports above. Write one from 1024 to ${LAST_MEDIA_PORT}: MEDIA_PORT=44400`,
  ).default(44_400),
  MEDIA_WORKERS: wholeNumber(1, 64, 'is not a number of workers. Write one from 1 to 64: MEDIA_WORKERS=2').optional(),
  MEDIASOUP_WORKER_BIN: z.string().optional(),
  TURN_URLS: list(turnUrl).optional(),
  TURN_SECRET: z
    .string()
    .min(16, 'is too short. Write at least 16 characters that nobody can guess, the same as coturn’s static-auth-secret')
    .optional(),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: sender.optional(),
  PUSH_SERVICES: list(origin).default([]),
  UPLOAD_LIMIT_MB: wholeNumber(1, 10_000, 'is not a size. Write megabytes from 1 to 10000: UPLOAD_LIMIT_MB=500').default(500),
  S3_ENDPOINT: z.string().refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !/[?#]/.test(text),
    'is not the address of a bucket. Write it with the bucket in it: S3_ENDPOINT=https://s3.example.vn/nghi-su',
  ).optional(),
  S3_REGION: z.string().regex(/^[\w-]+$/, 'is not a region. Write the one that the storage names, or none: S3_REGION=us-east-1').default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_COPIES_MB: wholeNumber(100, 1_000_000, 'is not a size. Write megabytes from 100 to 1000000: S3_COPIES_MB=4096').default(4096),
  CLAMD: z.string().regex(
    /^(?:unix:\/.+|tcp:\/\/[^/?#]+:\d{1,5})$/,
    'is not where clamd listens. Write CLAMD=tcp://127.0.0.1:3310 or CLAMD=unix:/run/clamav/clamd.ctl',
  ).optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'is not a level. Write one of fatal, error, warn, info, debug, trace, silent: LOG_LEVEL=info',
    })
    .default('info'),
  PUBLIC_ORIGINS: list(origin).default([]),
  TRUSTED_PROXIES: list(z.string()).default([]),
  JOURNAL_KEY_FILE: z.string().optional(),
  SIGNING_KEYS: z.string().optional(),
})

/** Variables whose value is never printed. */
const SECRET = new Set(['SESSION_SECRET', 'TURN_SECRET', 'S3_SECRET_ACCESS_KEY', 'SMTP_URL', 'DATABASE_URL', 'DATABASE_OWNER_URL'])

function refuse(problems: string[]): never {
  const many = problems.length > 1
  throw new StartError(
    'configInvalid',
    [`The start stopped at ${many ? `${problems.length} settings` : 'a setting'}:`, ...problems].join('\n  '),
    `Correct ${many ? 'them' : 'it'} in the environment and start again; docs/operations.md describes every variable.`,
  )
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127\./.test(host)
const isWildcard = (host: string) => host === '0.0.0.0' || host === '::'
const inUrl = (host: string) => (isIP(host) === 6 ? `[${host}]` : host)

function originOf(scheme: 'http' | 'https', host: string, port: number): string {
  return new URL(`${scheme}://${inUrl(host)}:${port}`).origin
}

/**
 * Reads the configuration from environment variables; an empty variable counts as not set. Touches no file.
 * Throws a StartError `configInvalid` that names every wrong variable, what is wrong with it, and what to write.
 */
export function loadConfig(env: NodeJS.ProcessEnv, machine: Machine = thisMachine()): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''))
  const parsed = Variables.safeParse(given)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0])
      return SECRET.has(name) ? `${name} ${issue.message}` : `${name}=${given[name]} ${issue.message}`
    })
    refuse([...new Set(problems)])
  }
  const v = parsed.data
  const problems: string[] = []

  if (v.DATABASE_URL && !v.SESSION_SECRET) {
    problems.push('SESSION_SECRET is missing, and DATABASE_URL needs it. Write 32 characters or more (openssl rand -hex 32)')
  }
  if (v.DATABASE_OWNER_URL && !v.DATABASE_URL) {
    problems.push('DATABASE_OWNER_URL stands without DATABASE_URL. Write both, or neither for the embedded PostgreSQL')
  }
  if (Boolean(v.TLS_CERT) !== Boolean(v.TLS_KEY)) {
    problems.push(`${v.TLS_CERT ? 'TLS_KEY' : 'TLS_CERT'} is missing. Write both files, or neither for a self-signed certificate`)
  }
  if (Boolean(v.TURN_URLS) !== Boolean(v.TURN_SECRET)) {
    problems.push(`${v.TURN_URLS ? 'TURN_SECRET' : 'TURN_URLS'} is missing. Write both, or neither to go without a TURN server`)
  }

  if (Boolean(v.SMTP_URL) !== Boolean(v.MAIL_FROM)) {
    problems.push(`${v.SMTP_URL ? 'MAIL_FROM' : 'SMTP_URL'} is missing. Write both, or neither to send no mail`)
  }

  const bucketNames = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const
  const missing = bucketNames.filter((name) => !v[name])
  if (missing.length === 1 || missing.length === 2) {
    problems.push(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing. Write all three of ${bucketNames.join(', ')}, or none to keep documents in DATA_DIR`)
  }

  const everywhere = isWildcard(v.HOST)
  const host = everywhere ? (machine.addresses[0] ?? 'localhost') : v.HOST
  const https = Boolean(v.TLS_CERT) || everywhere || !isLoopback(host)
  const scheme = https ? 'https' : 'http'

  const mediaAddress = v.MEDIA_ADDRESS ?? (isIP(host) ? host : isLoopback(host) ? '127.0.0.1' : undefined)
  if (!mediaAddress) {
    problems.push(`MEDIA_ADDRESS is missing, and HOST=${host} is a name. Write the address that browsers reach this machine at`)
  }
  const workers = v.MEDIA_WORKERS ?? Math.min(machine.cores, 64)
  if (problems.length > 0 || !mediaAddress) refuse(problems)

  const names = [host]
  if (everywhere) names.push(...machine.addresses)
  if (everywhere || isLoopback(host)) names.push('localhost', '127.0.0.1')
  const ownAddress = isIP(host) ? host : isLoopback(host) ? '127.0.0.1' : '0.0.0.0'
  const dataDir = path.resolve(v.DATA_DIR)
  const listenEverywhere = isIP(mediaAddress) === 6 ? '::' : '0.0.0.0'
  return {
    port: v.PORT,
    host,
    listenAddress: v.LISTEN_ADDRESS ?? (everywhere ? v.HOST : ownAddress),
    https,
    tlsFiles: v.TLS_CERT && v.TLS_KEY ? { cert: path.resolve(v.TLS_CERT), key: path.resolve(v.TLS_KEY) } : undefined,
    origin: originOf(scheme, host, v.PORT),
    allowedOrigins: [...new Set([...names.map((name) => originOf(scheme, name, v.PORT)), ...v.PUBLIC_ORIGINS])],
    trustedProxies: v.TRUSTED_PROXIES,
    dataDir,
    database: v.DATABASE_URL
      ? { kind: 'external', url: v.DATABASE_URL, ownerUrl: v.DATABASE_OWNER_URL ?? v.DATABASE_URL }
      : { kind: 'embedded' },
    sessionSecret: v.SESSION_SECRET,
    journalKeyFile: v.JOURNAL_KEY_FILE
      ? { path: path.resolve(v.JOURNAL_KEY_FILE), named: true }
      : { path: path.join(dataDir, 'keys', 'journal.pem'), named: false },
    media: {
      address: mediaAddress,
      listenAddress: v.MEDIA_LISTEN_ADDRESS ?? (isLoopback(mediaAddress) ? mediaAddress : listenEverywhere),
      port: v.MEDIA_PORT,
      workers,
      workerBin: v.MEDIASOUP_WORKER_BIN ? path.resolve(v.MEDIASOUP_WORKER_BIN) : undefined,
    },
    mail: v.SMTP_URL && v.MAIL_FROM ? { url: v.SMTP_URL, from: v.MAIL_FROM } : undefined,
    pushServices: v.PUSH_SERVICES,
    linkOrigin: v.PUBLIC_ORIGINS[0] ?? originOf(scheme, host, v.PORT),
    turn: v.TURN_URLS && v.TURN_SECRET ? { urls: v.TURN_URLS, secret: v.TURN_SECRET } : undefined,
    uploadLimitBytes: v.UPLOAD_LIMIT_MB * 1024 * 1024,
    bucket: v.S3_ENDPOINT && v.S3_ACCESS_KEY_ID && v.S3_SECRET_ACCESS_KEY
      ? {
        endpoint: v.S3_ENDPOINT, region: v.S3_REGION, accessKeyId: v.S3_ACCESS_KEY_ID, secretAccessKey: v.S3_SECRET_ACCESS_KEY,
        copiesBytes: v.S3_COPIES_MB * 1024 * 1024,
      }
      : undefined,
    virusScanner: v.CLAMD,
    signingKeysFile: v.SIGNING_KEYS ? path.resolve(v.SIGNING_KEYS) : path.join(dataDir, 'keys', 'signing.json'),
    logLevel: v.LOG_LEVEL,
  }
}
