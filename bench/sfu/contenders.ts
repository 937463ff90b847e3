import os from 'node:os'
import { startJanus } from './janus-server.ts'
import { startNode } from './node-server.ts'
import type { MediaServer } from './server.ts'

/** Which cores a side may use. */
export interface Budget { cores: number[] }

/** The servers that are measured against each other. */
export const CONTENDERS = {
  node: 'media node',
  janusTuned: 'Janus tuned',
  janusPackaged: 'Janus as packaged',
} as const
export type Contender = keyof typeof CONTENDERS

/** All of the machine. */
export const allCores: Budget = { cores: Array.from({ length: os.availableParallelism() }, (_, n) => n) }

/** Each gets one worker, or one event loop, a core of its budget. */
export async function startContender(contender: Contender, { cores }: Budget): Promise<MediaServer> {
  switch (contender) {
    case 'node': return await startNode({ cores, workers: cores.length })
    case 'janusTuned': return await startJanus({ cores, eventLoops: cores.length })
    case 'janusPackaged': return await startJanus({ cores })
  }
}
