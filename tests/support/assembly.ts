import { randomUUID } from 'node:crypto'
import type { BodyRole, BodyRulesInput } from '../../protocol/bodies.ts'
import type { MeetingStatus } from '../../protocol/meetings.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { Client } from './client.ts'
import { as, bodyRules, draft, freshKey, itemDraft, REASON } from './house.ts'
import { signedIn } from './people.ts'
import { startTestServer, type TestServerOptions } from './server.ts'

/** A person with a browser in which they are signed in. */
export interface Actor { client: Client, personId: string, caller: Caller }
type Role = BodyRole | 'stranger' | 'administrator'

/** The whole server with a body, someone of each role in it, an officer of another body, and an administrator of the server. */
export async function startAssembly({ rules = bodyRules.committee, ...options }: TestServerOptions & { rules?: BodyRulesInput } = {}) {
  const server = await startTestServer(options)
  const { bodies, meetings, agenda } = server.domains
  const letterhead = { style: 'party' as const, superior: 'Tỉnh uỷ', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' }
  const [body, otherBody] = [await bodies.found({ name: 'Ban Thường vụ', rules, letterhead }), await bodies.found({ name: 'Ban khác', rules, letterhead })]

  async function newActor(role: BodyRole | 'administrator', bodyId: string | null): Promise<Actor> {
    const { client, personId } = await signedIn(server, `${role}-${randomUUID().slice(0, 8)}`, { administrator: role === 'administrator' })
    if (bodyId && role !== 'administrator') {
      const voting = role === 'chair' || role === 'member'
      await bodies.addMember({ bodyId, personId, role, office: 'Uỷ viên', voting, rank: 1, since: new Date('2020-01-01') })
    }
    return { client, personId, caller: as(personId) }
  }

  const actors: Record<Role, Actor> = {
    chair: await newActor('chair', body.id), clerk: await newActor('clerk', body.id), member: await newActor('member', body.id),
    guest: await newActor('guest', body.id), stranger: await newActor('chair', otherBody.id), administrator: await newActor('administrator', null),
  }

  return {
    server, body, actors, ...actors,
    newMember: () => newActor('member', body.id),
    /** Somebody of no body. */
    newVisitor: () => newActor('guest', null),

    /** A meeting with two items, brought as far as this. */
    async newMeeting(status: MeetingStatus) {
      const { caller } = actors.clerk
      const { meetingId } = await meetings.create(caller, { ...draft(), bodyId: body.id, key: freshKey() })
      const items = [
        (await agenda.add(meetingId, caller, { ...itemDraft('Nội dung một'), key: freshKey() })).itemId,
        (await agenda.add(meetingId, caller, { ...itemDraft('Nội dung hai'), key: freshKey() })).itemId,
      ] as const
      if (status !== 'draft') await meetings.publish(meetingId, caller, REASON)
      if (status === 'live' || status === 'closed') await meetings.open(meetingId, caller, freshKey())
      if (status === 'closed') await meetings.close(meetingId, caller, freshKey())
      return { meetingId, items }
    },

    async close(): Promise<void> {
      for (const { client } of Object.values(actors)) client.close()
      await server.stop()
    },
  }
}

export type Assembly = Awaited<ReturnType<typeof startAssembly>>
