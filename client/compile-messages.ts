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
      filter: { id: /\/(?:vi|en)\/\w+\.json$/ },
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
        return `export default ${compiled(JSON.parse(await readFile(file, 'utf8')) as Tree, file)}`
      },
    },
  }
}

function compiled(tree: Tree, file: string): string {
  return `{${Object.entries(tree).map(([key, value]) =>
    `${JSON.stringify(key)}:${typeof value === 'string' ? message(value, file) : compiled(value, file)}`).join(',')}}`
}

function message(text: string, file: string): string {
  if (!/[{}@|]/.test(text)) return JSON.stringify(text)
  const onError = (error: Error) => { throw new Error(`${file}: "${text}": ${error.message}`) }
  return baseCompile(text, { mode: 'arrow', onError }).code
}
