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
  const worker = await ensureMediaWorker(root)
  const bin = path.join(root, 'node_modules', '.bin')
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`, MEDIASOUP_WORKER_BIN: worker }
}
