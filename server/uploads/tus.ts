import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { PassThrough, pipeline, Readable } from 'node:stream'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import type { Request as ExpressRequest, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { Id } from '../../protocol/journal.ts'
import { UploadPurpose, UPLOADS_PATH } from '../../protocol/uploads.ts'
import { parseInput, type Authenticate, type Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { failureBody } from '../platform/failure.ts'
import { httpStatus } from '../platform/status.ts'
import type { Uploads } from './uploads.ts'

/** What the protocol needs here; nothing is read back by it. */
const METHODS = ['POST', 'HEAD', 'PATCH', 'DELETE', 'OPTIONS']

/** The headers of requests that the protocol knows. */
const PASSED = ['tus-resumable', 'upload-length', 'upload-offset', 'upload-metadata', 'upload-defer-length', 'content-type', 'content-length']
const TUS_VERSION = '1.0.0'
const UploadParams = z.object({ uploadId: Id })

/**
 * The tus protocol over our sessions: each request is of the person who is signed in, and asks for the right to its purpose
 * again. Bytes are on the disk as they come, so a server that was killed goes on where the file ends.
 */
export async function createTus({ uploads, authenticate, log }: { uploads: Uploads, authenticate: Authenticate, log: Logger }): Promise<RequestHandler> {
  await mkdir(uploads.folder, { recursive: true, mode: 0o700 })
  const callers = new WeakMap<object, Caller>()
  const callerOf = (req: object): Caller => {
    const caller = callers.get(req)
    if (!caller) throw new AppError('signInRequired')
    return caller
  }

  const tus = new Server({
    path: UPLOADS_PATH, relativeLocation: true, allowedOrigins: [],
    datastore: new FileStore({ directory: uploads.folder }),
    namingFunction: () => randomUUID(),
    async onUploadCreate(req, upload) {
      const { purpose, filename } = upload.metadata ?? {}
      if (upload.size === undefined) throw new AppError('badRequest', { issues: [{ path: 'Upload-Length', message: 'required' }] })
      await uploads.begin(upload.id, callerOf(req), { purpose: purposeOf(purpose), name: filename ?? '', bytes: upload.size })
      return {}
    },
    async onIncomingRequest(req, uploadId) {
      const caller = callerOf(req)
      if (req.method === 'POST') return
      if (!Id.safeParse(uploadId).success) throw new AppError('uploadNotFound')
      await (req.method === 'PATCH' ? uploads.requireReceiving(uploadId, caller) : uploads.requireOwn(uploadId, caller))
    },
    onResponseError(_req, error) {
      if (!(error instanceof Error)) return undefined
      const body = failureBody(error, log)
      return { status_code: httpStatus[body.code], body: JSON.stringify({ error: body }) }
    },
  })

  return async (req, res, next) => {
    // A method in a header would go round what the method of the request is held to.
    if (!METHODS.includes(req.method) || req.headers['x-http-method-override'] !== undefined) return next()
    const caller = await authenticate(req)
    if (!caller) throw new AppError('signInRequired')
    if (req.method === 'DELETE') {
      await uploads.cancel(parseInput(UploadParams, req.params, 'params').uploadId, caller)
      return void res.set('Tus-Resumable', TUS_VERSION).status(204).end()
    }
    const request = webRequest(req)
    callers.set(request, caller)
    const answer = await tus.handleWeb(request)
    res.status(answer.status)
    answer.headers.forEach((value, name) => { res.set(name, value) })
    res.end(Buffer.from(await answer.arrayBuffer()))
  }
}

/**
 * The request as the protocol's library takes it. Its body is a copy of the stream: the library destroys what it has read, and
 * the connection is still to carry the answer, which waits for the session's store.
 */
function webRequest(req: ExpressRequest): Request {
  const url = new URL(req.originalUrl, 'http://localhost')
  const headers = new Headers()
  for (const name of PASSED) {
    const value = req.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  if (req.method !== 'PATCH') return new Request(url, { method: req.method, headers })
  const body = new PassThrough()
  pipeline(req, body, () => {})
  // Node's own web streams, under the names of the browser's types.
  return new Request(url, { method: req.method, headers, body: Readable.toWeb(body) as ReadableStream, duplex: 'half' } as RequestInit)
}

function purposeOf(text: string | null | undefined): UploadPurpose {
  let given: unknown
  try {
    given = JSON.parse(text ?? '')
  } catch {
    throw new AppError('badRequest', { issues: [{ path: 'Upload-Metadata.purpose', message: 'no JSON' }] })
  }
  return parseInput(UploadPurpose, given, 'Upload-Metadata.purpose')
}
