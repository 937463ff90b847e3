import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { NodeFile } from '../../protocol/media-control.ts'
import { AppError } from './error.ts'
import { connectMediaControl, type MediaControl, type MediaControlEvents } from './media-control.ts'
import { endMediaProcess, findMediaProcess, startMediaProcess, type MediaProcessOptions } from './media-process.ts'

const restartPause = (attempt: number) => Math.min(30_000, 250 * 2 ** attempt)

/** The media node of this machine, a process of its own that is kept alive. */
export interface LocalNode {
  adopted: boolean
  /** Lets go of it: it lives on for the next server. */
  release(): void
  /** Ends its process. */
  stop(): Promise<void>
}

export interface LocalNodeOptions {
  process: MediaProcessOptions
  log: Logger
  /** A control connection to it stands; `on` of `connectMediaControl` for it is what `events` gave. */
  reached(file: NodeFile, control: MediaControl): Promise<void>
  events(file: NodeFile): Omit<MediaControlEvents, 'close'>
  /** The connection is gone: the node died, or only the way to it (`died` tells later). */
  lost(file: NodeFile): void
  /** Its process is gone since `at`. */
  died(file: NodeFile, at: number): void
}

/** Adopts the node that lives on DATA_DIR, or starts one; one that dies is replaced. Errors: those of startMediaProcess. */
export async function keepLocalNode({ process: options, log, ...on }: LocalNodeOptions): Promise<LocalNode> {
  let current: { file: NodeFile, control: MediaControl } | undefined
  let ended = false
  const ending = new AbortController()
  /** All that is under way to reach the node again. */
  let recovering: Promise<unknown> | undefined

  async function bringUp(): Promise<{ adopted: boolean }> {
    const found = await findMediaProcess(options)
    if (found) await reach(found, true)
    else {
      const file = await startMediaProcess(options)
      try {
        if (ended) throw new AppError('mediaUnavailable')
        await reach(file, false)
      } catch (error) {
        // Nobody would know of it.
        await endMediaProcess(file.pid)
        throw error
      }
    }
    return { adopted: Boolean(found) }
  }

  async function reach(file: NodeFile, adopted: boolean): Promise<void> {
    const control = await connectMediaControl(file.controlSocket, {
      ...on.events(file),
      close: () => { recovering = Promise.all([recovering, recover(file)]) },
    })
    current = { file, control }
    await on.reached(file, control)
    if (ended) control.close()
    log.info({ node: file.nodeId, pid: file.pid, adopted }, 'media node reached')
  }

  async function recover(file: NodeFile): Promise<void> {
    // A connection that broke before it was of use is the business of whoever made it.
    if (ended || current?.file.nodeId !== file.nodeId) return
    current = undefined
    on.lost(file)
    const lostAt = Date.now()
    log.warn({ node: file.nodeId }, 'media node lost')
    for (let attempt = 0; !ended; attempt += 1) {
      try {
        const still = await findMediaProcess(options)
        if (still?.nodeId !== file.nodeId) on.died(file, lostAt)
        await bringUp()
        return
      } catch (error) {
        log.error({ attempt, err: error }, 'media node not reached')
        await wait(restartPause(attempt), undefined, { ref: false, signal: ending.signal }).catch(() => undefined)
      }
    }
  }

  function release(): void {
    if (ended) return
    ended = true
    ending.abort()
    current?.control.close()
  }

  const { adopted } = await bringUp()
  return {
    adopted,
    release,
    async stop() {
      release()
      await recovering
      const file = current?.file ?? (await findMediaProcess(options))
      if (file) await endMediaProcess(file.pid)
    },
  }
}
