import { z } from 'zod'
import { Id } from '../../protocol/journal.ts'
import { SurveyAnswers } from '../../protocol/survey-form.ts'
import { seal, unseal } from '../secret-ballots/sealing.ts'
import type { VoteKeys } from '../secret-ballots/vote-secrets.ts'

const Content = z.object({ unitId: Id.nullable(), answers: SurveyAnswers })
export type AnswerContent = z.infer<typeof Content>

/** All answers of a round are kept in one length, or the length would tell who wrote much. */
export function sealAnswer({ ballots }: VoteKeys, slot: Buffer, content: AnswerContent, bytes: number): Buffer {
  const plain = Buffer.alloc(bytes, ' ')
  const text = Buffer.from(JSON.stringify(content))
  if (text.length > bytes) throw new Error('an answer is longer than its round has room for')
  text.copy(plain)
  return seal(ballots, slot.toString('hex'), plain)
}

/** Undefined where the database was altered. */
export function unsealAnswer({ ballots }: VoteKeys, slot: Buffer, sealed: Buffer): AnswerContent | undefined {
  try {
    return Content.parse(JSON.parse(unseal(ballots, slot.toString('hex'), sealed).toString()))
  } catch {
    return undefined
  }
}
