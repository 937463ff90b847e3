import type { Logger } from 'pino'
import type { SignedHead } from '../../protocol/journal.ts'
import type { Journal } from './journal.ts'

export interface HeadClock {
  /** Signs and sends a meeting's head now: at opening and at closing, after their commit. */
  publish(meetingId: string): Promise<SignedHead>
  stop(): void
}

/** Sends the signed heads of all open meetings to their clients every minute, so that somebody else always keeps a recent one. */
export function createHeadClock(deps: {
  journal: Pick<Journal, 'signHead'>
  /** Ids of the meetings that are going on and have clients here. */
  openMeetings(): Iterable<string> | Promise<Iterable<string>>
  emit(head: SignedHead): void
  log: Pick<Logger, 'error'>
  everyMs?: number
}): HeadClock {
  const { journal, openMeetings, emit, log, everyMs = 60_000 } = deps

  async function publish(meetingId: string): Promise<SignedHead> {
    const head = await journal.signHead(meetingId)
    emit(head)
    return head
  }

  async function tick(): Promise<void> {
    const meetingIds = [...await openMeetings()]
    const results = await Promise.allSettled(meetingIds.map(publish))
    results.forEach((result, index) => {
      if (result.status === 'fulfilled') return
      log.error({ meetingId: meetingIds[index], err: result.reason }, 'a journal head could not be signed')
    })
  }

  const timer = setInterval(() => {
    tick().catch((error: unknown) => { log.error({ err: error }, 'journal heads could not be sent') })
  }, everyMs)
  timer.unref()
  return { publish, stop: () => { clearInterval(timer) } }
}
