import webPush from 'web-push'
import type { Knex } from 'knex'
import type { PushDevice, PushSubscription } from '../../protocol/notices.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { readOrMakeSecret } from '../platform/keys.ts'

/** The pair that push services know this server by (VAPID, RFC 8292), base64url. */
export interface PushKeys { publicKey: string, privateKey: string }

export interface PushSettings {
  keys: PushKeys
  /** Whom a push service turns to: `mailto:` or `https:`. */
  contact: string
  /** Origins of further push services than those of the browsers' makers. */
  services: readonly string[]
}

/** Made once and kept: with another pair every browser would have to subscribe anew. */
export async function loadPushKeys(file: string): Promise<PushKeys> {
  return JSON.parse(await readOrMakeSecret(file, () => JSON.stringify(webPush.generateVAPIDKeys()))) as PushKeys
}

export const newPushKeys = (): PushKeys => webPush.generateVAPIDKeys()

export interface KeptSubscription { id: string, endpoint: string, p256dh: string, auth: string }

export interface PushStore {
  devices(db: Knex, personId: string): Promise<PushDevice[]>
  /** How many other browsers the person has subscribed. */
  othersThan(db: Knex, personId: string, endpoint: string): Promise<number>
  /** An endpoint that is known goes over to this person. */
  subscribe(db: Knex, personId: string, subscription: PushSubscription, at: Date): Promise<PushDevice>
  unsubscribe(db: Knex, personId: string, id: string): Promise<void>
}

/** Push services of the browsers' makers. The server sends to no address that a browser just names. */
const SERVICES = [/^fcm\.googleapis\.com$/, /(^|\.)push\.services\.mozilla\.com$/, /(^|\.)push\.apple\.com$/, /(^|\.)notify\.windows\.com$/]
const MAX_DEVICES = 10
/** A reminder is of no use the day after. In seconds. */
const KEPT_BY_SERVICE_S = 12 * 3600
const ANSWER_MS = 10_000

/** Whether the server may send to this address. */
export function isPushService(endpoint: string, services: readonly string[]): boolean {
  const { protocol, hostname, origin, username, password } = new URL(endpoint)
  if (username || password) return false
  return services.includes(origin) || (protocol === 'https:' && new URL(endpoint).port === '' && SERVICES.some((host) => host.test(hostname)))
}

/** Subscriptions of browsers, each with the consent of its person. */
export function createPush({ db, store, settings, now = () => new Date() }: { db: Knex, store: PushStore, settings: PushSettings, now?: () => Date }) {
  return {
    async own({ personId }: Caller) {
      return { publicKey: settings.keys.publicKey, devices: await store.devices(db, personId) }
    },

    /** Throws `pushServiceUnknown`, `tooManyDevices`. */
    async subscribe({ personId }: Caller, subscription: PushSubscription): Promise<PushDevice> {
      if (!isPushService(subscription.endpoint, settings.services)) throw new AppError('pushServiceUnknown')
      if (await store.othersThan(db, personId, subscription.endpoint) >= MAX_DEVICES) throw new AppError('tooManyDevices', { limit: MAX_DEVICES })
      return await store.subscribe(db, personId, subscription, now())
    },

    unsubscribe: ({ personId }: Caller, id: string) => store.unsubscribe(db, personId, id),
  }
}

export type Push = ReturnType<typeof createPush>

/** What the service worker shows. */
export interface PushMessage { title: string, body: string, link: string, tag: string }

/** `gone`: the browser is subscribed no longer. `later`: the service is out of reach or busy. */
export type PushOutcome = { sent: true } | { sent: false, why: 'gone' | 'later' | 'refused', reason: string }

/** Sends to a browser's push service, encrypted for the browser alone (RFC 8291). */
export function createPusher({ keys, contact, services }: PushSettings) {
  return async function push({ endpoint, p256dh, auth }: KeptSubscription, message: PushMessage): Promise<PushOutcome> {
    // Rules may have become stricter since it subscribed.
    if (!isPushService(endpoint, services)) return { sent: false, why: 'gone', reason: 'serviceUnknown' }
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, JSON.stringify(message), {
      TTL: KEPT_BY_SERVICE_S, urgency: 'normal', contentEncoding: 'aes128gcm',
      vapidDetails: { subject: contact, publicKey: keys.publicKey, privateKey: keys.privateKey },
    })
    const { 'Content-Length': _, ...rest } = headers as Record<string, string>
    try {
      const response = await fetch(endpoint, {
        method: 'POST', headers: rest, body: new Uint8Array(body), redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS),
      })
      await response.body?.cancel()
      if (response.ok) return { sent: true }
      const reason = `HTTP ${response.status}`
      if (response.status === 404 || response.status === 410) return { sent: false, why: 'gone', reason }
      return { sent: false, why: response.status === 429 || response.status >= 500 ? 'later' : 'refused', reason }
    } catch (error) {
      return { sent: false, why: 'later', reason: error instanceof Error ? error.name : 'unknown' }
    }
  }
}

export type Pusher = ReturnType<typeof createPusher>
