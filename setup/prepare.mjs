import path from 'node:path'
import { clientIsBuilt, ensureClientBuild } from './client-build.mjs'
import { dependenciesMatch, ensureDependencies } from './dependencies.mjs'
import { withLock } from './lock.mjs'
import { ensureMediaWorker } from './media-worker.mjs'
import { offerReadingTools } from './reading-tools.mjs'

const locked = (root, work) => withLock(path.join(root, '.cache', 'setup.lock'), work,
  (pid) => process.stdout.write(`  process ${pid} is setting this checkout up; waiting for it\n`))

/** Brings the checkout to where programs that need no media and no pages can run. */
export async function prepareDependencies(root) {
  if (!dependenciesMatch(root)) await locked(root, () => ensureDependencies(root))
}

/** The environment in which this checkout's programs find each other. */
export const programEnvironment = (root) => (
  { ...process.env, PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}` }
)

/**
 * Brings the checkout to where the server can start: dependencies, media worker, client build, each only when needed.
 * Returns the environment to run the server with.
 */
export async function prepare(root) {
  if (!dependenciesMatch(root) || !clientIsBuilt(root)) {
    await locked(root, async () => {
      await ensureDependencies(root)
      await ensureClientBuild(root)
      await offerReadingTools()
    })
  }
  return { ...programEnvironment(root), MEDIASOUP_WORKER_BIN: await ensureMediaWorker(root) }
}
