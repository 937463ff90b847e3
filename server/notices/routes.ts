import {
  countUnread, getCalendarFeed, getContact, getContactOf, getPush, listNotices, makeCalendarFeed, putContact, putContactOf, readCalendarFeed,
  readNotices, revokeCalendarFeed, subscribePush, unsubscribePush,
} from '../../protocol/notices.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Feeds } from './feeds.ts'
import type { Notices } from './notices.ts'
import type { Push } from './push.ts'

export function mountNotices(route: MountRoute, { notices, push, feeds }: { notices: Notices, push: Push, feeds: Feeds }): void {
  route(listNotices, ({ query, caller }) => notices.list(caller, { before: query.before, limit: query.limit }))
  route(countUnread, async ({ caller }) => ({ unread: await notices.unread(caller) }))
  route(readNotices, async ({ body, caller }) => ({ unread: await notices.markRead(caller, body.ids) }))

  route(getContact, ({ caller }) => notices.ownContact(caller))
  route(putContact, ({ body, caller }) => notices.setOwnContact(caller, body))
  route(getContactOf, ({ params }) => notices.contactOf(params.personId))
  route(putContactOf, ({ params, body, caller }) => notices.setContact(caller, params.personId, body))

  route(getPush, ({ caller }) => push.own(caller))
  route(subscribePush, ({ body, caller }) => push.subscribe(caller, body))
  route(unsubscribePush, async ({ params, caller }) => {
    await push.unsubscribe(caller, params.id)
    return {}
  })

  route(getCalendarFeed, ({ caller }) => feeds.own(caller))
  route(makeCalendarFeed, ({ caller }) => feeds.make(caller))
  route(revokeCalendarFeed, async ({ caller }) => {
    await feeds.revoke(caller)
    return {}
  })
  route(readCalendarFeed, async ({ params, res }) => {
    const text = await feeds.read(params.secret)
    res.set({ 'Content-Type': 'text/calendar; charset=utf-8', 'Cache-Control': 'private, no-store', 'X-Robots-Tag': 'noindex' })
    res.end(text)
  })
}
