// `npm run simulate`: installs the dependencies where they are missing, then tries the rules of triage on years.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

begin(async (signalsAreOurs) => {
  const { prepareDependencies } = await import('./prepare.mjs')
  const { serve } = await import('./serve.mjs')
  await prepareDependencies(root)
  signalsAreOurs()
  serve(root, 'server/simulate.ts', process.env)
})
