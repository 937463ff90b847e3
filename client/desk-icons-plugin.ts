import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

interface Collection { prefix: string, icons: Record<string, unknown> }

const ALL = 'virtual:nuxt-ui-icons'
const DESK = 'virtual:desk-icons'
/** Whose icons come with the application itself: what is seen on the way into the room. */
const AT_ONCE = ['app', 'ui', 'room', 'order', 'chat', 'recording']

/** Nuxt UI's module gives its icons as a JSON text within a string. */
const JSON_WITHIN = /JSON\.parse\(("(?:[^"\\]|\\.)*")\)/

function namesIn(folder: string, pattern: string): Set<string> {
  const files = globSync(pattern, { cwd: folder })
  return new Set(files.flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(/i-lucide-([\w-]+)/g)].map((match) => match[1]!)))
}

/**
 * Keeps icons that only pages outside the room draw out of the application's first file: `virtual:desk-icons` has them, in
 * the same form. What no page names, Nuxt UI's own parts draw, so it stays.
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
      const named = namesIn(import.meta.dirname, '**/*.{vue,ts}')
      const atOnce = namesIn(import.meta.dirname, `{${AT_ONCE.join()}}/**/*.{vue,ts}`)
      const part = (wanted: (name: string) => boolean) => code.replace(JSON_WITHIN, () => {
        const kept = collections.map(({ icons, ...rest }) => ({ ...rest, icons: Object.fromEntries(Object.entries(icons).filter(([name]) => wanted(name))) }))
        return `JSON.parse(${JSON.stringify(JSON.stringify(kept))})`
      })
      desk.resolve(part((name) => named.has(name) && !atOnce.has(name)))
      return { code: part((name) => !named.has(name) || atOnce.has(name)), map: null }
    },
  }
}
