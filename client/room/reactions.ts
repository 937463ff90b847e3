import { onScopeDispose, shallowRef } from 'vue'
import type { MediaSession } from './media/contract.ts'

/** What may be shown to the room for a moment; anything else that arrives is passed over. */
export const REACTIONS = ['👏', '👍', '🙏', '❤️', '😄', '🎉'] as const
export type Reaction = (typeof REACTIONS)[number]

/** What somebody shows for a moment; `id` stays with it. */
export interface ShownReaction { id: number, personId: string, reaction: Reaction }

export const isReaction = (text: string): text is Reaction => REACTIONS.some((one) => one === text)

const SHOWN_MS = 4_000
/** However many people react at once, the eye takes in no more; and nobody fills the screen alone. */
const MOST_SHOWN = 40
const MOST_OF_ONE = 4

/** Adds a reaction, unless its person shows enough already; of too many the oldest go. */
export function withReaction(shown: readonly ShownReaction[], added: ShownReaction): readonly ShownReaction[] {
  if (shown.filter((one) => one.personId === added.personId).length >= MOST_OF_ONE) return shown
  return [...shown, added].slice(-MOST_SHOWN)
}

/** Passes reactions on, and shows those of everybody for a moment. */
export function createReactions(options: {
  session: Pick<MediaSession, 'events' | 'rights' | 'say'>
  ownId: string
  ownerOf(peerId: string): string | undefined
}) {
  const { session, ownId, ownerOf } = options
  const reactions = shallowRef<readonly ShownReaction[]>([])
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let lastId = 0
  onScopeDispose(() => timers.forEach(clearTimeout))

  function show(personId: string, reaction: Reaction): boolean {
    const id = lastId += 1
    const before = reactions.value
    reactions.value = withReaction(before, { id, personId, reaction })
    if (reactions.value === before) return false
    const timer = setTimeout(() => {
      timers.delete(timer)
      reactions.value = reactions.value.filter((one) => one.id !== id)
    }, SHOWN_MS)
    timers.add(timer)
    return true
  }

  session.events.on('said', (peerId, channel, text) => {
    const personId = ownerOf(peerId)
    if (channel === 'reaction' && personId && isReaction(text)) show(personId, text)
  })

  return {
    reactions,
    react(reaction: Reaction) {
      if (session.rights()?.say.includes('reaction') && show(ownId, reaction)) session.say('reaction', reaction)
    },
  }
}
