import type { Rect } from '../../protocol/annotations.ts'
import type { ThreadKind, ThreadState } from '../../protocol/comment-entries.ts'
import type { CommentsStore } from './comments.ts'

interface ListedThread {
  id: string, version: number, kind: ThreadKind, page: number, rects: Rect[], quote: string | null, replacement: string | null
  replacement_text: string | null, state: ThreadState, decided_by: string | null, decided_at: Date | null
  reason: string | null, revision: number, opened_by: string
}
interface ListedMessage { id: string, thread_id: string, person_id: string, body: string | null, at: Date }
interface Author { id: string, full_name: string, office: string | null }

/** Comments in PostgreSQL; their texts are texts of the meeting's journal. */
export const commentsStore: CommentsStore = {
  async list(db, documentId) {
    const threads = await db('comment_thread AS thread')
      .leftJoin('journal_text AS quote', 'quote.id', 'thread.quote_text')
      .leftJoin('journal_text AS replacement', 'replacement.id', 'thread.replacement_text')
      .leftJoin('journal_text AS reason', 'reason.id', 'thread.reason_text')
      .where('thread.document_id', documentId).orderBy(['thread.opened_at', 'thread.id'])
      .select<ListedThread[]>('thread.id', 'thread.version', 'thread.kind', 'thread.page', 'thread.rects', 'thread.replacement_text', 'thread.state',
        'thread.decided_by', 'thread.decided_at', 'thread.revision', 'thread.opened_by', 'quote.body AS quote', 'replacement.body AS replacement', 'reason.body AS reason')
    const messages = await db('comment_message AS message').join('comment_thread AS thread', 'thread.id', 'message.thread_id')
      .join('journal_text AS body', 'body.id', 'message.body_text')
      .where('thread.document_id', documentId).orderBy(['message.at', 'message.id'])
      .select<ListedMessage[]>('message.id', 'message.thread_id', 'message.person_id', 'message.at', 'body.body AS body')
    const ids = new Set([
      ...threads.flatMap(({ opened_by: openedBy, decided_by: decidedBy }) => decidedBy ? [openedBy, decidedBy] : [openedBy]),
      ...messages.map(({ person_id: personId }) => personId),
    ])
    const authors = await db('person').whereIn('id', [...ids]).select<Author[]>('id', 'full_name', 'office')
    const byThread = Map.groupBy(messages, ({ thread_id: threadId }) => threadId)
    return {
      authors: authors.map(({ id, full_name: name, office }) => ({ personId: id, name, office: office ?? '' })),
      threads: threads.map((row) => ({
        threadId: row.id, kind: row.kind, version: row.version, page: row.page, rects: row.rects, quote: row.quote, openedBy: row.opened_by,
        replacement: row.replacement, state: row.state, revision: row.revision,
        decision: row.decided_by && row.decided_at ? { personId: row.decided_by, at: row.decided_at.toISOString(), reason: row.reason } : null,
        messages: (byThread.get(row.id) ?? []).map(({ id, person_id: personId, body, at }) => ({ messageId: id, personId, text: body, at: at.toISOString() })),
      })),
    }
  },

  async count(db, documentId) {
    const [row] = await db('comment_thread').where({ document_id: documentId }).count<{ count: string }[]>('*')
    return Number(row?.count ?? 0)
  },

  async insertThread(trx, meetingId, { threadId, documentId, version, kind, page, rects, quoteText, replacementText }, personId, at) {
    await trx('comment_thread').insert({
      id: threadId, meeting_id: meetingId, document_id: documentId, version, kind, page, rects: JSON.stringify(rects),
      quote_text: quoteText, replacement_text: replacementText, opened_by: personId, opened_at: at,
    })
  },

  async insertMessage(trx, threadId, { messageId, personId, bodyText }, at) {
    await trx('comment_message').insert({ id: messageId, thread_id: threadId, person_id: personId, body_text: bodyText, at })
  },

  async find(db, documentId, threadId) {
    return await db('comment_thread').where({ document_id: documentId, id: threadId })
      .first('id AS threadId', 'kind', 'version', 'state', 'opened_by AS openedBy', 'revision')
  },

  async messages(db, threadId) {
    return await db('comment_message').where({ thread_id: threadId }).orderBy(['at', 'id'])
      .select('id AS messageId', 'person_id AS personId', 'body_text AS bodyText')
  },

  async settle(trx, threadId, state, by) {
    await trx('comment_thread').where({ id: threadId }).update({
      state, decided_by: by?.personId ?? null, decided_at: by?.at ?? null, reason_text: by?.reasonText ?? null, revision: trx.raw('revision + 1'),
    })
  },
}
