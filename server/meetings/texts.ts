import type { TextRef } from '../../protocol/journal.ts'
import type { JournalTx } from '../journal/journal.ts'

/** The reference of a text after a change: the one it has when it says the same, else that of a new text. */
export async function textOf(tx: JournalTx, present: TextRef, body: string): Promise<TextRef> {
  const bodies = await tx.bodies(present)
  return bodies[present.$text] === body ? present : await tx.text(body)
}
