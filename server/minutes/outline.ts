import type { MinutesBlock } from '../../protocol/minutes.ts'
import type { MinutesFact } from '../../protocol/minutes-text.ts'

/** Words of a block: as they stand, or what a fact says. */
export type Words = string | { ref: string }

/** A block of words, or blocks that a fact writes. */
export type OutlineBlock = { kind: MinutesBlock['kind'], runs: Words[] } | { facts: string }

/** Of when a fact is, and of which item. */
interface Of { at?: string | null | undefined, itemId?: string }

/** A draft as it is put together: the facts that are met, and the blocks that they stand in. */
export function createOutline() {
  const facts: MinutesFact[] = []
  const blocks: OutlineBlock[] = []

  function state(ref: string, form: MinutesFact['form'], said: MinutesBlock[], { at = null, itemId }: Of, expected: boolean): void {
    facts.push({ ref, form, blocks: said, at, itemId: itemId ?? null, expected, within: null })
  }

  /** The paragraph that a fact would be offered in, where its text does not have it. */
  function within(kind: MinutesBlock['kind'], runs: readonly Words[]): void {
    const index = runs.findIndex((run) => typeof run !== 'string')
    const run = runs[index]
    const fact = typeof run === 'object' && facts.find(({ ref }) => ref === run.ref)
    if (!fact) return
    const words = (of: readonly Words[]) => of.filter((one) => typeof one === 'string').join('')
    fact.within = { kind, before: words(runs.slice(0, index)), after: words(runs.slice(index + 1)) }
  }

  return {
    /** Words that the journal knows; null while it does not. */
    words(ref: string, text: string | null, of: Of, expected = true): Words {
      state(ref, 'words', text === null ? [] : [{ kind: 'paragraph', text }], of, expected)
      return { ref }
    },
    /** Blocks that the journal writes. They stand in the draft where they say something, or (`always`) may come to. */
    blocks(ref: string, said: MinutesBlock[], of: Of, always = false): void {
      state(ref, 'blocks', said, of, said.length > 0)
      if (always || said.length) blocks.push({ facts: ref })
    },
    add(kind: MinutesBlock['kind'], ...runs: Words[]): void {
      within(kind, runs)
      blocks.push({ kind, runs })
    },
    /** A line with what a fact says in it; without, while the journal does not know that. */
    offer(kind: MinutesBlock['kind'], lead: string, words: Words): void {
      within(kind, [`${lead} `, words, '.'])
      const known = typeof words === 'object' && facts.find(({ ref }) => ref === words.ref)
      if (known && known.blocks.length) blocks.push({ kind, runs: [`${lead} `, words, '.'] })
      else {
        if (known) known.expected = false
        blocks.push({ kind, runs: [lead] })
      }
    },
    made: () => ({ facts, outline: blocks }),
  }
}
export type Outline = ReturnType<typeof createOutline>
