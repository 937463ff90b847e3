import { DetailedError, Upload } from 'tus-js-client'
import { UPLOADS_PATH, type UploadPurpose } from '../../protocol/uploads.ts'
import { ApiError, errorFromBody } from '../app/api-error.ts'
import { antiForgeryHeaders, renewActing, tellSignedOut } from '../app/http.ts'

/** Long enough to be quick, short enough that a slow line shows progress and that the right to send is asked again. */
const PIECE_BYTES = 8 * 1024 ** 2

export interface Sending {
  purpose: UploadPurpose
  /** Begun before: goes on where the server's file ends. */
  uploadId: string | undefined
  signal: AbortSignal
  onBegun(uploadId: string): void
  onProgress(sentBytes: number): void
}

/**
 * Sends a file by the tus protocol; resolves to its upload once the server has all of it. One that the server no longer has is
 * begun anew. Rejects with ApiError, or with the signal's reason.
 */
export async function sendFile(file: File, sending: Sending): Promise<string> {
  let { uploadId } = sending
  let renewed = false
  for (;;) {
    try {
      return await sendOnce(file, { ...sending, uploadId })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.code === 'csrfRefused' && !renewed) {
        renewed = true
        await renewActing()
      } else if (error.code === 'uploadNotFound' && uploadId) {
        uploadId = undefined
      } else {
        throw error
      }
    }
  }
}

function sendOnce(file: File, { purpose, uploadId, signal, onBegun, onProgress }: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    const idOf = (url: string | null) => url?.slice(url.lastIndexOf('/') + 1) ?? ''
    const upload = new Upload(file, {
      // With an address to begin at, the library would begin anew where a gateway fails in the middle.
      ...(uploadId ? { uploadUrl: `${UPLOADS_PATH}/${uploadId}` } : { endpoint: UPLOADS_PATH }),
      metadata: { filename: file.name, purpose: JSON.stringify(purpose) },
      headers: antiForgeryHeaders(), chunkSize: PIECE_BYTES, retryDelays: null, storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => onBegun(idOf(upload.url)),
      onProgress: (sentBytes) => onProgress(sentBytes),
      onSuccess() {
        signal.removeEventListener('abort', abort)
        resolve(idOf(upload.url))
      },
      onError(error) {
        signal.removeEventListener('abort', abort)
        reject(refusalOf(error))
      },
    })
    const abort = () => {
      void upload.abort()
      reject(signal.reason as Error)
    }
    if (signal.aborted) return reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    upload.start()
  })
}

/** Has the server forget a file that was begun. What fails there is forgotten in time by itself. */
export async function dropUpload(uploadId: string): Promise<void> {
  await Upload.terminate(`${UPLOADS_PATH}/${uploadId}`, { headers: antiForgeryHeaders(), retryDelays: null }).catch(() => {})
}

function refusalOf(error: Error | DetailedError): ApiError {
  const response = error instanceof DetailedError ? error.originalResponse : null
  if (!response) return new ApiError('offline', {}, { cause: error })
  const status = response.getStatus()
  if (status === 401) tellSignedOut()
  // The question how far an upload is gets no words with its answer.
  if (status === 404 && !response.getBody()) return new ApiError('uploadNotFound')
  return errorFromBody(bodyOf(response.getBody()), { status })
}

function bodyOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { error?: unknown }).error
  } catch {
    return undefined
  }
}
