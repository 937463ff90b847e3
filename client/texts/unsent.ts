/**
 * What was written while the line was cut, on this device until the server has stored it: should the page go before, it is
 * sent when the text is opened again. Of one person at a time; signing in as another forgets it.
 */

const NAME = 'nghi-su.unsent'

interface Row { name: string, personId: string, update: Uint8Array<ArrayBuffer> }

const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error ?? new Error('the browser’s store failed'))
})

async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => { request.result.createObjectStore('updates', { keyPath: 'name' }) }
  const db = await done(request)
  try {
    return await act(db.transaction('updates', mode).objectStore('updates'))
  } finally {
    db.close()
  }
}

/** Where a browser keeps nothing, as in some private windows, what is unsent goes with the page. */
const orNothing = async <T>(act: () => Promise<T>, nothing: T): Promise<T> => {
  try {
    return 'indexedDB' in globalThis ? await act() : nothing
  } catch {
    return nothing
  }
}

export const keepUnsent = (name: string, personId: string, update: Uint8Array): Promise<void> =>
  orNothing(() => inStore('readwrite', async (store) => { await done(store.put({ name, personId, update: new Uint8Array(update) } satisfies Row)) }), undefined)

export const dropUnsent = (name: string): Promise<void> =>
  orNothing(() => inStore('readwrite', async (store) => { await done(store.delete(name)) }), undefined)

/** What this person wrote into the text of this name and the server has not; what others left is forgotten. */
export const takeUnsent = (name: string, personId: string): Promise<Uint8Array | null> => orNothing(() => inStore('readwrite', async (store) => {
  const rows = await done(store.getAll()) as Row[]
  for (const row of rows) if (row.personId !== personId) store.delete(row.name)
  return rows.find((row) => row.name === name && row.personId === personId)?.update ?? null
}), null)
