import type { ESTree, Plugin } from 'vite'

/** What may run something, unlike a function or a plain value. */
const MADE_BY_CALLS = new Set(['CallExpression', 'ArrayExpression', 'ObjectExpression'])

/** What of a contract the server alone reads: words about it, and where it holds an address against. A browser checks answers, and forms by their body. */
const OF_THE_SERVER: Record<string, readonly string[]> = {
  defineRoute: ['summary', 'access', 'errors', 'params', 'query'],
  defineCommand: ['summary', 'access', 'errors'],
  defineNotice: ['summary'],
}

interface Edit { start: number, end: number, text: string }

/** What a command asks for is the server's too, but whether it takes a key: that of a change to a meeting. */
const KEYED = 'ChangeOfMeeting'

/** The names in a file of that schema, and of those that are made from it. */
function keyedNames(code: string, consts: readonly ESTree.VariableDeclarator[]): RegExp {
  const names = [KEYED]
  for (const { id, init } of consts) {
    if (id.type === 'Identifier' && init && new RegExp(`\\b(?:${names.join('|')})\\b`).test(code.slice(init.start, init.end))) names.push(id.name)
  }
  return new RegExp(`\\b(?:${names.join('|')})\\b`)
}

/** Takes out of a contract what the browser does not read. */
function withoutServer(init: ESTree.CallExpression, isKeyed: (node: ESTree.Node) => boolean): Edit[] {
  const [contract] = init.arguments
  const names = init.callee.type === 'Identifier' ? OF_THE_SERVER[init.callee.name] : undefined
  if (!names || contract?.type !== 'ObjectExpression') return []
  return contract.properties.flatMap((property, index) => {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') return []
    if (property.key.name === 'input' && isKeyed(property.value)) return { start: property.value.start, end: property.value.end, text: KEYED }
    if (!names.includes(property.key.name)) return []
    return { start: property.start, end: contract.properties[index + 1]?.start ?? property.end, text: '' }
  })
}

/** An answer is not held against the list of all errors: those that a page knows it names, and people read the message files. */
function anyCode(code: string): Edit[] {
  const list = /z\.enum\(errorCodes\)/.exec(code)
  if (!list) throw new Error('protocol/error.ts has no z.enum(errorCodes)')
  return [{ start: list.index, end: list.index + list[0].length, text: 'z.string()' }]
}

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
      handler(code, id) {
        const { body } = this.parse(code)
        const consts = body
          .flatMap((node) => (node.type === 'ExportNamedDeclaration' ? node.declaration ?? [] : node))
          .flatMap((node) => (node.type === 'VariableDeclaration' && node.kind === 'const' ? node.declarations : []))
        const keyed = keyedNames(code, consts)
        const isKeyed = ({ start, end }: ESTree.Node) => keyed.test(code.slice(start, end))
        const made = consts
          .flatMap(({ init }) => (init && MADE_BY_CALLS.has(init.type) ? init : []))
        const edits = made.flatMap((init): Edit[] => [
          { start: init.start, end: init.start, text: '/*#__PURE__*/ (() => (' },
          ...init.type === 'CallExpression' ? withoutServer(init, isKeyed) : [],
          { start: init.end, end: init.end, text: '))()' },
        ])
        if (id.endsWith('/protocol/error.ts')) edits.push(...anyCode(code))
        const said = edits.toSorted((a, b) => a.start - b.start).toReversed()
          .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code)
        return { code: said, map: null }
      },
    },
  }
}
