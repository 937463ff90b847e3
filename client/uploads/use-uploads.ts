import { onScopeDispose, ref, toValue, type MaybeRefOrGetter } from 'vue'
import { finishUpload, type UploadPurpose, type UploadResult } from '../../protocol/uploads.ts'
import { ApiError, toApiError } from '../app/api-error.ts'
import { call, newKey } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'
import { useSession } from '../identity/session.ts'
import { forgetUpload, isFileOf, rememberUpload, unfinishedUploads, type UnfinishedUpload } from './unfinished.ts'
import type { UploadFacts } from './upload.ts'

const AT_ONCE = 2
/** How long to wait for the network before the next try; the last for every later one. */
const TRY_AGAIN_MS = [1000, 3000, 5000, 10_000, 20_000]
/** What is the same however often it is tried. */
const FINAL = ['fileRefused', 'documentEmpty', 'documentTooLarge']

/** A file of this page and how far it came; what is done is not done again. One that was sent before the page was left has no file here. */
interface Job {
  file: File | undefined
  choice: string | undefined
  abort: AbortController
  uploadId?: string
  sent: boolean
  result?: UploadResult
  agreed: boolean
  tries: number
}

const newJob = (file: File | undefined, choice: string | undefined): Job =>
  ({ file, choice, abort: new AbortController(), sent: false, agreed: false, tries: 0 })

export interface UploadsOptions {
  /** What the files are for. Begun ones keep the purpose that they began with. */
  purpose: MaybeRefOrGetter<UploadPurpose>
  /**
   * Attaches a file that the server has taken, under the name that it gave it. `uploadId` is the key of that change too: where
   * an answer is lost this is called again with the same. `choice`: what was chosen when the file was, however long ago.
   */
  onUploaded(uploadId: string, name: string, choice: string | undefined): Promise<unknown>
  /** What the person has chosen for the files that they choose now. */
  choice?: () => string
}

/** Sends files two at a time. Each can be paused, waits out a cut network, and is found again after the page was left. */
export function useUploads({ purpose, onUploaded, choice = () => '' }: UploadsOptions) {
  const session = useSession()
  const uploads = ref<UploadFacts[]>([])
  const jobs = new Map<string, Job>()
  const left = new Map<string, UnfinishedUpload>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  const factsOf = (key: string) => uploads.value.find((upload) => upload.key === key)
  const change = (key: string, to: Partial<UploadFacts>) => {
    uploads.value = uploads.value.map((upload) => upload.key === key ? { ...upload, ...to } : upload)
  }
  const put = (facts: Pick<UploadFacts, 'key' | 'name' | 'bytes' | 'sentBytes' | 'status'>) => {
    uploads.value = [...uploads.value, { ...facts, error: null, retriable: false, duplicates: [] }]
  }
  function forget(key: string) {
    const uploadId = jobs.get(key)?.uploadId ?? left.get(key)?.uploadId
    if (uploadId) forgetUpload(uploadId)
    clearTimeout(timers.get(key))
    jobs.delete(key)
    left.delete(key)
    uploads.value = uploads.value.filter((upload) => upload.key !== key)
  }

  async function send(key: string, job: Job & { file: File }) {
    // Never on the way into a page: the protocol comes with the first file.
    const { sendFile } = await import('./sending.ts').catch((cause: unknown) => { throw new ApiError('offline', {}, { cause }) })
    const { file, abort: { signal } } = job
    const about = { personId: session.personId ?? '', purpose: toValue(purpose), name: file.name, bytes: file.size, lastModified: file.lastModified, choice: job.choice, at: Date.now() }
    let remembered = factsOf(key)?.sentBytes ?? 0
    const remember = (sentBytes: number) => {
      remembered = sentBytes
      if (job.uploadId && about.personId) rememberUpload({ ...about, uploadId: job.uploadId, sentBytes })
    }
    job.uploadId = await sendFile(file, {
      purpose: about.purpose, uploadId: job.uploadId, signal,
      onBegun(uploadId) {
        if (job.uploadId && job.uploadId !== uploadId) forgetUpload(job.uploadId)
        job.uploadId = uploadId
        remember(remembered)
      },
      onProgress(sentBytes) {
        job.tries = 0
        change(key, { sentBytes })
        if (sentBytes - remembered > file.size / 20) remember(sentBytes)
      },
    })
    job.sent = true
    remember(file.size)
  }

  /** From where it stands to its end, or to where the person has to decide. */
  async function go(key: string, job: Job) {
    const { file } = job
    if (!job.sent && file) {
      change(key, { status: 'sending', error: null })
      await send(key, Object.assign(job, { file }))
    }
    if (!job.result) {
      change(key, { status: 'checking', sentBytes: factsOf(key)?.bytes ?? 0 })
      job.result = await call(finishUpload, { params: { uploadId: job.uploadId ?? '' } }, { signal: job.abort.signal })
    }
    const { uploadId, name, duplicates } = job.result
    if (duplicates.length && !job.agreed) return change(key, { status: 'duplicate', duplicates })
    change(key, { status: 'attaching' })
    await onUploaded(uploadId, name, job.choice)
    forget(key)
  }

  async function run(key: string) {
    const job = jobs.get(key)
    if (!job) return
    try {
      await go(key, job)
    } catch (thrown) {
      if (!job.abort.signal.aborted) failed(key, job, toApiError(thrown))
    }
    next()
  }

  function failed(key: string, job: Job, error: ApiError) {
    if (isPassing(error)) {
      change(key, { status: 'cut' })
      const wait = TRY_AGAIN_MS[Math.min(job.tries, TRY_AGAIN_MS.length - 1)]
      job.tries += 1
      timers.set(key, setTimeout(() => queue(key), wait))
      return
    }
    // What the server no longer has is sent anew.
    if (error.code === 'uploadNotFound' && !job.file) return forget(key)
    if (error.code === 'uploadNotFound') Object.assign(job, { uploadId: undefined, sent: false, result: undefined })
    if (FINAL.includes(error.code) && job.uploadId) forgetUpload(job.uploadId)
    change(key, { status: 'failed', error, retriable: !FINAL.includes(error.code) })
  }

  function queue(key: string) {
    clearTimeout(timers.get(key))
    if (!jobs.has(key)) return
    change(key, { status: 'waiting', error: null })
    next()
  }

  function next() {
    const running = uploads.value.filter(({ status }) => ['sending', 'checking', 'attaching'].includes(status)).length
    for (const { key } of uploads.value.filter(({ status }) => status === 'waiting').slice(0, Math.max(0, AT_ONCE - running))) void run(key)
  }

  const online = () => { for (const { key, status } of uploads.value) if (status === 'cut') queue(key) }
  window.addEventListener('online', online)
  onScopeDispose(() => {
    window.removeEventListener('online', online)
    for (const timer of timers.values()) clearTimeout(timer)
    for (const { abort } of jobs.values()) abort.abort()
  })
  useUnfinished({ kind: 'sending', pending: () => uploads.value.some(({ status }) => status !== 'failed' && status !== 'interrupted') })

  for (const upload of unfinishedUploads(session.personId ?? '', toValue(purpose))) {
    const key = newKey()
    const { uploadId, name, bytes, sentBytes } = upload
    // What the server has whole needs no file any more.
    if (sentBytes >= bytes) jobs.set(key, { ...newJob(undefined, upload.choice), uploadId, sent: true })
    else left.set(key, upload)
    put({ key, name, bytes, sentBytes, status: jobs.has(key) ? 'waiting' : 'interrupted' })
  }
  next()

  return {
    uploads,
    /** A file that was left unfinished goes on. */
    add(chosen: Iterable<File>) {
      for (const file of chosen) {
        const [known, before] = [...left].find(([, one]) => isFileOf(one, file)) ?? []
        if (known) {
          left.delete(known)
          uploads.value = uploads.value.filter(({ key }) => key !== known)
        }
        const key = newKey()
        jobs.set(key, { ...newJob(file, before ? before.choice : choice()), ...(before ? { uploadId: before.uploadId } : {}) })
        put({ key, name: file.name.normalize('NFC'), bytes: file.size, sentBytes: before?.sentBytes ?? 0, status: 'waiting' })
      }
      next()
    },
    pause(key: string) {
      const job = jobs.get(key)
      if (!job) return
      clearTimeout(timers.get(key))
      job.abort.abort()
      change(key, { status: 'paused' })
      next()
    },
    /** Goes on with what was paused, cut or failed. */
    proceed(key: string) {
      const job = jobs.get(key)
      if (!job) return
      job.abort = new AbortController()
      queue(key)
    },
    /** Attaches it although there is a document with the same content. */
    attachAnyway(key: string) {
      const job = jobs.get(key)
      if (!job) return
      job.agreed = true
      queue(key)
    },
    /** Ends it, whatever became of it; the server forgets it too. */
    async cancel(key: string) {
      const job = jobs.get(key)
      const uploadId = job?.uploadId ?? left.get(key)?.uploadId
      const settled = factsOf(key)?.status === 'attaching'
      if (settled) return
      job?.abort.abort()
      forget(key)
      next()
      if (uploadId) await import('./sending.ts').then(({ dropUpload }) => dropUpload(uploadId), () => {})
    },
  }
}

/** Whether it passes by itself: no network, no answer, a gateway without its server, or a piece that still lies under the server's hand. */
function isPassing({ code, details: { status } }: ApiError): boolean {
  if (code === 'unexpectedAnswer') return typeof status === 'number' && (status >= 500 || status === 409 || status === 423)
  return code === 'offline' || code === 'noAnswer' || code === 'databaseUnavailable' || code === 'storageUnavailable'
}
