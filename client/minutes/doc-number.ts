import type { Letterhead } from '../../protocol/bodies.ts'

/** What follows the number: `-BB/TU` in party papers (399-QĐ/TW), `/BB-HĐNT` in papers of the State (Nghị định 30/2020). */
export function afterNumber({ style, minutesSymbol }: Letterhead, symbol: string | null): string {
  return `${style === 'party' ? '-' : '/'}${symbol ?? minutesSymbol}`
}
