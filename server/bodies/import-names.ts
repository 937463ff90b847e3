import type { Day } from '../../protocol/calendar.ts'
import { toneText } from '../../protocol/fold.ts'
import { hasEnded } from '../../protocol/units.ts'
import type { BodyRecord } from './bodies.ts'
import type { RowReader } from './import-cells.ts'
import type { UnitRecord } from './units.ts'

/** The unit that a cell names by its name or code, however tones are placed; null where it is empty or unknown. */
export function unitNamed(reader: RowReader, value: string, units: readonly UnitRecord[], today: Day): UnitRecord | null {
  if (value === '') return null
  const wanted = toneText(value)
  const found = units.find((unit) => !hasEnded(unit, today) && (toneText(unit.name) === wanted || unit.code?.toLowerCase() === value.toLowerCase()))
  return found ?? reader.problem('unit', 'unknownUnit')
}

/** The body of that name that has not ended. */
export function bodyNamed(name: string, bodies: readonly BodyRecord[], today: Day): BodyRecord | undefined {
  const wanted = toneText(name)
  return bodies.find((body) => toneText(body.name) === wanted && (body.until === null || body.until >= today))
}
