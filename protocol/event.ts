import { z } from 'zod'
import { Id } from './journal.ts'
import type { ErrorBody, ErrorCode } from './error.ts'

/** A request over the socket: `socket.emit(name, input, acknowledge)`. */
export interface CommandContract<I extends z.ZodType, O extends z.ZodType> {
  /** `<domain>:<verb>` */
  name: string
  summary: string
  /** Which role in the meeting may send it, in words; the domain's rules file decides. */
  access: string
  input: I
  output: O
  errors: readonly ErrorCode[]
}

/** Something the server tells its clients without being asked. */
export interface NoticeContract<P extends z.ZodType> {
  name: string
  summary: string
  payload: P
}

export type AnyCommand = CommandContract<z.ZodType, z.ZodType>
export type AnyNotice = NoticeContract<z.ZodType>

export function defineCommand<I extends z.ZodType, O extends z.ZodType>(contract: CommandContract<I, O>): CommandContract<I, O> {
  return contract
}

export function defineNotice<P extends z.ZodType>(contract: NoticeContract<P>): NoticeContract<P> {
  return contract
}

/** What every command is acknowledged with. */
export type Acknowledgement<O> = { ok: true, result: O } | { ok: false, error: z.infer<typeof ErrorBody> }

/** The acknowledgement of a command without a result of its own. */
export const Nothing = z.object({})

/**
 * A command that changes a meeting carries a key made by the client: sent again after a cut with the same key,
 * it is carried out once and answered alike.
 */
export const ChangeOfMeeting = z.object({
  meetingId: Id,
  key: z.string().min(8).max(64),
})
