import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { allCommands, allRoutes } from '../../protocol/contracts.ts'
import { PROTOCOL_DOCS, protocolDocs } from './protocol-docs.ts'
import { schemaText } from './schema-text.ts'

describe('docs/protocol.md', () => {
  it('is what the contracts say now (else: npm run docs:protocol)', () => {
    expect(readFileSync(PROTOCOL_DOCS, 'utf8')).toBe(protocolDocs())
  })

  it('has every route, command, notice, entry and signalling message with what it says', () => {
    const docs = protocolDocs()
    for (const { method, path } of allRoutes) expect(docs).toContain(`### ${method.toUpperCase()} ${path}\n`)
    for (const { name } of allCommands) expect(docs).toContain(`### ${name}\n`)
    for (const title of ['meeting:entries', 'vote.closed', 'produce', 'activeSpeaker']) expect(docs).toContain(`### ${title}\n`)
    expect(docs).toContain('| `documentNotPdf` | 415 | the content decides, not the name |')
  })
})

describe('a schema in words', () => {
  it.each([
    [z.object({ a: z.uuid(), b: z.int().min(1).max(9).optional() }), '{ a: uuid, b?: integer 1–9 }'],
    [z.array(z.enum(['x', 'y'])), '("x" | "y")[]'],
    [z.string().max(5).nullable(), 'string ≤ 5 | null'],
    [z.record(z.string(), z.boolean()), '{ [key]: boolean }'],
    [z.iso.datetime(), 'instant'],
  ])('case %#', (schema, text) => {
    expect(schemaText(schema, 'input')).toBe(text)
  })
})
