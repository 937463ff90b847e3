import type { Knex } from 'knex'
import type { Contact, MailState, Notice, NoticeLanguage, PushDevice } from '../../protocol/notices.ts'
import { writeAudit } from '../platform/audit.ts'
import type { DeliveriesStore, DueDelivery, Settlement } from './deliveries.ts'
import type { FeedsStore } from './feeds.ts'
import type { NoticeContent, NoticesStore } from './notices.ts'
import type { PushStore } from './push.ts'

interface NoticeRow { id: string, kind: string, content: NoticeContent, link: string, created_at: Date, read_at: Date | null, mail: MailState | null }

const MAIL = '(SELECT state FROM notice_delivery AS mail WHERE mail.notice_id = notice.id AND mail.subscription_id IS NULL)'

function toNotice({ id, kind, content, link, created_at, read_at, mail }: NoticeRow): Notice {
  return {
    id, kind, link, words: content.words, at: created_at.toISOString(), readAt: read_at?.toISOString() ?? null, mail: mail ?? 'noAddress',
  }
}

async function unread(db: Knex, personId: string): Promise<number> {
  const row = await db('notice').where({ person_id: personId }).whereNull('read_at').count<{ count: string }[]>({ count: '*' })
  return Number(row[0]?.count ?? 0)
}

interface DueRow {
  id: string, notice_id: string, person_id: string, topic: string, kind: string, link: string, content: NoticeContent, created_at: Date, tries: number
  full_name: string, email: string | null, language: NoticeLanguage
  subscription_id: string | null, endpoint: string, p256dh: string, auth: string
}

function toDue(row: DueRow): DueDelivery {
  const { id, topic, kind, link, content, tries, email, language, endpoint, p256dh, auth } = row
  return {
    id, topic, kind, link, content, tries, email, language,
    noticeId: row.notice_id, personId: row.person_id, createdAt: row.created_at, fullName: row.full_name,
    subscription: row.subscription_id === null ? null : { id: row.subscription_id, endpoint, p256dh, auth },
  }
}

function settled(settlement: Exclude<Settlement, { state: 'gone' }>): object {
  switch (settlement.state) {
    case 'sent': return { state: 'sent', sent_at: settlement.at, failure: null }
    case 'waiting': return { due_at: settlement.dueAt, failure: settlement.failure }
    case 'failed': return { state: 'failed', failure: settlement.failure }
    case 'notConfigured': case 'noAddress': return { state: settlement.state }
  }
}

/** Notices, their ways out, subscriptions and calendar links in PostgreSQL. */
export const noticesStore: NoticesStore & DeliveriesStore & PushStore & FeedsStore = {
  async insert(trx, notices, at) {
    const rows = notices.map(({ personId, dedupeKey, topic, kind, link, content }) => ({ personId, dedupeKey, topic, kind, link, content }))
    const { rows: [counted] } = await trx.raw<{ rows: { count: string }[] }>(`
      WITH fresh AS (
        INSERT INTO notice (person_id, dedupe_key, topic, kind, content, link, created_at)
        SELECT "personId", "dedupeKey", topic, kind, content, link, ?::timestamptz
        FROM jsonb_to_recordset(?::jsonb) AS given ("personId" uuid, "dedupeKey" text, topic text, kind text, content jsonb, link text)
        ON CONFLICT ON CONSTRAINT notice_once DO NOTHING
        RETURNING id, person_id, content, created_at
      ), mails AS (
        INSERT INTO notice_delivery (notice_id, due_at) SELECT id, created_at FROM fresh
      ), pushes AS (
        INSERT INTO notice_delivery (notice_id, subscription_id, due_at)
        SELECT fresh.id, push_subscription.id, fresh.created_at FROM fresh JOIN push_subscription USING (person_id)
        WHERE fresh.content -> 'push' <> 'null'
      )
      SELECT count(*) FROM fresh`, [at, JSON.stringify(rows)])
    return Number(counted?.count ?? 0)
  },

  async list(db, personId, { before, limit }) {
    const query = db('notice').where({ person_id: personId }).orderBy('id', 'desc').limit(limit)
      .select<NoticeRow[]>('id', 'kind', 'content', 'link', 'created_at', 'read_at', db.raw(`${MAIL} AS mail`))
    if (before) void query.where('id', '<', before)
    return (await query).map(toNotice)
  },

  unread,

  async markRead(db, personId, ids, at) {
    const query = db('notice').where({ person_id: personId }).whereNull('read_at')
    if (ids) void query.whereRaw('id = ANY(?::uuid[])', [[...ids]])
    await query.update({ read_at: at })
  },

  async mailStates(db, topic, kind) {
    const { rows } = await db.raw<{ rows: { person_id: string, mail: MailState | null }[] }>(`
      SELECT DISTINCT ON (person_id) person_id, ${MAIL} AS mail FROM notice WHERE topic = ? AND kind = ? ORDER BY person_id, id DESC`, [topic, kind])
    return new Map(rows.map(({ person_id, mail }) => [person_id, mail ?? 'noAddress']))
  },

  async contact(db, personId) {
    return await db('person').where({ id: personId }).first<Contact | undefined>('email', 'language') ?? null
  },

  async setContact(trx, actorId, personId, { email, language, before }) {
    const changed = await trx('person').where({ ...before, id: personId }).update({ email, language })
    if (changed === 0) return false
    // That it was changed, not to what: addresses are personal data, and the audit is never deleted.
    await writeAudit(trx, { actorId, subjectId: personId, action: 'contact.changed', data: { reachable: email !== null, language } })
    return true
  },

  forget: (db, before) => db('notice').where('created_at', '<', before).delete(),

  async take(db, now, until, limit) {
    const { rows } = await db.raw<{ rows: DueRow[] }>(`
      WITH taken AS (
        UPDATE notice_delivery SET due_at = ?, tries = tries + 1 WHERE id IN (
          SELECT id FROM notice_delivery WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED)
        RETURNING id, notice_id, subscription_id, tries - 1 AS tries
      )
      SELECT taken.id, taken.notice_id, taken.subscription_id, taken.tries, notice.person_id, notice.topic, notice.kind, notice.link, notice.content,
        notice.created_at, person.full_name, person.email, person.language, endpoint, p256dh, auth
      FROM taken JOIN notice ON notice.id = taken.notice_id JOIN person ON person.id = notice.person_id
        LEFT JOIN push_subscription ON push_subscription.id = taken.subscription_id
      ORDER BY taken.id`, [until, now, limit])
    return rows.map(toDue)
  },

  async release(db, ids, dueAt) {
    await db('notice_delivery').whereRaw('id = ANY(?::uuid[])', [[...ids]]).update({ due_at: dueAt, tries: db.raw('tries - 1') })
  },

  async settle(db, id, settlement) {
    if (settlement.state === 'gone') await db('push_subscription').where({ id: settlement.subscriptionId }).delete()
    else await db('notice_delivery').where({ id }).update(settled(settlement))
  },

  async untold(db) {
    const { rows } = await db.raw<{ rows: { personId: string, unread: number }[] }>(`
      WITH fresh AS (UPDATE notice SET told = true WHERE NOT told RETURNING person_id)
      SELECT person_id AS "personId", (SELECT count(*)::integer FROM notice WHERE notice.person_id = people.person_id AND read_at IS NULL) AS unread
      FROM (SELECT DISTINCT person_id FROM fresh) AS people`)
    return rows
  },

  async devices(db, personId) {
    const rows = await db('push_subscription').where({ person_id: personId }).orderBy('id')
      .select<{ id: string, device: string, created_at: Date }[]>('id', 'device', 'created_at')
    return rows.map(({ id, device, created_at }): PushDevice => ({ id, device, createdAt: created_at.toISOString() }))
  },

  async othersThan(db, personId, endpoint) {
    const [row] = await db('push_subscription').where({ person_id: personId }).whereNot({ endpoint }).count<{ count: string }[]>('*')
    return Number(row?.count ?? 0)
  },

  async subscribe(db, personId, { endpoint, keys, device }, at) {
    const [row] = await db('push_subscription')
      .insert({ person_id: personId, endpoint, p256dh: keys.p256dh, auth: keys.auth, device, created_at: at })
      .onConflict('endpoint').merge(['person_id', 'p256dh', 'auth', 'device', 'created_at']).returning<{ id: string }[]>('id')
    if (!row) throw new Error('the subscription was not kept')
    return { id: row.id, device, createdAt: at.toISOString() }
  },

  async unsubscribe(db, personId, id) {
    await db('push_subscription').where({ id, person_id: personId }).delete()
  },

  async feed(db, personId) {
    const row = await db('calendar_feed').where({ person_id: personId }).first<{ created_at: Date } | undefined>('created_at')
    return row ? { createdAt: row.created_at } : null
  },

  async putFeed(trx, personId, secretHash, at) {
    await trx('calendar_feed').insert({ person_id: personId, secret_hash: secretHash, created_at: at })
      .onConflict('person_id').merge(['secret_hash', 'created_at'])
    await writeAudit(trx, { actorId: personId, subjectId: personId, action: 'calendarFeed.made' })
  },

  async removeFeed(trx, personId) {
    const removed = await trx('calendar_feed').where({ person_id: personId }).delete()
    if (removed) await writeAudit(trx, { actorId: personId, subjectId: personId, action: 'calendarFeed.revoked' })
  },

  async ownerOf(db, secretHash) {
    const row = await db('calendar_feed').join('person', 'person.id', 'calendar_feed.person_id').join('account', 'account.person_id', 'person.id')
      .where({ secret_hash: secretHash }).whereNull('account.disabled_at')
      .first<{ id: string, full_name: string } | undefined>('person.id', 'person.full_name')
    return row ? { personId: row.id, fullName: row.full_name } : null
  },
}
