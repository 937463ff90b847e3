import type { z } from 'zod'
import { jsonSchema } from './openapi.ts'

interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  format?: string
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  prefixItems?: Schema[]
}

const WIDTH = 110
const formats: Record<string, string> = { 'uuid': 'uuid', 'date-time': 'instant', 'binary': 'bytes' }

/** A schema as people read it: `{ title: string ≤ 300, startsAt: instant, minutes?: integer 1–600 }`. */
export function schemaText(schema: z.ZodType, io: 'input' | 'output'): string {
  return text(jsonSchema(schema, io), 0)
}

function text(schema: Schema, depth: number): string {
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return alternatives(variants.map((variant) => text(variant, depth)))
  const named = formats[schema.format ?? '']
  if (named) return named
  if (Array.isArray(schema.type)) return schema.type.map((type) => text({ ...schema, type }, depth)).join(' | ')
  if (schema.allOf) return schema.allOf.map((part) => text(part, depth)).join(' & ')
  switch (schema.type) {
    case 'object': return object(schema, depth)
    case 'array': return schema.prefixItems ? `[${schema.prefixItems.map((item) => text(item, depth)).join(', ')}]` : array(text(schema.items ?? {}, depth))
    case 'string': return schema.maxLength === undefined ? 'string' : `string ≤ ${schema.maxLength}`
    case 'integer': case 'number': return `${schema.type}${range(schema)}`
    case undefined: return 'any'
    default: return schema.type
  }
}

function alternatives(variants: string[]): string {
  const line = variants.join(' | ')
  return line.length > WIDTH ? variants.map((variant) => `\n| ${variant.replaceAll('\n', '\n  ')}`).join('').trimStart() : line
}

const array = (item: string) => item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`

function range({ minimum, maximum }: Schema): string {
  const bounded = (limit: number | undefined) => limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER
  return bounded(minimum) && bounded(maximum) ? ` ${minimum}–${maximum}` : ''
}

function object({ properties = {}, required = [], additionalProperties }: Schema, depth: number): string {
  const parts = Object.entries(properties).map(([name, property]) => {
    return `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${text(property, depth + 1)}`
  })
  if (parts.length === 0 && typeof additionalProperties === 'object') return `{ [key]: ${text(additionalProperties, depth + 1)} }`
  if (parts.length === 0) return '{}'
  const line = `{ ${parts.join(', ')} }`
  if (line.length + depth * 2 <= WIDTH && !line.includes('\n')) return line
  return `{\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')}`).join(',\n')}\n}`
}
