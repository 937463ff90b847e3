import type { UploadResult } from '../../protocol/uploads.ts'

/**
 * Where a file is on its way: waits for its turn · is sent · was stopped by the person · waits for the network, and goes on by
 * itself · is whole and held to its content · has the content of a document that is there, which the person decides about · is
 * being attached · was refused or failed · was left unfinished when the page was, and is to be chosen again.
 */
export type UploadStatus = 'waiting' | 'sending' | 'paused' | 'cut' | 'checking' | 'duplicate' | 'attaching' | 'failed' | 'interrupted'

/** One file on its way, as its line shows it. */
export interface UploadFacts {
  key: string
  name: string
  bytes: number
  sentBytes: number
  status: UploadStatus
  /** Of a failed one. */
  error: unknown
  /** Whether trying again may help. */
  retriable: boolean
  /** Documents with the same content that the person may read. */
  duplicates: UploadResult['duplicates']
}
