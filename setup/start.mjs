// `npm start`: brings a bare machine to where the server runs, then runs it. No dependency of ours is there yet.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

begin(async (signalsAreOurs) => {
  const { prepare } = await import('./prepare.mjs')
  const { serve } = await import('./serve.mjs')
  const env = await prepare(root)
  signalsAreOurs()
  serve(root, 'server/main.ts', env)
})
