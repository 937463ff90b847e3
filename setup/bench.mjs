// `npm run bench:…`: brings the machine to where a benchmark can run, then runs bench/<its name>/main.ts.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// What is left is for the benchmark.
const [name] = process.argv.splice(2, 1)
/** Those that measure the media node alone need neither pages nor a browser. */
const MEDIA_ONLY = ['sfu']
/** Those that ask the server alone need no media either. */
const SERVER_ONLY = ['web', 'search', 'vote']

begin(async (signalsAreOurs) => {
  const { prepare, prepareDependencies } = await import('./prepare.mjs')
  const { ensureMediaWorker } = await import('./media-worker.mjs')
  const { ensureTestTools } = await import('./browser.mjs')
  const { serve } = await import('./serve.mjs')
  let env = process.env
  if (SERVER_ONLY.includes(name)) {
    await prepareDependencies(root)
  } else if (MEDIA_ONLY.includes(name)) {
    await prepareDependencies(root)
    env = { ...env, MEDIASOUP_WORKER_BIN: await ensureMediaWorker(root) }
  } else {
    env = { ...await prepare(root), CHROMIUM: await ensureTestTools() }
  }
  signalsAreOurs()
  serve(root, `bench/${name}/main.ts`, { ...env, LC_ALL: 'C.UTF-8' })
})
