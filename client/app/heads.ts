import { SignedHead } from '../../protocol/journal.ts'

/** Where a browser keeps things: `localStorage`. */
export type Keeping = Pick<Storage, 'getItem' | 'setItem'>

const keyOf = (meetingId: string) => `nghi-su.head.${meetingId}`

/**
 * Keeps the latest signed head of each followed meeting in this browser: outside the server's reach, so that a journal
 * rewritten there is caught (`npm run verify:journal`).
 */
export function keepHead(storage: Keeping, head: SignedHead) {
  const kept = keptHead(storage, head.meetingId)
  if (kept && kept.at > head.at) return
  try {
    storage.setItem(keyOf(head.meetingId), JSON.stringify(head))
  } catch (error) {
    console.warn('The signed head could not be kept:', error)
  }
}

/** The latest head kept of a meeting; null where there is none. */
export function keptHead(storage: Keeping, meetingId: string): SignedHead | null {
  const text = storage.getItem(keyOf(meetingId))
  if (!text) return null
  try {
    return SignedHead.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** Hands the head over as a file. */
export function downloadHead(head: SignedHead) {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(head, null, 2)}\n`], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `head-${head.meetingId}-${head.at.replaceAll(/[:.]/g, '')}.json`
  link.click()
  URL.revokeObjectURL(url)
}
