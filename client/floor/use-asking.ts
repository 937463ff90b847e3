import type { z } from 'zod'
import { requestFloor, withdrawRequests } from '../../protocol/floor.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import { useMeeting } from '../meetings/use-meeting.ts'
import { useFloor } from './use-floor.ts'

export type Asked = Omit<z.input<typeof requestFloor.input>, 'meetingId' | 'key'>

/** Asking to speak and taking that back; each says what went wrong and resolves to whether it was done. */
export function useAsking() {
  const session = useSession()
  const meeting = useMeeting()
  const { currentId, ownHand } = useFloor(meeting)
  const { busy, attempt } = useAttempt()
  const meetingId = meeting.id

  const ask = (asked: Asked) => attempt((key) => socketClient.send(requestFloor, { meetingId, ...asked, key }), asked)
  const withdraw = (requestIds: string[]) => attempt((key) => socketClient.send(withdrawRequests, { meetingId, requestIds, key }))

  return {
    busy, ask, withdraw,
    /** Raises one's hand on what is dealt with now, or takes it down. */
    turnHand() {
      if (ownHand.value) return withdraw([ownHand.value.requestId])
      const { personId } = session
      if (personId === null) return Promise.resolve(false)
      return ask({ personId, itemId: currentId.value, kind: 'speak', replyTo: null, topic: null, speaker: null })
    },
  }
}
