import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Plugin } from 'vite'

const SOURCE = 'reka-ui/namespaced'
const SINGLE = '\0reka-ui/namespaced/'

/**
 * Nuxt UI imports parts of Reka UI by namespace (`DropdownMenu.Content`) from one module, which thereby ends in one chunk
 * with whatever any page uses of it, date pickers included. Here each namespace becomes a module of its own, so that a page
 * loads what it shows.
 */
export function splitNamespaces(): Plugin {
  const library = path.dirname(createRequire(import.meta.url).resolve('reka-ui/package.json'))
  const file = path.join(library, 'dist/namespaced/index.mjs')
  const written = readFileSync(file, 'utf8').matchAll(/^const (\w+) = (\{[^}]*\});$/gm)
  const namespaces = new Map([...written].map((match) => [match[1]!, match[2]!]))
  return {
    name: 'split-reka-ui-namespaces',
    transform: {
      filter: { code: SOURCE },
      handler(code) {
        return code.replace(/import \{([^}]+)\} from ["']reka-ui\/namespaced["'];?/g, (_, names: string) =>
          names.split(',').map((name) => name.trim()).filter(Boolean).map((name) => {
            const exported = name.split(/\s+as\s+/)[0]!
            return `import { ${name} } from ${JSON.stringify(SINGLE + exported)};`
          }).join('\n'))
      },
    },
    resolveId: { filter: { id: /^\0reka-ui\/namespaced\// }, handler: (id) => id },
    load: {
      filter: { id: /^\0reka-ui\/namespaced\// },
      handler(id) {
        const name = id.slice(SINGLE.length)
        const parts = namespaces.get(name)
        if (!parts) throw new Error(`Reka UI has no namespace ${name}`)
        const imported = [...parts.matchAll(/:\s*(\w+)/g)].map((match) => match[1])
        return `import { ${imported.join(', ')} } from 'reka-ui';\nexport const ${name} = ${parts};`
      },
    },
  }
}
