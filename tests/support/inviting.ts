import { newPushKeys } from '../../server/notices/push.ts'
import { openHouse } from './house.ts'
import { openMailServer } from './mail.ts'
import { openPushService } from './push.ts'

/** The domains with a real mail server and a push service, at a time of the test's own. */
export async function openInviting() {
  const mail = await openMailServer()
  const push = await openPushService()
  const clock = { ahead: 0 }
  const now = () => new Date(Date.now() + clock.ahead)
  const woken: string[] = []
  const house = await openHouse({
    now,
    outside: {
      mail: { url: mail.url, from: { name: 'Văn phòng Tỉnh uỷ', address: 'vptu@example.vn' } }, linkOrigin: 'https://hop.example.vn',
      push: { keys: newPushKeys(), contact: 'mailto:vptu@example.vn', services: [push.origin] },
      jobs: { async wake(_trx, queue) { woken.push(queue) } },
    },
  })
  const { deliveries } = house.domains.inviting

  /** Gives people a name and an address made of it. */
  async function reach(people: readonly { personId: string }[]): Promise<void> {
    for (const [index, { personId }] of people.entries()) {
      await house.archive.owner('person').where({ id: personId }).update({ email: `p${index}@example.vn`, full_name: `Người Thứ ${index}` })
    }
  }

  return {
    house, mail, push, clock, woken, now, reach,
    /** Moves the clock; what waits for its time is then due. */
    pass(ms: number): void { clock.ahead += ms },
    deliver: deliveries.run,
    /** The mails to somebody, as far as they were delivered. */
    mailsTo: (address: string) => mail.mails.filter(({ to }) => to.includes(address)),
    async close(): Promise<void> {
      house.domains.inviting.close()
      await house.close()
      await mail.stop()
      await push.close()
    },
  }
}

export type InvitingHouse = Awaited<ReturnType<typeof openInviting>>
