import { Piscina } from 'piscina'
import type { StampJob } from './stamp-worker.ts'

/** Who reads a page, and when: stands on every page that leaves the server for that reader. */
export interface Stamp { reader: string, at: Date }

/** A page's size in points, as it is seen. */
export interface PageSize { width: number, height: number }

const clock = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
})

/** `Nguyễn Văn A · 27/11/2026 13:52`. */
export function stampText({ reader, at }: Stamp): string {
  const { day, month, year, hour, minute } = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${reader.normalize('NFC')} · ${day}/${month}/${year} ${hour}:${minute}`
}

/** Sets stamps in a thread of its own, since setting type takes processor time that meetings need. */
export function createStamper() {
  const threads = new Piscina<StampJob, Uint8Array>({
    filename: new URL('./stamp-worker.ts', import.meta.url).href, minThreads: 0, maxThreads: 1, idleTimeout: 60_000,
  })
  return {
    /** A PDF of one page of that size with nothing but the stamp, to be laid over another page. */
    overlay: (size: PageSize, text: string): Promise<Uint8Array> => threads.run({ size, text, picture: null }),
    /** A PDF of one page: the picture (JPEG) over all of it, and the stamp on it. */
    onto: (picture: Buffer, size: PageSize, text: string): Promise<Uint8Array> =>
      threads.run({ size, text, picture: `data:image/jpeg;base64,${picture.toString('base64')}` }),
    close: () => threads.destroy(),
  }
}

export type Stamper = ReturnType<typeof createStamper>
