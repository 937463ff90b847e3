interface UploadOptions { signal?: AbortSignal, onProgress?: (share: number) => void }

/** Sends a file as the body of a request and tells its progress, which fetch cannot. Rejects when nobody answers. */
export function sendWithProgress(
  method: string, url: string, headers: Headers, body: Blob, options: UploadOptions,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { signal, onProgress } = options
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open(method.toUpperCase(), url)
    request.responseType = 'blob'
    headers.forEach((value, name) => request.setRequestHeader(name, value))
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress?.(event.loaded / event.total)
    }
    request.onload = () => {
      resolve(new Response(request.response as Blob, { status: request.status, headers: answerHeaders(request) }))
    }
    request.onerror = () => reject(new TypeError('Failed to send'))
    request.onabort = () => reject((signal?.reason as Error | undefined) ?? new DOMException('Aborted', 'AbortError'))
    request.onloadend = () => signal?.removeEventListener('abort', abort)
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    signal?.addEventListener('abort', abort)
    request.send(body)
  })
}

function answerHeaders(request: XMLHttpRequest): Headers {
  const headers = new Headers()
  for (const line of request.getAllResponseHeaders().trim().split(/[\r\n]+/)) {
    const at = line.indexOf(':')
    if (at > 0) headers.append(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  return headers
}
