import { enableCompileCache, flushCompileCache } from 'node:module'
import path from 'node:path'

// Compiled code is kept for the next start, which takes half the time: after a kill people wait for it. Where the folder
// cannot be written to, nothing is kept.
enableCompileCache(path.resolve(import.meta.dirname, '../.cache/compiled'))
const { run } = await import('./program.ts')
await run()
// What is killed keeps nothing at its end.
flushCompileCache()
