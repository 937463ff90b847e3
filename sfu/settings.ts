import { parseArgs } from 'node:util'
import { z } from 'zod'

const number = (from: number, to: number) => z.string().regex(/^\d{1,9}$/).transform(Number).refine((n) => n >= from && n <= to)

const Arguments = z.object({
  /** Names this run of the node: part of its address, and the audience of its grants. */
  'node-id': z.string().regex(/^[\w-]{8,64}$/),
  /** Unix sockets; their paths stay below 108 bytes. */
  'control': z.string().max(107),
  'signalling': z.string().max(107),
  'node-file': z.string(),
  'grant-secret-file': z.string(),
  'workers': number(1, 64),
  /** Worker n listens at `base-port + n`, UDP and TCP. */
  'base-port': number(1, 65_535),
  'listen-address': z.string(),
  'announced-address': z.string(),
  'worker-bin': z.string().optional(),
  /** The server's name for these settings, told back to it: it adopts a node only if it would start just such a one. */
  'settings': z.string().max(64).default(''),
  /** How long a peer outlives its signalling, in ms. */
  'grace-ms': number(0, 86_400_000).default(90_000),
  /** With neither a server nor a peer for this long (ms), the node ends itself. */
  'idle-ms': number(1_000, 86_400_000).default(600_000),
  'log-level': z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

export type Settings = z.infer<typeof Arguments>

/** Reads `--name value` pairs. Throws with the name of what is missing or wrong. */
export function readSettings(args: string[]): Settings {
  const options = Object.fromEntries(Object.keys(Arguments.shape).map((name) => [name, { type: 'string' as const }]))
  const { values } = parseArgs({ args, options, strict: true })
  return Arguments.parse(values)
}
