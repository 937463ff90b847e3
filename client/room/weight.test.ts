import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

interface Chunk { file: string, imports?: string[], isEntry?: boolean }

const build = path.resolve(import.meta.dirname, '../../dist/client')

/** What a browser fetches on the way into the room: the application, the room's page with its first panel, and one language. */
const LOADED = ['index.html', 'room/RoomPage.vue', 'floor/FloorPanel.vue', 'app/messages/vi.ts']

/** The files of these modules and of all that they import at once. */
function filesOf(manifest: Record<string, Chunk>, modules: string[]): Set<string> {
  const files = new Set<string>()
  const visit = (name: string) => {
    const chunk = manifest[name]
    if (!chunk) throw new Error(`the build has no ${name}`)
    if (files.has(chunk.file)) return
    files.add(chunk.file)
    chunk.imports?.forEach(visit)
  }
  modules.forEach(visit)
  return files
}

// Built by `npm test` before anything else, by `npm run build` otherwise.
describe('the script on the way into the room', () => {
  it('weighs at most 250 kB compressed', () => {
    const manifest = JSON.parse(readFileSync(path.join(build, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
    const files = [...filesOf(manifest, LOADED)]
    const weights = files.map((file) => ({ file, bytes: gzipSync(readFileSync(path.join(build, file))).length }))
    const total = weights.reduce((sum, { bytes }) => sum + bytes, 0)
    const heaviest = weights.toSorted((a, b) => b.bytes - a.bytes).slice(0, 8)
    expect(total, JSON.stringify(heaviest)).toBeLessThanOrEqual(250_000)
  })
})
