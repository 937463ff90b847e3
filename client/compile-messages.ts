import { readFile } from 'node:fs/promises'
import { baseCompile } from '@intlify/message-compiler'
import type { Plugin } from 'vite'

interface Tree { [key: string]: string | Tree }

const MARK = '\0compiled-messages:'

/**
 * Compiles the message files while building, so that neither the compiler of vue-i18n nor its work comes to the browser. A
 * message with something to fill in becomes a function; plain words stay as they are.
 */
export function compileMessages(): Plugin {
  return {
    name: 'compile-messages',
    enforce: 'pre',
    resolveId: {
      filter: { id: /\/\w+\.json$/ },
      async handler(source, importer, options) {
        const found = await this.resolve(source, importer, { ...options, skipSelf: true })
        return found?.id.includes('/app/messages/') ? MARK + found.id.slice(0, -'.json'.length) : null
      },
    },
    load: {
      filter: { id: /^\0compiled-messages:/ },
      async handler(id) {
        const file = `${id.slice(MARK.length)}.json`
        this.addWatchFile(file)
        return `${SAID}\nexport default ${compiled(JSON.parse(await readFile(file, 'utf8')) as Tree, file)}`
      },
    },
  }
}

function compiled(tree: Tree, file: string): string {
  return `{${Object.entries(tree).map(([key, value]) =>
    `${JSON.stringify(key)}:${typeof value === 'string' ? message(value, file) : compiled(value, file)}`).join(',')}}`
}

/** `said` fills in names; words and names alternate in what it gets. Linked messages and plurals are not used. */
const SAID = 'const said = (...parts) => ({ normalize, interpolate, named }) => '
  + 'normalize(parts.map((part, at) => at % 2 ? interpolate(named(part)) : part))'

function message(text: string, file: string): string {
  if (!/[{}@|]/.test(text)) return JSON.stringify(text)
  const refuse = (why: string): never => { throw new Error(`${file}: "${text}": ${why}`) }
  const { body } = baseCompile(text, { jit: true, optimize: false, onError: (error) => refuse(error.message) }).ast
  if (!('items' in body)) return refuse('plurals are not compiled')
  const parts: string[] = ['']
  for (const item of body.items) {
    const lastIsWords = parts.length % 2 === 1
    if ('value' in item) {
      if (lastIsWords) parts[parts.length - 1] += item.value ?? ''
      else parts.push(item.value ?? '')
    } else if ('key' in item && typeof item.key === 'string') {
      if (!lastIsWords) parts.push('')
      parts.push(item.key)
    } else refuse('only names in braces are compiled')
  }
  return parts.length === 1 ? JSON.stringify(parts[0]) : `said(${parts.map((part) => JSON.stringify(part)).join(',')})`
}
