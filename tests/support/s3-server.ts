import { createHash, createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a stored object is, and since when. */
interface Stored { body: Buffer, at: Date }

const ACCESS_KEY = 'TESTKEY'
const SECRET_KEY = 'test secret of the bucket'
const REGION = 'vn-test'
const BUCKET = '/nghi-su'

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/**
 * A bucket in memory that answers as S3 does, as far as we use it, and refuses what is not signed right: there is no small S3
 * server for Node that is still maintained. The signature is worked out here from the request as it arrived.
 */
export async function startS3() {
  const objects = new Map<string, Stored>()
  const uploads = new Map<string, Map<number, Buffer>>()
  const requests: string[] = []
  /** Answers with that status instead, as often as it says. */
  const failures: { method: string, status: number, times: number }[] = []

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', `http://${req.headers.host}`)
    const body = Buffer.concat(await req.toArray() as Buffer[])
    requests.push(`${req.method} ${url.pathname}${url.search}`)
    const failing = failures.find((one) => one.method === req.method && one.times > 0)
    if (failing) {
      failing.times -= 1
      return refuse(res, failing.status, 'SlowDown')
    }
    if (!isSigned(req, url)) return refuse(res, 403, 'SignatureDoesNotMatch')
    if (!url.pathname.startsWith(`${BUCKET}/`)) return refuse(res, 404, 'NoSuchBucket')
    const key = decodeURIComponent(url.pathname.slice(BUCKET.length + 1))
    const { searchParams: query } = url
    const uploadId = query.get('uploadId')
    if (req.method === 'GET' && query.get('list-type') === '2') return list(res, query)
    if (req.method === 'GET' || req.method === 'HEAD') return give(req, res, key)
    if (req.method === 'DELETE') {
      if (uploadId) uploads.delete(uploadId)
      else objects.delete(key)
      return void res.writeHead(204).end()
    }
    if (req.method === 'PUT') {
      if (!uploadId) objects.set(key, { body, at: new Date() })
      else uploads.get(uploadId)?.set(Number(query.get('partNumber')), body)
      return void res.writeHead(uploadId && !uploads.has(uploadId) ? 404 : 200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
    }
    if (query.has('uploads')) {
      const id = randomUUID()
      uploads.set(id, new Map())
      return xml(res, `<InitiateMultipartUploadResult><Bucket>nghi-su</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
    }
    const parts = uploadId ? uploads.get(uploadId) : undefined
    if (!parts || !uploadId) return refuse(res, 404, 'NoSuchUpload')
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => parts.get(Number(number)))
    if (named.some((part) => !part)) return refuse(res, 400, 'InvalidPart')
    objects.set(key, { body: Buffer.concat(named as Buffer[]), at: new Date() })
    uploads.delete(uploadId)
    xml(res, `<CompleteMultipartUploadResult><Bucket>nghi-su</Bucket><Key>${key}</Key><ETag>"whole"</ETag></CompleteMultipartUploadResult>`)
  }

  function list(res: ServerResponse, query: URLSearchParams): void {
    const after = query.get('continuation-token') ?? ''
    const most = Number(query.get('max-keys') ?? 1000)
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort()
    const given = keys.slice(0, most)
    xml(res, `<ListBucketResult><IsTruncated>${keys.length > most}</IsTruncated>${keys.length > most ? `<NextContinuationToken>${given.at(-1)}</NextContinuationToken>` : ''}${
      given.map((key) => `<Contents><Key>${key}</Key><LastModified>${objects.get(key)!.at.toISOString()}</LastModified><Size>${objects.get(key)!.body.length}</Size></Contents>`).join('')
    }</ListBucketResult>`)
  }

  function give(req: IncomingMessage, res: ServerResponse, key: string): void {
    const body = objects.get(key)?.body
    if (!body) return refuse(res, 404, 'NoSuchKey')
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '')
    const [start, end] = range ? [Number(range[1]), range[2] ? Number(range[2]) : body.length - 1] : [0, body.length - 1]
    const part = body.subarray(start, end + 1)
    res.writeHead(range ? 206 : 200, { 'content-length': part.length, ...(range ? { 'content-range': `bytes ${start}-${end}/${body.length}` } : {}) })
    res.end(req.method === 'HEAD' ? undefined : part)
  }

  const server = createServer((req, res) => { answer(req, res).catch((error: unknown) => { res.writeHead(500).end(String(error)) }) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    objects, uploads, requests, failures,
    place: { endpoint: `http://127.0.0.1:${port}${BUCKET}`, region: REGION, accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    async stop(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function xml(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${body}`)
}

function refuse(res: ServerResponse, status: number, code: string): void {
  res.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

/** Signature version 4 of AWS, as its documentation works it out; the payload may be unsigned. */
function isSigned(req: IncomingMessage, url: URL): boolean {
  const found = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/
    .exec(req.headers.authorization ?? '')
  if (!found) return false
  const [, accessKey, day, region, names = '', signature] = found
  if (accessKey !== ACCESS_KEY || region !== REGION || !names.split(';').includes('host')) return false
  const headers = names.split(';').map((name) => `${name}:${String(req.headers[name]).trim()}\n`).join('')
  const encoded = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join('&')
  const request = [req.method, url.pathname, query, headers, names, req.headers['x-amz-content-sha256']].join('\n')
  const at = String(req.headers['x-amz-date'])
  if (!at.startsWith(String(day)) || Math.abs(Date.now() - Date.parse(at.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))) > 15 * 60_000) return false
  const key = ['s3', 'aws4_request'].reduce(hmac as (key: Buffer, text: string) => Buffer, hmac(hmac(`AWS4${SECRET_KEY}`, String(day)), String(region)))
  return hmac(key, `AWS4-HMAC-SHA256\n${at}\n${day}/${region}/s3/aws4_request\n${sha256(request)}`).toString('hex') === signature
}
