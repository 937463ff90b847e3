import { shallowRef } from 'vue'
import { listMeetings } from '../../protocol/convening.ts'
import { readDocument } from '../../protocol/documents.ts'
import { checkKept, listKeepable } from '../../protocol/offline.ts'
import { toApiError } from '../app/api-error.ts'
import { clock } from '../app/clock.ts'
import { call } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'
import { forgetAll, forgetMeeting, forgetOverdue, forgetPaper, keepPaper, keptPapers, setUntil, type KeptPaper } from './vault.ts'
import { dropShell, keepShell } from './shell.ts'

/** Documents of coming meetings on this device, as far as the person wants them there. */

const WANTED = 'nghi-su.offline'
/** What a tablet takes without asking its owner. */
const MOST_BYTES = 400_000_000
const LARGEST = 80_000_000

export interface Keeping { status: 'idle' | 'working' | 'failed', done: number, of: number, left: number, recalled: number, error: unknown }

const nothing: Keeping = { status: 'idle', done: 0, of: 0, left: 0, recalled: 0, error: null }
const keeping = shallowRef<Keeping>(nothing)
export const useKeeping = () => keeping

/** Whether this person wants documents kept on this device. */
export const isWanted = (personId: string) => localStorage.getItem(WANTED) === personId

export async function start(personId: string): Promise<void> {
  localStorage.setItem(WANTED, personId)
  await bring(personId)
}

/** Forgets everything and keeps nothing more; for sign-out too. */
export async function stop(): Promise<void> {
  localStorage.removeItem(WANTED)
  last = ''
  keeping.value = nothing
  await forgetAll()
  await dropShell()
}

/** The moment, by the server's clock where it was heard: a device that is set back keeps nothing longer. */
export const moment = () => new Date(clock.now())

let running: Promise<void> | null = null

// A device that comes back into reach of the server.
let last = ''
socketClient.onConnected(() => { if (last && isWanted(last)) void bring(last) })

/**
 * At each contact: what was recalled goes first, then what is new comes. Once at a time.
 */
export function bring(personId: string): Promise<void> {
  last = personId
  running ??= work(personId).catch((error: unknown) => {
    keeping.value = { ...keeping.value, status: 'failed', error }
  }).finally(() => { running = null })
  return running
}

/** Takes from the device what may not be there any more; gives how many. */
async function recall(personId: string): Promise<number> {
  await forgetOverdue(personId, moment())
  const kept = await keptPapers(moment())
  if (!kept.length) return 0
  const { gone } = await call(checkKept, { body: { kept: kept.map(({ meetingId, documentId, version }) => ({ meetingId, documentId, version })) } })
  for (const { meetingId, documentId } of gone) await forgetPaper(meetingId, documentId)
  const left = new Set(kept.filter((one) => !gone.some(({ documentId }) => documentId === one.documentId)).map(({ meetingId }) => meetingId))
  for (const { meetingId } of gone) if (!left.has(meetingId)) await forgetMeeting(meetingId)
  return gone.length
}

async function work(personId: string): Promise<void> {
  keeping.value = { status: 'working', done: 0, of: 0, left: 0, recalled: 0, error: null }
  const recalled = await recall(personId)
  await keepShell()
  const { meetings } = await call(listMeetings, { query: { from: new Date(moment().getTime() - 48 * 3600_000).toISOString() } })
  const wanted: (Omit<KeptPaper, 'bytes'> & { bytes: number })[] = []
  for (const { id: meetingId } of meetings.filter(({ status }) => status === 'published' || status === 'live')) {
    const { until, title: meetingTitle, startsAt, documents } = await call(listKeepable, { params: { meetingId } })
    if (documents.length) await setUntil(meetingId, until)
    wanted.push(...documents.map(({ documentId, version, name, item, sha256, bytes }) => (
      { meetingId, documentId, version, name, item, sha256, bytes, meetingTitle, startsAt, until }
    )))
  }
  const have = new Set((await keptPapers(moment())).map(({ documentId, sha256 }) => `${documentId}/${sha256}`))
  const missing = wanted.filter(({ documentId, sha256 }) => !have.has(`${documentId}/${sha256}`))
  let room = MOST_BYTES - wanted.reduce((sum, { documentId, sha256, bytes }) => have.has(`${documentId}/${sha256}`) ? sum + bytes : sum, 0)
  let [done, left] = [0, 0]
  for (const paper of missing) {
    if (paper.bytes > LARGEST || paper.bytes > room) left += 1
    else if (await fetched(personId, paper)) room -= paper.bytes
    done += 1
    keeping.value = { ...keeping.value, done, of: missing.length, left, recalled }
  }
  keeping.value = { status: 'idle', done, of: missing.length, left, recalled, error: null }
}

/** What is not to be had now is looked for at the next contact: recalled in the meantime, or not readable yet. */
const NOT_NOW = ['documentNotFound', 'documentNotReady', 'downloadNotAllowed']

/** False where it is not to be had now. */
async function fetched(personId: string, { bytes: _, ...paper }: Omit<KeptPaper, 'bytes'> & { bytes: number }): Promise<boolean> {
  try {
    const { meetingId, documentId } = paper
    const file = await call(readDocument, { params: { meetingId, documentId }, query: { version: paper.version } })
    await keepPaper({ ...paper, personId, file: await file.arrayBuffer() })
    return true
  } catch (thrown) {
    if (NOT_NOW.includes(toApiError(thrown).code)) return false
    throw thrown
  }
}
