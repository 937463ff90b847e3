import type { Plugin } from 'vite'

/** What may run something, unlike a function or a plain value. */
const MADE_BY_CALLS = new Set(['CallExpression', 'ArrayExpression', 'ObjectExpression'])

/**
 * Schemas of the wire contract are made by calls, of which a bundler cannot know that nothing else happens in them. They are
 * pure by the rule of that folder; said so, those are left out that no page uses: what the server alone checks, as entries.
 */
export function pureContracts(): Plugin {
  return {
    name: 'pure-contracts',
    apply: 'build',
    enforce: 'post',
    transform: {
      filter: { id: /\/protocol\/[\w-]+\.ts$/ },
      handler(code) {
        const { body } = this.parse(code)
        let said = code
        const made = body
          .flatMap((node) => (node.type === 'ExportNamedDeclaration' ? node.declaration ?? [] : node))
          .flatMap((node) => (node.type === 'VariableDeclaration' && node.kind === 'const' ? node.declarations : []))
          .flatMap(({ init }) => (init && MADE_BY_CALLS.has(init.type) ? init : []))
        for (const { start, end } of made.toReversed()) said = `${said.slice(0, start)}/*#__PURE__*/ (() => (${said.slice(start, end)}))()${said.slice(end)}`
        return { code: said, map: null }
      },
    },
  }
}
