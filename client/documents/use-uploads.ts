import { onScopeDispose, ref } from 'vue'
import { attachDocument } from '../../protocol/documents.ts'
import { call, newKey, type CallOptions } from '../app/http.ts'
import { useUnfinished } from '../app/leaving.ts'

/** One file on its way to an item. */
export interface Upload {
  /** Also the idempotency key: the same file tried again is the same document. */
  key: string
  name: string
  bytes: number
  /** How much was sent, 0 to 1. */
  share: number
  status: 'waiting' | 'sending' | 'failed'
  error: unknown
}

const NAME_MAX_LENGTH = 240
const AT_ONCE = 2

/** Sends files to an agenda item. */
export function useUploads(meetingId: string, itemId: () => string) {
  return useUploadQueue((file, { name, key }, options) =>
    call(attachDocument, { params: { meetingId, itemId: itemId() }, query: { name, key }, body: file }, options))
}

/** Sends files two at a time; each has its own progress and its own error. */
export function useUploadQueue(sendFile: (file: File, upload: Pick<Upload, 'name' | 'key'>, options: CallOptions) => Promise<unknown>) {
  const uploads = ref<Upload[]>([])
  const files = new Map<string, File>()
  const aborts = new Map<string, AbortController>()

  const change = (key: string, to: Partial<Upload>) => {
    uploads.value = uploads.value.map((upload) => upload.key === key ? { ...upload, ...to } : upload)
  }
  const forget = (key: string) => {
    files.delete(key)
    aborts.delete(key)
    uploads.value = uploads.value.filter((upload) => upload.key !== key)
  }

  async function send(upload: Upload) {
    const file = files.get(upload.key)
    if (!file) return
    const abort = new AbortController()
    aborts.set(upload.key, abort)
    change(upload.key, { status: 'sending', share: 0, error: null })
    try {
      await sendFile(file, upload, { signal: abort.signal, onProgress: (share) => change(upload.key, { share }) })
      forget(upload.key)
    } catch (error) {
      if (abort.signal.aborted) forget(upload.key)
      else change(upload.key, { status: 'failed', error })
    }
    next()
  }

  function next() {
    const free = AT_ONCE - uploads.value.filter((upload) => upload.status === 'sending').length
    for (const upload of uploads.value.filter((one) => one.status === 'waiting').slice(0, Math.max(0, free))) void send(upload)
  }

  useUnfinished({ kind: 'sending', pending: () => uploads.value.some(({ status }) => status !== 'failed') })
  onScopeDispose(() => { for (const abort of aborts.values()) abort.abort() })

  return {
    uploads,
    add(chosen: Iterable<File>) {
      for (const file of chosen) {
        const key = newKey()
        files.set(key, file)
        uploads.value = [...uploads.value, {
          key, name: file.name.slice(-NAME_MAX_LENGTH), bytes: file.size, share: 0, status: 'waiting', error: null,
        }]
      }
      next()
    },
    retry(key: string) {
      change(key, { status: 'waiting', error: null })
      next()
    },
    /** Stops a running upload, or puts a failed one away. */
    cancel(key: string) {
      const running = uploads.value.some((upload) => upload.key === key && upload.status === 'sending')
      if (running) aborts.get(key)?.abort()
      else forget(key)
    },
  }
}
