import { AppError } from '../platform/error.ts'

/** Where a page of papers ended: lists go from the latest to the earliest. */
export interface Position { at: string, id: string }

const FORM = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f-]{36})$/

export const writePosition = ({ at, id }: Position): string => Buffer.from(`${at} ${id}`).toString('base64url')

/** Throws `invalidCursor` for what `writePosition` did not write. */
export function readPosition(text: string | undefined): Position | null {
  if (text === undefined) return null
  const [, at, id] = FORM.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (!at || !id || Number.isNaN(Date.parse(at))) throw new AppError('invalidCursor')
  return { at, id }
}

/** A page of `limit` out of rows of which one more was asked for. */
export function pageOf<T extends { position: Position }>(rows: readonly T[], limit: number): { rows: readonly T[], next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, next: rows.length > limit && last ? writePosition(last.position) : null }
}
