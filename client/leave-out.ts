import { readFileSync } from 'node:fs'
import path from 'node:path'
import colors from 'tailwindcss/colors'
import type { Plugin } from 'vite'
import { theme } from './app/theme-config.ts'

interface LeftOut {
  /** Whose import of it is answered with something smaller. */
  importer: RegExp
  source: RegExp
  /** What stands in its place, given the file that would have been loaded. */
  instead(file: string): string
}

const used = Object.values(theme.colors).filter((name): name is keyof typeof colors & typeof name => name in colors)

/** Parts of libraries on the way into the room that could never run in a browser of ours, or whose answer nobody reads there. */
const leftOut: LeftOut[] = [
  // Handlers that the build's target excludes, React Native, and the library's own tests.
  {
    importer: /\/mediasoup-client\/lib\//,
    source: /^\.\/(?:handlers\/(?:Chrome74|ReactNative106|FakeHandler)|test\/fakeParameters)$/,
    instead: () => 'module.exports = {}',
  },
  // Its log is for who develops it.
  {
    importer: /\/(?:mediasoup-client|awaitqueue)\//,
    source: /^debug$/,
    instead: () => 'module.exports = () => () => {}',
  },
  // What a schema says is for who develops it; people read the message files.
  {
    importer: /\/zod\/v4\/classic\//,
    source: /^\.\.\/locales\/en\.js$/,
    instead: () => 'export default () => ({ localeError: (issue) => issue.code })',
  },
  // No link of ours is marked by the query of its address (`exactQuery`), for which it would be compared deeply.
  {
    importer: /\/@nuxt\/ui\/.*\/(?:Link\.vue|link\.js)/,
    source: /^ohash\/utils$/,
    instead: () => "export const isEqual = () => { throw new Error('exactQuery is left out') }; export const diff = isEqual",
  },
  // Nothing of Nuxt's own life is waited for.
  { importer: /\/@nuxt\/ui\//, source: /^hookable$/, instead: () => 'export const createHooks = () => ({ hook() {}, async callHook() {} })' },
  // A schema describes itself to the documentation, which the server writes.
  {
    importer: /\/zod\/v4\/classic\//,
    source: /\/core\/(?:to-json-schema|json-schema-processors)\.js$/,
    instead: (file) => exportsOf(file).map((name) => `export const ${name} = () => ({});`).join('\n'),
  },
  // Our media nodes offer VP8 and Opus, so no profile of H.264 is ever compared.
  { importer: /\/mediasoup-client\/lib\//, source: /^h264-profile-level-id$/, instead: () => 'module.exports = {}' },
  // Short notices have a place of their own, app/Toaster.vue, which is loaded for the first of them.
  { importer: /\/@nuxt\/ui\/.*\/App\.vue/, source: /^\.\/Toaster\.vue$/, instead: () => 'export default {}' },
  // The interface's own words come with its messages, before anything is shown.
  { importer: /\/@nuxt\/ui\/.*\/useLocale\.js/, source: /^\.\.\/locale\/en\.js$/, instead: () => 'export default {}' },
  // Of Tailwind's colours, those that the theme names.
  {
    importer: /\/@nuxt\/ui\//,
    source: /^tailwindcss\/colors$/,
    instead: () => `export default ${JSON.stringify(Object.fromEntries(used.map((name) => [name, colors[name]])))}`,
  },
  // The socket goes by WebSocket or polling.
  { importer: /\/engine\.io-client\//, source: /^\.\/webtransport\.js$/, instead: () => 'export const WT = undefined' },
]

function exportsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^export (?:const|function) (\w+)/gm)].map((match) => match[1]!)
}

const MARK = '\0left-out/'

/** Leaves out of libraries what is never used, by the list above. */
export function leaveOut(): Plugin {
  const kept = new Map<string, string>()
  return {
    name: 'leave-out',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!importer) return null
      const found = leftOut.find((part) => part.source.test(source) && part.importer.test(importer))
      if (!found) return null
      const file = source.startsWith('.') ? path.resolve(path.dirname(importer), source) : source
      kept.set(MARK + file, found.instead(file))
      return MARK + file
    },
    load: { filter: { id: /^\0left-out\// }, handler: (id) => kept.get(id) ?? null },
  }
}
