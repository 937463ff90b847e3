// `npm run media-node -- --register https://… …`: a media node on a machine of its own, that registers at the server.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

begin(async (signalsAreOurs) => {
  const { prepareDependencies } = await import('./prepare.mjs')
  const { ensureMediaWorker } = await import('./media-worker.mjs')
  const { serve } = await import('./serve.mjs')
  await prepareDependencies(root)
  const worker = await ensureMediaWorker(root)
  signalsAreOurs()
  serve(root, 'sfu/main.ts', process.env, ['--worker-bin', worker])
})
