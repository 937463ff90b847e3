// `npm run bench:…`: brings the machine to where a benchmark can run, then runs bench/<its name>/main.ts.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// What is left is for the benchmark.
const [name] = process.argv.splice(2, 1)
/** Without pages, in no browser. */
const WITHOUT_BROWSER = ['sfu']

begin(async (signalsAreOurs) => {
  const { prepare } = await import('./prepare.mjs')
  const { ensureTestTools } = await import('./browser.mjs')
  const { serve } = await import('./serve.mjs')
  const env = await prepare(root)
  if (!WITHOUT_BROWSER.includes(name)) env.CHROMIUM = await ensureTestTools()
  env.LC_ALL = 'C.UTF-8'
  signalsAreOurs()
  serve(root, `bench/${name}/main.ts`, env)
})
