/** What may be shown to the room for a moment; anything else that arrives is passed over. */
export const REACTIONS = ['👏', '👍', '🙏', '❤️', '😄', '🎉'] as const
export type Reaction = (typeof REACTIONS)[number]

export const isReaction = (text: string): text is Reaction => REACTIONS.some((one) => one === text)
