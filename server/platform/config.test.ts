import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'
import { StartError } from './start-error.ts'

const MACHINE = { cores: 2, addresses: ['192.0.2.7', '2001:db8::7'] }
const load = (env: NodeJS.ProcessEnv) => loadConfig(env, MACHINE)

function refusal(env: NodeJS.ProcessEnv): StartError {
  try {
    load(env)
  } catch (error) {
    if (error instanceof StartError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

const EXTERNAL = { DATABASE_URL: 'postgres://app:pw@db.example.vn/nghisu', SESSION_SECRET: 's'.repeat(32) }

describe('loadConfig', () => {
  it('needs nothing for a demo on localhost', () => {
    expect(load({})).toMatchObject({
      port: 3000,
      origin: 'http://localhost:3000',
      allowedOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
      listenAddress: '127.0.0.1',
      https: false,
      database: { kind: 'embedded' },
      sessionSecret: undefined,
      media: { address: '127.0.0.1', listenAddress: '127.0.0.1', port: 44_400, workers: 2 },
      uploadLimitBytes: 500 * 1024 * 1024,
      virusScanner: undefined,
      logLevel: 'info',
    })
  })

  it('takes a media port up to the last that leaves links their ports', () => {
    expect(load({ MEDIA_PORT: '65236' }).media.port).toBe(65_236)
  })

  it('takes an empty variable as one that is not set', () => {
    expect(load({ PORT: '', HOST: ' ', DATABASE_URL: '' })).toEqual(load({}))
  })

  it('speaks HTTPS off localhost and tells browsers the same address for media', () => {
    expect(load({ HOST: '192.0.2.10', PORT: '443' })).toMatchObject({
      https: true,
      origin: 'https://192.0.2.10',
      listenAddress: '192.0.2.10',
      media: { address: '192.0.2.10', listenAddress: '0.0.0.0' },
    })
  })

  it('takes a name with the address that media goes to', () => {
    expect(load({ HOST: 'meet.example.vn', MEDIA_ADDRESS: '192.0.2.10' })).toMatchObject({
      origin: 'https://meet.example.vn:3000',
      listenAddress: '0.0.0.0',
      media: { address: '192.0.2.10' },
    })
  })

  it('takes 0.0.0.0 as every address of the machine, and names the first', () => {
    expect(load({ HOST: '0.0.0.0' })).toMatchObject({
      host: '192.0.2.7',
      https: true,
      listenAddress: '0.0.0.0',
      allowedOrigins: expect.arrayContaining(['https://192.0.2.7:3000', 'https://[2001:db8::7]:3000', 'https://localhost:3000']),
      media: { address: '192.0.2.7' },
    })
  })

  it('stands behind a proxy that speaks HTTPS', () => {
    expect(load({ PUBLIC_ORIGINS: 'https://meet.example.vn', TRUSTED_PROXIES: 'loopback, 192.0.2.1' })).toMatchObject({
      https: false,
      allowedOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000', 'https://meet.example.vn'],
      trustedProxies: ['loopback', '192.0.2.1'],
    })
  })

  it('takes a mail server with its sender, and leads links to where people come from outside', () => {
    expect(load({})).toMatchObject({ mail: undefined, linkOrigin: 'http://localhost:3000', pushServices: [] })
    const url = 'smtps://user:p%40ss@mail.example.vn:465'
    expect(load({ SMTP_URL: url, MAIL_FROM: '"Văn phòng Tỉnh uỷ" <vptu@example.vn>', PUBLIC_ORIGINS: 'https://hop.example.vn,https://b.example.vn' }))
      .toMatchObject({ mail: { url, from: { name: 'Văn phòng Tỉnh uỷ', address: 'vptu@example.vn' } }, linkOrigin: 'https://hop.example.vn' })
    expect(load({ SMTP_URL: url, MAIL_FROM: 'vptu@example.vn' }).mail?.from).toEqual({ name: '', address: 'vptu@example.vn' })
  })

  it('takes a bucket with its keys, whole or not at all', () => {
    expect(load({}).bucket).toBeUndefined()
    const S3_ENDPOINT = 'https://s3.example.vn/nghi-su'
    expect(load({ S3_ENDPOINT, S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'nobody knows' }).bucket).toEqual({
      endpoint: S3_ENDPOINT, region: 'us-east-1', accessKeyId: 'key', secretAccessKey: 'nobody knows', copiesBytes: 4096 * 1024 ** 2,
    })
    expect(refusal({ S3_ENDPOINT }).message).toContain('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are missing')
    const half = refusal({ S3_SECRET_ACCESS_KEY: 'nobody knows', S3_ENDPOINT: 's3.example.vn' }).message
    expect(half).toContain('S3_ENDPOINT=s3.example.vn is not the address of a bucket')
    expect(half).not.toContain('nobody knows')
  })

  it('takes TURN servers with the secret that they share', () => {
    expect(load({}).turn).toBeUndefined()
    const TURN_URLS = 'turn:turn.example.vn, turns:turn.example.vn:443?transport=tcp, turn:[2001:db8::1]:3478'
    expect(load({ TURN_URLS, TURN_SECRET: 's'.repeat(16) }).turn).toEqual({
      urls: ['turn:turn.example.vn', 'turns:turn.example.vn:443?transport=tcp', 'turn:[2001:db8::1]:3478'], secret: 's'.repeat(16),
    })
  })

  it.each([
    [{ TURN_URLS: 'turn:turn.example.vn' }, 'TURN_SECRET is missing'],
    [{ TURN_SECRET: 's'.repeat(16) }, 'TURN_URLS is missing'],
    [{ TURN_URLS: 'https://turn.example.vn', TURN_SECRET: 's'.repeat(16) }, 'TURN_URLS=https://turn.example.vn is not a list'],
    [{ TURN_URLS: 'turn:turn.example.vn', TURN_SECRET: 'short' }, 'TURN_SECRET is too short'],
  ])('refuses a half or wrong TURN server (%j)', (env, problem) => {
    const { message } = refusal(env)
    expect(message).toContain(problem)
    expect(message).not.toContain('short ')
  })

  it('uses a PostgreSQL of its own user for migrations when one is named', () => {
    expect(load(EXTERNAL).database).toEqual({ kind: 'external', url: EXTERNAL.DATABASE_URL, ownerUrl: EXTERNAL.DATABASE_URL })
    const DATABASE_OWNER_URL = 'postgresql://owner:pw@db.example.vn:5433/nghisu'
    expect(load({ ...EXTERNAL, DATABASE_OWNER_URL }).database).toMatchObject({ ownerUrl: DATABASE_OWNER_URL })
  })

  it.each([
    ['PORT', { PORT: 'abc' }],
    ['PORT', { PORT: '0' }],
    ['PORT', { PORT: '65536' }],
    ['HOST', { HOST: 'http://localhost' }],
    ['LISTEN_ADDRESS', { LISTEN_ADDRESS: 'everywhere' }],
    ['DATABASE_URL', { ...EXTERNAL, DATABASE_URL: 'mysql://app:pw@db/nghisu' }],
    ['DATABASE_URL', { ...EXTERNAL, DATABASE_URL: 'postgres://db.example.vn' }],
    ['DATABASE_OWNER_URL', { ...EXTERNAL, DATABASE_OWNER_URL: 'owner' }],
    ['DATABASE_OWNER_URL', { DATABASE_OWNER_URL: EXTERNAL.DATABASE_URL }],
    ['SESSION_SECRET', { DATABASE_URL: EXTERNAL.DATABASE_URL }],
    ['SESSION_SECRET', { ...EXTERNAL, SESSION_SECRET: 'short' }],
    ['TLS_KEY', { TLS_CERT: 'cert.pem' }],
    ['TLS_CERT', { TLS_KEY: 'key.pem' }],
    ['MEDIA_ADDRESS', { HOST: 'meet.example.vn' }],
    ['MEDIA_ADDRESS', { MEDIA_ADDRESS: 'media.example.vn' }],
    ['MEDIA_PORT', { MEDIA_PORT: '80' }],
    ['MEDIA_PORT', { MEDIA_PORT: '65237' }],
    ['MEDIA_WORKERS', { MEDIA_WORKERS: '1.5' }],
    ['SMTP_URL', { SMTP_URL: 'mail.example.vn', MAIL_FROM: 'a@example.vn' }],
    ['SMTP_URL', { SMTP_URL: 'https://mail.example.vn', MAIL_FROM: 'a@example.vn' }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.vn' }],
    ['SMTP_URL', { MAIL_FROM: 'a@example.vn' }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.vn', MAIL_FROM: 'Văn phòng' }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.vn', MAIL_FROM: 'A <a@example.vn>, b@example.vn' }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.vn', MAIL_FROM: 'A\u0007 <a@example.vn>' }],
    ['PUSH_SERVICES', { PUSH_SERVICES: 'https://push.example.vn/path' }],
    ['UPLOAD_LIMIT_MB', { UPLOAD_LIMIT_MB: '-1' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['PUBLIC_ORIGINS', { PUBLIC_ORIGINS: 'https://meet.example.vn/path' }],
    ['PUBLIC_ORIGINS', { PUBLIC_ORIGINS: 'https://meet.example.vn,*' }],
  ])('names %s and what to write in %j', (variable, env) => {
    const { code, message, remedy } = refusal(env)
    expect(code).toBe('configInvalid')
    expect(message).toMatch(new RegExp(`^  ${variable}\\b.*(Write|Correct)`, 'm'))
    expect(remedy).toContain('docs/operations.md')
  })

  it('names every wrong variable at once and prints no secret', () => {
    const { message } = refusal({ PORT: 'x', LOG_LEVEL: 'y', SESSION_SECRET: 'hush', SMTP_URL: 'http://hush@mail', DATABASE_URL: 'mysql://app:hush@db/x' })
    expect(message.match(/^ {2}\w+/gm)).toEqual(['  PORT', '  DATABASE_URL', '  SESSION_SECRET', '  SMTP_URL', '  LOG_LEVEL'])
    expect(message).not.toContain('hush')
  })
})
