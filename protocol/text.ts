import { z } from 'zod'

/** One line of text that a person typed: NFC, trimmed, without control characters. */
export const Line = (max: number) =>
  z.string().transform((text) => text.normalize('NFC').replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim()).pipe(z.string().min(1).max(max))

/** Several lines of text: as `Line`, keeping line breaks and tabs. */
export const Paragraphs = (max: number) =>
  z.string().transform((text) => text.normalize('NFC').replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, ' ').trim()).pipe(z.string().max(max))

/** A point in time on the wire: ISO 8601 in UTC with milliseconds. Shown in Asia/Ho_Chi_Minh. */
export const Instant = z.iso.datetime({ precision: 3 })
