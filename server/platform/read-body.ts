import type { Request } from 'express'
import { AppError } from './error.ts'

/**
 * The whole body of a request. What is beyond the limit is read on and thrown away, so that the sender hears the refusal; of a
 * sender that goes on far beyond it the rest is not waited for. Throws `uploadIncomplete`, and what `tooLarge` makes.
 */
export async function readBody(req: Request, limitBytes: number, tooLarge: () => AppError): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of req as AsyncIterable<Buffer>) {
      size += part.length
      if (size <= limitBytes) parts.push(part)
      else if (size > 20 * limitBytes) break
    }
  } catch (cause) {
    throw new AppError('uploadIncomplete', {}, { cause })
  }
  if (size > limitBytes) throw tooLarge()
  return Buffer.concat(parts)
}
