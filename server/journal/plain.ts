import { AppError } from '../platform/error.ts'

const MAX_DEPTH = 32
/** A programme published whole, with its 300 items, 400 documents and a conference of 3,000 participants. */
const MAX_BYTES = 1024 * 1024

/**
 * A copy of the value that comes back from the database exactly as it went in, so that its hash can be computed again:
 * plain JSON, finite numbers, well-formed strings without NUL (jsonb holds none). Members that are `undefined` are left
 * out, as JSON does. Throws `entryInvalid` with `path` and `reason` otherwise, and for more than 1 MiB.
 */
export function plainJson<T>(value: T): T {
  const copy = copyPlain(value, '$', 0)
  // As long as in canonical form, which differs in the order of members alone and takes its time.
  if (Buffer.byteLength(JSON.stringify(copy)) > MAX_BYTES) refuse('$', 'tooLarge')
  return copy as T
}

function copyPlain(value: unknown, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH) refuse(path, 'tooDeep')
  switch (typeof value) {
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) refuse(path, 'numberNotFinite')
      return value === 0 ? 0 : value // JSON knows no negative zero
    case 'string':
      return plainText(value, path)
    case 'object':
      if (value === null) return null
      if (Array.isArray(value)) return Array.from(value, (item, index) => copyPlain(item, `${path}[${index}]`, depth + 1))
      return copyMembers(value, path, depth)
    default:
      return refuse(path, 'notJson')
  }
}

function copyMembers(value: object, path: string, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) refuse(path, 'notPlainObject')
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (member === undefined) continue
    // A reducer that used it as a key would change the prototype of its state.
    if (name === '__proto__') refuse(path, 'nameRefused')
    copy[plainText(name, path)] = copyPlain(member, `${path}.${name}`, depth + 1)
  }
  return copy
}

/** The same text, or `entryInvalid` for one that the database could not hold. */
export function plainText(text: string, path = '$'): string {
  if (text.includes('\0')) refuse(path, 'containsNul')
  if (!text.isWellFormed()) refuse(path, 'loneSurrogate')
  return text
}

export function refuse(path: string, reason: string): never {
  throw new AppError('entryInvalid', { path, reason })
}
