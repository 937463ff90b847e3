import { z } from 'zod'

/** xin phát biểu · xin phản hồi một người đã phát biểu về nội dung này · xin nêu vấn đề về thủ tục */
export const SpeakKind = z.enum(['speak', 'reply', 'pointOfOrder'])
export type SpeakKind = z.infer<typeof SpeakKind>

const Seconds = z.int().min(1).max(4 * 3600)

/** How a body gives the floor, from its own regulations. */
export const FloorRule = z.object({
  /** The kinds that come before the others, the first before all; the rest come in the order of asking. */
  precedence: z.array(SpeakKind).max(3).refine((kinds) => new Set(kinds).size === kinds.length, 'has a kind twice'),
  /** Seconds that one turn is given, to be extended by who presides; null: as long as it takes. */
  secondsPerTurn: Seconds.nullable(),
  /** Seconds that all turns on one item are given together; shown, and nothing else; null: as long as it takes. */
  secondsPerItem: Seconds.nullable(),
  /** A turn ends by itself when its time is over. Else time that is over is shown, and who presides decides. */
  cutsOff: z.boolean(),
  basis: z.string().max(300),
})
export type FloorRule = z.infer<typeof FloorRule>

/** The rule of a body that has written none. */
export const commonFloorRule: FloorRule = {
  precedence: ['pointOfOrder', 'reply'], secondsPerTurn: null, secondsPerItem: null, cutsOff: false,
  basis: 'Khi quy chế làm việc không quy định khác',
}
