/**
 * What a person wants to see. `auto`: a shared screen, a few people together, of many who speaks. `presentation`: the
 * shared screen, or the document that is open; else as `auto`.
 */
export const stageWishes = ['auto', 'gallery', 'speaker', 'presentation'] as const
export type StageWish = typeof stageWishes[number]

/** Gallery, or one tile large and why. */
export type Stage = { kind: 'gallery' } | { kind: 'pinned' | 'screen' | 'speaker', key: string }

export interface Choice {
  wish: StageWish
  pinned: string | null
  /** Screens that others share, in the order in which they began. */
  screens: readonly string[]
  /** Screens that the person turned away from. */
  away: readonly string[]
  /** Who spoke last, or else who presides. */
  speaker: string | null
  /** Everybody’s tile that could be shown. */
  present: ReadonlySet<string>
  people: number
  /** Up to so many are seen together, whoever speaks. */
  still: number
}

/**
 * What the stage shows. What one pinned stays; then a shared screen, the latest of several, unless one turned away from it.
 * The stage follows the speaker (the last one to speak, while nobody does) for those who ask for it, and where more than
 * `still` people would be too small to see together; up to that many stay as they are, whoever speaks.
 */
export function stageOf({ wish, pinned, screens, away, speaker, present, people, still }: Choice): Stage {
  if (pinned && present.has(pinned)) return { kind: 'pinned', key: pinned }
  const screen = screens.findLast((key) => wish === 'presentation' || !away.includes(key))
  if (screen) return { kind: 'screen', key: screen }
  const follow = wish === 'speaker' || (wish !== 'gallery' && people > still)
  return follow && speaker && present.has(speaker) ? { kind: 'speaker', key: speaker } : { kind: 'gallery' }
}

/** Who shares, in the order in which they began; `before` is the order so far. */
export function shareOrder(before: readonly string[], sharing: readonly string[]): string[] {
  const now = new Set(sharing)
  const known = before.filter((key) => now.has(key))
  return [...known, ...sharing.filter((key) => !before.includes(key))]
}
