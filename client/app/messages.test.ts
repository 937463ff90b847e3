import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { errorCodes } from '../../protocol/error.ts'
import { clientErrorCodes } from './api-error.ts'

type Tree = { [key: string]: string | Tree }

const domainOf = (path: string) => path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
const read = (files: Record<string, Tree>): Record<string, string> =>
  Object.assign({}, ...Object.entries(files).map(([path, tree]) => flatten(tree, domainOf(path))))

function flatten(tree: Tree, prefix: string): Record<string, string> {
  return Object.assign({}, ...Object.entries(tree).map(([key, value]) =>
    typeof value === 'string' ? { [`${prefix}.${key}`]: value } : flatten(value, `${prefix}.${key}`)))
}

const vi = read(import.meta.glob<Tree>('./messages/vi/**/*.json', { import: 'default', eager: true }))
const en = read(import.meta.glob<Tree>('./messages/en/**/*.json', { import: 'default', eager: true }))

const sources = Object.entries(import.meta.glob<string>('../**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true }))
  .filter(([path]) => !path.endsWith('.test.ts') && !path.endsWith('.d.ts'))

/** Keys written out in the sources: in calls of `t`, as titles of routes and wherever else a key is handed on. */
const written = new Set(sources.flatMap(([, source]) =>
  [...source.matchAll(/'([a-z]\w*(?:\.\w+)+)'/g)].map((match) => match[1]!)))
/** What stands before the first `${…}` of keys put together, and after it. */
const composed = sources.flatMap(([, source]) => [...source.matchAll(/`([a-z]\w*(?:\.\w+)*\.)\$\{[^`}]*\}([\w.]*)/g)]
  .map((match) => ({ before: match[1]!, after: match[2]! })))
const isComposed = (key: string) => composed.some(({ before, after }) => key.startsWith(before) && key.endsWith(after))

const placeholders = (message: string) => [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('messages', () => {
  it('has the same keys in both languages, each with words', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
    expect(Object.entries({ ...vi, ...en }).filter(([, message]) => !message.trim())).toEqual([])
  })

  it('has the same placeholders in both languages', () => {
    for (const [key, message] of Object.entries(vi)) {
      expect([key, placeholders(en[key] ?? '')]).toEqual([key, placeholders(message)])
    }
  })

  it('is in one Unicode form', () => {
    for (const message of [...Object.values(vi), ...Object.values(en)]) expect(message).toBe(message.normalize('NFC'))
  })

  it.each([['vi', vi], ['en', en]])('translates every error code (%s)', (_, messages) => {
    expect([...errorCodes, ...clientErrorCodes].filter((code) => !messages[`errors.${code}`])).toEqual([])
  })

  it('has every key that the sources name', () => {
    const called = sources.flatMap(([path, source]) =>
      [...source.matchAll(/\bt\('([^']+)'|title: '([a-z]\w*(?:\.\w+)+)'/g)].map((match) => [path, match[1] ?? match[2]!]))
    expect(called.filter(([, key]) => !(key! in vi))).toEqual([])
    expect(composed.filter(({ before }) => Object.keys(vi).every((key) => !key.startsWith(before))).map(({ before }) => before)
      .filter((before) => sources.some(([, source]) => source.includes(`t(\`${before}`)))).toEqual([])
  })

  it('has no key that nothing names', () => {
    expect(Object.keys(vi).filter((key) => !written.has(key) && !isComposed(key))).toEqual([])
  })
})

describe('components', () => {
  interface Attribute { type: number, name: string, value?: { content: string } }
  interface Node { type: number, content?: unknown, children?: Node[], props?: Attribute[] }
  const TEXT = 2
  const STATIC_ATTRIBUTE = 6
  const spoken = new Set(['label', 'title', 'text', 'alt', 'placeholder', 'description', 'aria-label', 'message'])

  function words(node: Node): string[] {
    const own = node.type === TEXT ? [String(node.content)] : []
    const attributes = (node.props ?? [])
      .filter(({ type, name }) => type === STATIC_ATTRIBUTE && spoken.has(name)).map(({ value }) => value?.content ?? '')
    return [...own, ...attributes, ...(node.children ?? []).flatMap(words)]
  }

  it('hold no text of their own', () => {
    const found = sources.filter(([path]) => path.endsWith('.vue')).flatMap(([path, source]) => {
      const template = parse(source).descriptor.template?.ast as Node | undefined
      return template ? words(template).filter((text) => /\p{L}{2}/u.test(text)).map((text) => [path, text]) : []
    })
    expect(found).toEqual([])
  })
})
