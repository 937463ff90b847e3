import type { Response } from 'express'

/**
 * Sends a kept file, or the range of it that was asked for; its headers were set before. A reader who turns away is no
 * failure. A file that is not there is one of ours: its row says that it is.
 */
export function sendKept(res: Response, root: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    res.sendFile(path, { root, cacheControl: false, lastModified: false, dotfiles: 'allow' }, (error) => {
      const status = error && 'status' in error ? error.status : undefined
      if (!error || res.headersSent || res.destroyed) return resolve()
      if (status === 416) {
        res.status(416).end()
        return resolve()
      }
      reject(status === 404 ? new Error('a kept file is not there', { cause: error }) : error)
    })
  })
}
