import { randomUUID } from 'node:crypto'
import * as Y from 'yjs'
import { MINUTES_FIELD } from '../../protocol/minutes-text.ts'
import type { Minutes } from '../../protocol/minutes.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { Domains } from '../../server/domains.ts'
import { freshKey } from './house.ts'

/** An hour ahead: until then members comment. */
export const soon = (): string => new Date(Date.now() + 3600_000).toISOString()

/** Lays the minutes of a closed meeting before its members and approves them as they are: published under the next number. */
export async function approveMinutes({ minutes, minuting: { review } }: Pick<Domains, 'minutes' | 'minuting'>, meetingId: string, clerk: Caller, chair: Caller): Promise<Minutes> {
  await review.open(meetingId, clerk, { dueAt: soon(), key: freshKey() })
  return await review.approve(meetingId, chair, { sha256: (await minutes.get(meetingId, chair)).sha256, key: freshKey() })
}

/** Adds a paragraph at the end of minutes that are written, as somebody's browser would. */
export async function typeMinutes(minutes: Domains['minutes'], meetingId: string, caller: Caller, text: string): Promise<void> {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, await minutes.load(meetingId))
  const before = Y.encodeStateVector(doc)
  doc.transact(() => {
    const block = new Y.XmlElement('block')
    doc.getXmlFragment(MINUTES_FIELD).push([block])
    block.setAttribute('kind', 'paragraph')
    block.setAttribute('id', randomUUID())
    block.push([new Y.XmlText(text)])
  })
  await minutes.append(meetingId, Y.encodeStateAsUpdate(doc, before), caller)
}
