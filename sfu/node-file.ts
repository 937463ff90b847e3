import { readFileSync, utimesSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { NODE_FILE_FRESH_MS, NodeFile } from '../protocol/media-control.ts'

/** The file by which the server of this machine finds its node, and tells by its time when the node was last alive. */
export interface KeptNodeFile {
  /** Renews its time; false where the file is gone or another node's. */
  mark(): boolean
}

/** Writes it, and from then on renews its time, also for the case of a sudden end. */
export async function keepNodeFile(path: string, content: NodeFile, idle: {
  /** A node that nobody serves or uses for this long (ms), or whose file is gone, would otherwise run for ever. */
  ms: number
  attended(): boolean
  inUse(): boolean
  stop(): void
}): Promise<KeptNodeFile> {
  let lastUse = Date.now()

  function isOurs(): boolean {
    try {
      return NodeFile.parse(JSON.parse(readFileSync(path, 'utf8'))).nodeId === content.nodeId
    } catch {
      return false
    }
  }

  function mark(): boolean {
    const ours = isOurs()
    if (ours) utimesSync(path, new Date(), new Date())
    return ours
  }

  await writeFile(path, JSON.stringify(content), { mode: 0o600 })
  setInterval(() => {
    const ours = mark()
    if (idle.attended() || idle.inUse()) lastUse = Date.now()
    if (Date.now() - lastUse > idle.ms || (!ours && !idle.attended())) idle.stop()
  }, Math.min(NODE_FILE_FRESH_MS, idle.ms)).unref()
  return { mark }
}
