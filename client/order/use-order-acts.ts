import { useOverlay } from '@nuxt/ui/composables'
import { useI18n } from 'vue-i18n'
import {
  admit, eject, handChair, inviteToSpeak, liftBan, mute, setRule, stopShare, turnAway, type RoomRule,
} from '../../protocol/order.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'
import { useMeeting } from '../meetings/use-meeting.ts'
import { useConfirm } from '../ui/confirm.ts'

/** What is done to the order of the room; each says what went wrong and resolves to whether it was done. */
export function useOrderActs() {
  const { t } = useI18n()
  const confirm = useConfirm()
  const overlay = useOverlay()
  const meeting = useMeeting()
  const { busy, attempt } = useAttempt()
  const meetingId = meeting.id
  const nameOf = (personId: string) => meeting.person(personId)?.fullName ?? ''

  return {
    busy,
    setRule: (rule: RoomRule, on: boolean) => attempt((key) => socketClient.send(setRule, { meetingId, rule, on, key })),
    /** Null: everybody who waits. */
    admit: (personId: string | null) => attempt((key) => socketClient.send(admit, { meetingId, personId, key })),
    turnAway: (personId: string) => attempt((key) => socketClient.send(turnAway, { meetingId, personId, key })),
    mute: (personId: string) => attempt((key) => socketClient.send(mute, { meetingId, personId, key })),
    stopShare: (personId: string) => attempt((key) => socketClient.send(stopShare, { meetingId, personId, key })),
    liftBan: (personId: string) => attempt((key) => socketClient.send(liftBan, { meetingId, personId, key })),
    /** Asks how and why first. */
    async eject(personId: string) {
      const { default: EjectDialog } = await import('./EjectDialog.vue')
      const put = (ban: boolean, reason: string) =>
        attempt((key) => socketClient.send(eject, { meetingId, personId, ban, reason, key }), { personId, ban, reason })
      return await overlay.create(EjectDialog, { destroyOnClose: true }).open({ name: nameOf(personId), put }).result === true
    },
    endInvitation: (personId: string) =>
      attempt((key) => socketClient.send(inviteToSpeak, { meetingId, personId, on: false, key })),
    invite: (personId: string) => attempt((key) => socketClient.send(inviteToSpeak, { meetingId, personId, on: true, key })),
    async muteAll() {
      const agreed = await confirm({
        title: t('order.everyone.muteTitle'), text: t('order.everyone.muteText'), action: t('order.everyone.mute'),
      })
      return agreed && await attempt((key) => socketClient.send(mute, { meetingId, personId: null, key }))
    },
    async handChair(personId: string) {
      const name = nameOf(personId)
      const agreed = await confirm({
        title: t('order.chair.handTitle', { name }), text: t('order.chair.handText', { name }), action: t('order.chair.hand'),
      })
      return agreed && await attempt((key) => socketClient.send(handChair, { meetingId, personId, key }))
    },
    takeChairBack: () => attempt((key) => socketClient.send(handChair, { meetingId, personId: null, key })),
  }
}
