import type { SignedBallot } from '../../protocol/secret-ballots.ts'
import type { Blinded } from './credential.ts'

/**
 * What a voter has of a secret vote, in this browser alone: the one-use key, the blinding, the credential, the ballot and its
 * receipt. Each is kept before it is needed to be there again: before the request for a credential, and before the ballot is sent.
 */
export interface KeptBallot extends Blinded {
  personId: string
  voteId: string
  /** The key under which the credential is asked for; the same again after a cut. */
  requestKey: string
  /** Null until the server has signed. */
  credential: string | null
  /** Null until it is filled in. */
  ballot: SignedBallot | null
  /** The ballot's hash in hexadecimal digits. */
  hash: string | null
  /** The server's signature that it has taken the ballot; null until then. */
  receipt: string | null
}

const NAME = 'nghi-su.ballots'
const STORE = 'ballots'

const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(request.error ?? new Error('the browser’s store failed'))
})

/** One transaction; resolves once it is durable. */
async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const request = indexedDB.open(NAME, 1)
  request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: ['personId', 'voteId'] }) }
  const db = await done(request)
  try {
    const transaction = db.transaction(STORE, mode, { durability: 'strict' })
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser’s store is full'))
    })
    const result = await done(act(transaction.objectStore(STORE)))
    await ended
    return result
  } finally {
    db.close()
  }
}

/** Whether this browser can keep a credential: not on a page that is not secure, and not everywhere in private windows. */
export const canKeep = (): boolean => 'indexedDB' in globalThis && 'subtle' in crypto

export async function findKept(personId: string, voteId: string): Promise<KeptBallot | undefined> {
  return await inStore('readonly', (store) => store.get([personId, voteId]) as IDBRequest<KeptBallot | undefined>)
}

export async function keep(ballot: KeptBallot): Promise<void> {
  // What a browser tidies away when it is short of space would be somebody's vote.
  void navigator.storage?.persist?.()
  await inStore('readwrite', (store) => store.put(ballot))
}

/** Keeps it unless there is one already, as from another tab; gives the one that is kept. */
export async function keepFirst(ballot: KeptBallot): Promise<KeptBallot> {
  const added = await inStore('readwrite', (store) => store.add(ballot)).then(() => true, () => false)
  return added ? ballot : await findKept(ballot.personId, ballot.voteId) ?? ballot
}

/** Keeps a filled-in ballot unless another tab has filled in one; gives the one that is kept. */
export async function keepFilledIn(filled: KeptBallot): Promise<KeptBallot> {
  await inStore('readwrite', (store) => {
    const found = store.get([filled.personId, filled.voteId]) as IDBRequest<KeptBallot | undefined>
    // In the same transaction, so that no other tab comes between.
    found.addEventListener('success', () => { if (!found.result?.ballot) store.put(filled) })
    return found
  })
  return await findKept(filled.personId, filled.voteId) ?? filled
}

export async function forget(personId: string, voteId: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete([personId, voteId]))
}
