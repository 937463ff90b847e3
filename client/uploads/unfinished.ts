import { z } from 'zod'
import { UploadPurpose } from '../../protocol/uploads.ts'
import { UNFINISHED_UPLOADS } from './place.ts'

/** The server forgets them after that long. */
const EXPIRES_MS = 3 * 24 * 3600_000

/** A file that was on its way when the page was left: enough to know it again when the person chooses it again. */
const UnfinishedUpload = z.object({
  uploadId: z.string(), personId: z.string(), purpose: UploadPurpose, name: z.string(), bytes: z.number(), lastModified: z.number(),
  /** What the person had chosen for it when it was begun. */
  choice: z.string().optional(),
  /** How much the server had when it was last heard of. */
  sentBytes: z.number(), at: z.number(),
})
export type UnfinishedUpload = z.infer<typeof UnfinishedUpload>

function read(): UnfinishedUpload[] {
  try {
    const stored = z.array(UnfinishedUpload).safeParse(JSON.parse(localStorage.getItem(UNFINISHED_UPLOADS) ?? '[]'))
    return stored.success ? stored.data.filter(({ at }) => Date.now() - at < EXPIRES_MS) : []
  } catch {
    return []
  }
}

function write(uploads: readonly UnfinishedUpload[]) {
  try {
    if (uploads.length) localStorage.setItem(UNFINISHED_UPLOADS, JSON.stringify(uploads))
    else localStorage.removeItem(UNFINISHED_UPLOADS)
  } catch {
    // A browser that keeps nothing sends the file anew after a reload.
  }
}

/** Remembers an upload, or how far it is; what another person began in this browser is forgotten with that. */
export function rememberUpload(upload: UnfinishedUpload) {
  write([...read().filter((one) => one.uploadId !== upload.uploadId && one.personId === upload.personId), upload])
}

export function forgetUpload(uploadId: string) {
  write(read().filter((one) => one.uploadId !== uploadId))
}

const sameAs = (purpose: UploadPurpose) => {
  const wanted = JSON.stringify(UploadPurpose.parse(purpose))
  return ({ purpose: one }: UnfinishedUpload) => JSON.stringify(one) === wanted
}

/** What this person left unfinished for this purpose. */
export function unfinishedUploads(personId: string, purpose: UploadPurpose): UnfinishedUpload[] {
  return read().filter((one) => one.personId === personId).filter(sameAs(purpose))
}

/** Whether that is the file, as far as a browser tells. */
export function isFileOf(upload: UnfinishedUpload, file: File): boolean {
  return upload.name === file.name && upload.bytes === file.size && upload.lastModified === file.lastModified
}
