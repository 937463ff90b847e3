/** Who is heard and since when: where nobody has a turn, that is who speaks. */
export interface Heard { personId: string, since: number }

/** A shorter silence (ms) is a pause for breath. */
export const BREATH_MS = 5_000

/**
 * Who is heard after another look: the latest of `recent` who is heard now, once nobody hears the one before; a pause for
 * breath changes nothing.
 */
export function nextHeard(
  before: (Heard & { heardAt: number }) | null, heard: ReadonlySet<string>, recent: readonly string[], now: number,
): (Heard & { heardAt: number }) | null {
  if (before && heard.has(before.personId)) return { ...before, heardAt: now }
  const next = recent.find((personId) => heard.has(personId))
  if (next) return { personId: next, since: now, heardAt: now }
  return before && now - before.heardAt < BREATH_MS ? before : null
}
