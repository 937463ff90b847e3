import path from 'node:path'
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express'
import expressStaticGzip from 'express-static-gzip'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { castSecretBallot } from '../../protocol/secret-ballots.ts'
import { answerSurvey } from '../../protocol/survey-answers.ts'
import { UPLOADS_PATH } from '../../protocol/uploads.ts'
import type { Config } from './config.ts'
import { createRoutes, type Authenticate, type MountRoute } from './contract.ts'
import { AppError } from './error.ts'
import { failureBody } from './failure.ts'
import { refuseForgery } from './forgery.ts'
import { httpStatus } from './status.ts'

/** Where `npm run build` puts the browser's part. */
export const CLIENT_BUILD = path.resolve(import.meta.dirname, '../../dist/client')

export interface AppDeps {
  session: RequestHandler
  authenticate: Authenticate
  log: Logger
  /** The tus protocol, at UPLOADS_PATH: what it does not answer goes on to the routes. */
  uploads?: RequestHandler
  /** Mounts routes that come before sessions: nobody in particular calls them. */
  mountNameless?(route: MountRoute): void
  /** Mounts the routes of all domains. */
  mount(route: MountRoute): void
  /** Folder of the client build; default CLIENT_BUILD. */
  client?: string
}

/** The HTTP side: `/api` by contract, everything else from the client build. The one place that knows status codes. */
export function createApp(config: Pick<Config, 'allowedOrigins' | 'https' | 'tlsFiles' | 'trustedProxies'>, deps: AppDeps): Express {
  const app = express()
  app.set('trust proxy', config.trustedProxies.length > 0 ? config.trustedProxies : false)
  app.use(requestLog(deps.log))
  app.use(securityHeaders(config))

  const api = express.Router()
  app.use('/api', (_req, res, next) => {
    res.set('Cache-Control', 'no-store')
    next()
  })
  // Before the session: it would renew itself in the database, at the very time, whenever a cookie came along.
  const nameless = express.Router()
  app.use(nameless)
  deps.mountNameless?.(createRoutes(nameless, async () => null))
  app.use('/api', deps.session)
  app.use('/api', refuseForgery(config.allowedOrigins))
  if (deps.uploads) app.all([UPLOADS_PATH, `${UPLOADS_PATH}/:uploadId`], deps.uploads)
  app.use(api)
  deps.mount(createRoutes(api, deps.authenticate))
  app.use('/api', () => { throw new AppError('notFound') })

  app.use(...clientFiles(deps.client ?? CLIENT_BUILD))
  app.use(answerFailure(deps.log))
  return app
}

/** One line a request: method, path without its query, status, milliseconds. */
function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    serializers: {
      req: (req: { method: string, url: string }) => ({ method: req.method, path: req.url.split('?', 1)[0] }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
    wrapSerializers: true,
    customLogLevel: (_req, res) => res.statusCode >= 500 ? 'warn' : 'debug',
    // Failures are logged where they are answered.
    customErrorObject: (_req, _res, _error, value: { req: unknown, res: unknown, responseTime: number }) =>
      ({ req: value.req, res: value.res, responseTime: value.responseTime }),
    // A ballot leaves no line, whose time would be that of a ballot; nor does an answer to a survey.
    autoLogging: { ignore: (req) => !req.url?.startsWith('/api/') || [castSecretBallot, answerSurvey].some(({ path: unlogged }) => req.url?.startsWith(unlogged)) },
  })
}

function securityHeaders(config: Pick<Config, 'allowedOrigins' | 'https' | 'tlsFiles'>): RequestHandler[] {
  const sockets = config.allowedOrigins.map((origin) => origin.replace(/^http/, 'ws'))
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'self'"],
          // WebAssembly of ours: the blurred background of a camera.
          'script-src': ["'self'", "'wasm-unsafe-eval'"],
          // The component library sets styles from script.
          'style-src': ["'self'", "'unsafe-inline'"],
          'img-src': ["'self'", 'data:', 'blob:'],
          'media-src': ["'self'", 'blob:'],
          'font-src': ["'self'", 'data:'],
          'worker-src': ["'self'", 'blob:'],
          'connect-src': ["'self'", ...sockets],
          'object-src': ["'none'"],
          'base-uri': ["'none'"],
          'form-action': ["'self'"],
          'frame-ancestors': ["'none'"],
        },
      },
      // A promise for months that a self-signed or borrowed certificate cannot keep is not given.
      strictTransportSecurity: config.https && config.tlsFiles !== undefined,
      xFrameOptions: { action: 'deny' },
    }),
    (_req, res, next) => {
      res.set('Permissions-Policy', 'camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=()')
      next()
    },
  ]
}

/** Built files carry a hash of their content in their name; every other path is a page of the one-page client. */
function clientFiles(folder: string): RequestHandler[] {
  return [
    // Sends the compressed twin that the build laid beside a file, to a browser that takes it.
    expressStaticGzip(folder, {
      index: false,
      enableBrotli: true,
      orderPreference: ['br', 'gzip'],
      serveStatic: {
        setHeaders: (res, file) => {
          const hashed = path.relative(folder, file).startsWith(`assets${path.sep}`)
          res.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
        },
      },
    }),
    (req, res, next) => {
      const page = (req.method === 'GET' || req.method === 'HEAD') && path.extname(req.path) === ''
      if (!page) throw new AppError('notFound')
      res.set('Cache-Control', 'no-cache')
      res.sendFile(path.join(folder, 'index.html'), (error) => { if (error) next(error) })
    },
  ]
}

/** What express and its parsers throw, under our codes. */
function asAppError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error
  if ('code' in error && error.code === 'EBADCSRFTOKEN') return new AppError('csrfRefused')
  const status = 'status' in error ? Number(error.status) : 500
  if (status === 404) return new AppError('notFound')
  if (status < 400 || status >= 500) return error
  const what = 'type' in error ? String(error.type) : 'malformed request'
  return new AppError('badRequest', { issues: [{ path: 'request', message: what }] })
}

function answerFailure(log: Logger): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const body = failureBody(asAppError(error), log)
    // The answer had begun: cutting it tells the client that it is not whole.
    if (res.headersSent) return void res.destroy()
    if (body.code === 'tooManyRequests') res.set('Retry-After', String(body.details['retryAfterSeconds']))
    // What is left of an upload that was refused is not read to its end.
    if (hasBody(req) && !req.complete) res.set('Connection', 'close')
    res.status(httpStatus[body.code]).json({ error: body })
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
