import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

interface Collection { prefix: string, icons: Record<string, unknown> }

const ALL = 'virtual:nuxt-ui-icons'
const DESK = 'virtual:desk-icons'
/** Whose icons come with the application itself: of what is loaded at once on the way into the room. */
const AT_ONCE = ['app/main.ts', 'app/Toaster.vue', 'room/RoomPage.vue', 'floor/FloorPanel.vue']

/** Nuxt UI's module gives its icons as a JSON text within a string. */
const JSON_WITHIN = /JSON\.parse\(("(?:[^"\\]|\\.)*")\)/

const namesIn = (files: Iterable<string>) =>
  new Set([...files].flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/i-lucide-([\w-]+)/g)].map((match) => match[1]!)))

/** These files and all of this folder that they import at once. */
function withImports(entries: readonly string[]): Set<string> {
  const files = new Set<string>()
  const visit = (file: string) => {
    if (files.has(file) || !file.startsWith(import.meta.dirname)) return
    files.add(file)
    for (const [, from] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+\.(?:vue|ts))'/g)) visit(path.resolve(path.dirname(file), from!))
  }
  for (const entry of entries) visit(path.join(import.meta.dirname, entry))
  return files
}

/**
 * Keeps icons that nothing draws on the way into the room out of the application's first file: `virtual:desk-icons` has them,
 * in the same form. What no page names, Nuxt UI's own parts draw, so it stays.
 */
export function deskIcons(): Plugin {
  const desk = Promise.withResolvers<string>()
  return {
    name: 'desk-icons',
    enforce: 'post',
    resolveId: (id) => (id === DESK ? `\0${DESK}` : null),
    load: (id) => (id === `\0${DESK}` ? desk.promise : null),
    transform(code, id) {
      if (!id.endsWith(ALL)) return null
      const text = JSON_WITHIN.exec(code)?.[1]
      if (!text) throw new Error('the icons of Nuxt UI come in another form')
      const collections = JSON.parse(JSON.parse(text) as string) as Collection[]
      const named = namesIn(globSync('**/*.{vue,ts}', { cwd: import.meta.dirname }).map((file) => path.join(import.meta.dirname, file)))
      const atOnce = namesIn(withImports(AT_ONCE))
      const part = (wanted: (name: string) => boolean) => code.replace(JSON_WITHIN, () => {
        const kept = collections.map(({ icons, ...rest }) => ({ ...rest, icons: Object.fromEntries(Object.entries(icons).filter(([name]) => wanted(name))) }))
        return `JSON.parse(${JSON.stringify(JSON.stringify(kept))})`
      })
      desk.resolve(part((name) => named.has(name) && !atOnce.has(name)))
      return { code: part((name) => !named.has(name) || atOnce.has(name)), map: null }
    },
  }
}
