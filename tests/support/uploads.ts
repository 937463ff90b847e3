import path from 'node:path'
import { z } from 'zod'
import { ErrorBody } from '../../protocol/error.ts'
import { finishUpload, UPLOADS_PATH, type UploadPurpose } from '../../protocol/uploads.ts'
import type { Actor } from './assembly.ts'

/** The head of every request of the tus protocol. */
export const TUS = { 'tus-resumable': '1.0.0' }

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Begins an upload, as tus has it; the answer names it. */
export const createUpload = ({ client }: Actor, bytes: number, { name = 'Tờ trình.pdf', to, ...headers }: Record<string, unknown> & { name?: string, to: unknown }) =>
  client.send('POST', UPLOADS_PATH, { headers: {
    ...TUS, 'upload-length': String(bytes), 'upload-metadata': `filename ${base64(name)},purpose ${base64(JSON.stringify(to))}`, ...headers as Record<string, string>,
  } })

export const sendPiece = ({ client }: Actor, uploadId: string, offset: number, body: Buffer, headers: Record<string, string> = {}) =>
  client.send('PATCH', `${UPLOADS_PATH}/${uploadId}`, {
    body, headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...headers },
  })

/** Sends a whole file and has it examined; gives the id to attach it by. Throws what refuses it. */
export async function uploadFile(actor: Actor, to: UploadPurpose, body: Buffer, name = 'Tờ trình.pdf'): Promise<string> {
  const created = await createUpload(actor, body.length, { name, to })
  if (created.status !== 201) throw new Error(`an upload was refused: ${await created.text()}`)
  const uploadId = path.basename(created.headers.get('location') ?? '')
  await sendPiece(actor, uploadId, 0, body)
  const { error } = await actor.client.call(finishUpload, { params: { uploadId } })
  if (error) throw new Error(`an upload was refused: ${error.code} ${JSON.stringify(error.details)}`)
  return uploadId
}

/** A whole file as a browser sends it, held to its content: what `uploads.finish` answers, or the error of whatever refused it. */
export async function tryUpload(actor: Actor, to: UploadPurpose, body: Buffer, name = 'Tờ trình.pdf') {
  const created = await createUpload(actor, body.length, { name, to })
  if (!created.ok) return { body: undefined, error: errorOf(await created.json()) }
  const uploadId = path.basename(created.headers.get('location') ?? '')
  const sent = await sendPiece(actor, uploadId, 0, body)
  if (!sent.ok) return { body: undefined, error: errorOf(await sent.json()) }
  const { body: result, error } = await actor.client.call(finishUpload, { params: { uploadId } })
  return error ? { body: undefined, error } : { body: result, error: undefined }
}

const errorOf = (body: unknown) => z.object({ error: ErrorBody }).parse(body).error
