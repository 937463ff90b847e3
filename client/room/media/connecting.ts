import type { NoticeMessage } from '../../../protocol/media.ts'
import type { IceServer } from '../../../protocol/room.ts'
import { MediaRequestError, openSignalling, type Signalling } from './signalling.ts'

/** A grant, the path of the media node that it is for, and what may help on the way of the media. */
export interface Access {
  grant: string
  path: string
  iceServers: IceServer[]
}

export interface Connecting {
  /** Asks for a grant, connects and joins; tries again with growing pauses until that succeeds. */
  start(): void
  /** Ends a pause: there may be a network again. */
  hurry(): void
  /** Nothing is tried any more. */
  stop(): void
}

/** A connection that ends sooner than this was none: whatever ended it may end the next one too. */
const SHORT_LIFE_MS = 5_000

const pauseBefore = (attempt: number) => Math.min(5_000, 300 * 2 ** attempt) * (0.75 + Math.random() / 2)

/** The way to the node, made anew after each loss with a fresh grant. One at a time. */
export function createConnecting(options: {
  origin: string
  /** Null: no grant is given, and none will be. */
  requestGrant(): Promise<Access | null>
  join(signalling: Signalling, access: Access): Promise<void>
  notice(notice: NoticeMessage): void
  lost(signalling: Signalling): void
  refused(): void
}): Connecting {
  let stopped = false
  let wake = () => {}
  let failures = 0
  let joinedAt = -Infinity

  async function attempt(): Promise<void> {
    const access = await options.requestGrant()
    if (stopped) return
    if (!access) return options.refused()
    const url = new URL(access.path, options.origin.replace(/^http/, 'ws')).href
    const opened: Signalling = await openSignalling(url, { notice: options.notice, lost: () => options.lost(opened) })
    if (stopped) return opened.close()
    try {
      await options.join(opened, access)
    } catch (error) {
      opened.close()
      throw error
    }
  }

  const pause = () => new Promise<void>((resolve) => {
    wake = resolve
    setTimeout(resolve, pauseBefore(failures))
  })

  async function run(): Promise<void> {
    if (Date.now() - joinedAt < SHORT_LIFE_MS) {
      failures += 1
      await pause()
    } else failures = 0
    for (; !stopped; failures += 1) {
      try {
        await attempt()
        joinedAt = Date.now()
        return
      } catch (error) {
        if (!(error instanceof MediaRequestError)) console.warn('the room was not joined', error)
        await pause()
      }
    }
  }

  return {
    start: () => void run(),
    hurry: () => wake(),
    stop() {
      stopped = true
      wake()
    },
  }
}
