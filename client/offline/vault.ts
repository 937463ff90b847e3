/**
 * Documents on this device, each encrypted under the key of its meeting (AES-GCM, made here, never to be read out). The key
 * goes at its time, on sign-out and with a recall, and what it locked is noise from then on. `public/push-worker.js` forgets
 * keys that have run out too, whenever it is woken.
 */

const NAME = 'nghi-su.kept'

/** What one wants to know of a document before it is opened. */
export interface KeptFacts { name: string, item: string, meetingTitle: string, startsAt: string }

export interface KeptPaper extends KeptFacts { meetingId: string, documentId: string, version: number, sha256: string, bytes: number, until: string }

interface KeyRow { meetingId: string, personId: string, key: CryptoKey, until: string }
interface Sealed { iv: Uint8Array<ArrayBuffer>, body: ArrayBuffer }
interface PaperRow { meetingId: string, documentId: string, version: number, sha256: string, bytes: number, facts: Sealed, file: Sealed }

const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error ?? new Error('the browser’s store failed'))
})

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('keys', { keyPath: 'meetingId' })
    request.result.createObjectStore('papers', { keyPath: ['meetingId', 'documentId'] })
  }
  return done(request)
}

/** One transaction on both stores; resolves once it is durable. */
async function inStores<T>(mode: IDBTransactionMode, act: (keys: IDBObjectStore, papers: IDBObjectStore) => Promise<T>): Promise<T> {
  const db = await open()
  try {
    const transaction = db.transaction(['keys', 'papers'], mode)
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser’s store is full'))
    })
    const result = await act(transaction.objectStore('keys'), transaction.objectStore('papers'))
    await ended
    return result
  } finally {
    db.close()
  }
}

const ofMeeting = (meetingId: string) => IDBKeyRange.bound([meetingId], [meetingId, []])

async function seal(key: CryptoKey, bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  return { iv, body: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes) }
}
const unseal = (key: CryptoKey, { iv, body }: Sealed) => crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, body)

/** Whether this browser can keep anything: not on a page that is not secure, and not everywhere in private windows. */
export const canKeep = () => 'indexedDB' in globalThis && 'subtle' in crypto && 'serviceWorker' in navigator

/** Forgets what has run out, and what belongs to somebody else than `personId` (null: whoever it is). */
export async function forgetOverdue(personId: string | null, now: Date): Promise<void> {
  await inStores('readwrite', async (keys, papers) => {
    for (const row of await done(keys.getAll()) as KeyRow[]) {
      if (row.until > now.toISOString() && (personId === null || row.personId === personId)) continue
      keys.delete(row.meetingId)
      papers.delete(ofMeeting(row.meetingId))
    }
  })
}

export async function forgetMeeting(meetingId: string): Promise<void> {
  await inStores('readwrite', async (keys, papers) => {
    keys.delete(meetingId)
    papers.delete(ofMeeting(meetingId))
  })
}

export async function forgetPaper(meetingId: string, documentId: string): Promise<void> {
  await inStores('readwrite', async (_, papers) => { papers.delete([meetingId, documentId]) })
}

/** Everything, for whoever signs out. */
export async function forgetAll(): Promise<void> {
  await inStores('readwrite', async (keys, papers) => {
    keys.clear()
    papers.clear()
  })
}

/** The meeting's key, made where there is none, with its time set anew. */
async function keyFor(meetingId: string, personId: string, until: string): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  return await inStores('readwrite', async (keys) => {
    const row = await done(keys.get(meetingId)) as KeyRow | undefined
    const key = row && row.personId === personId ? row.key : made
    keys.put({ meetingId, personId, key, until } satisfies KeyRow)
    return key
  })
}

/** Keeps a document, in place of what was kept of it before. */
export async function keepPaper({ personId, until, file, ...paper }: Omit<KeptPaper, 'bytes'> & { personId: string, file: ArrayBuffer }): Promise<void> {
  const { meetingId, documentId, version, sha256, ...facts } = paper
  const key = await keyFor(meetingId, personId, until)
  const row: PaperRow = {
    meetingId, documentId, version, sha256, bytes: file.byteLength,
    facts: await seal(key, new TextEncoder().encode(JSON.stringify(facts))), file: await seal(key, file),
  }
  await inStores('readwrite', async (_, papers) => { papers.put(row) })
}

/** Sets anew until when a meeting's documents are kept. */
export async function setUntil(meetingId: string, until: string): Promise<void> {
  await inStores('readwrite', async (keys) => {
    const row = await done(keys.get(meetingId)) as KeyRow | undefined
    if (row) keys.put({ ...row, until })
  })
}

/** What is kept and may still be read, soonest meeting first. */
export async function keptPapers(now: Date): Promise<KeptPaper[]> {
  await forgetOverdue(null, now)
  const [keys, rows] = await inStores('readonly', async (keyStore, papers) =>
    [await done(keyStore.getAll()) as KeyRow[], await done(papers.getAll()) as PaperRow[]] as const)
  const byMeeting = new Map(keys.map((row) => [row.meetingId, row]))
  const all: KeptPaper[] = []
  for (const { facts, file: _, ...row } of rows) {
    const keyRow = byMeeting.get(row.meetingId)
    if (!keyRow) continue
    const known = JSON.parse(new TextDecoder().decode(await unseal(keyRow.key, facts))) as KeptFacts
    all.push({ ...row, ...known, until: keyRow.until })
  }
  return all.toSorted((a, b) => a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : a.name.localeCompare(b.name, 'vi'))
}

/** The file itself; null once it is forgotten. */
export async function readKept(meetingId: string, documentId: string, now: Date): Promise<Uint8Array<ArrayBuffer> | null> {
  await forgetOverdue(null, now)
  const [key, paper] = await inStores('readonly', async (keys, papers) =>
    [await done(keys.get(meetingId)) as KeyRow | undefined, await done(papers.get([meetingId, documentId])) as PaperRow | undefined] as const)
  return key && paper ? new Uint8Array(await unseal(key.key, paper.file)) : null
}
