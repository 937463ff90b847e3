import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'

/** The last port that a node uses, above its first worker's. */
const LAST_LINK_PORT = 299

const number = (from: number, to: number) => z.string().regex(/^\d{1,9}$/).transform(Number).refine((n) => n >= from && n <= to)

const Common = z.object({
  /** Names this run of the node: part of its address, and the audience of its grants. */
  'node-id': z.string().regex(/^[\w-]{8,64}$/).default(() => randomUUID()),
  /** The secret that the server signs grants with, in hexadecimal. */
  'grant-secret-file': z.string(),
  'workers': number(1, 64).default(() => Math.min(64, os.availableParallelism())),
  /** Worker n listens at `base-port + n`, UDP and TCP; the ports of links are above, and there must be as many. */
  'base-port': number(1, 65_535 - LAST_LINK_PORT).default(44_400),
  'listen-address': z.string().default('0.0.0.0'),
  'announced-address': z.string(),
  'worker-bin': z.string().optional(),
  /** How long a peer outlives its signalling, in ms. */
  'grace-ms': number(0, 86_400_000).default(90_000),
  'log-level': z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** A node that the server of the same machine starts and reaches through files. */
const Local = Common.extend({
  /** Unix sockets; their paths stay below 108 bytes. */
  'control': z.string().max(107),
  'signalling': z.string().max(107),
  'node-file': z.string(),
  /** The server's name for these settings, told back to it: it adopts a node only if it would start just such a one. */
  'settings': z.string().max(64).default(''),
  /** With neither a server nor a peer for this long (ms), the node ends itself. */
  'idle-ms': number(1_000, 86_400_000).default(600_000),
})

/** A node of another machine, which registers itself. */
const Remote = Common.extend({
  /** The server's address, as browsers open it. */
  'register': z.url({ protocol: /^https?$/ }),
  /** Where the server reaches this node's signalling: an address of a network that only the two share. */
  'signalling-host': z.string().max(255),
  'signalling-port': number(1, 65_535).default(44_380),
  /** How long those who are here may stay once it is told to stop, in ms; then they are led to another node. */
  'drain-ms': number(0, 86_400_000).default(0),
})

export type LocalSettings = z.infer<typeof Local>
export type RemoteSettings = z.infer<typeof Remote>

/** The UDP ports of links to other nodes, one for each room and node: 200 of them, 100 above the first worker's. */
export const linkPorts = (basePort: number) => ({ min: basePort + 100, max: basePort + LAST_LINK_PORT })

/** Reads `--name value` pairs. Throws with the name of what is missing or wrong. */
export function readSettings(args: string[]): LocalSettings | RemoteSettings {
  const names = [...new Set([...Object.keys(Local.shape), ...Object.keys(Remote.shape)])]
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  const { values } = parseArgs({ args, options, strict: true })
  return 'register' in values ? z.strictObject(Remote.shape).parse(values) : z.strictObject(Local.shape).parse(values)
}
