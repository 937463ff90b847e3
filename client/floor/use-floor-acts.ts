import type { z } from 'zod'
import { endTurn, extendTurn, requestFloor, startTurn, withdrawRequests } from '../../protocol/floor.ts'
import type { Turn } from '../../protocol/floor-entries.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import { useMeeting } from '../meetings/use-meeting.ts'
import { useFloor } from './use-floor.ts'

export type Asked = Omit<z.input<typeof requestFloor.input>, 'meetingId' | 'key'>

/** What is done on the floor; each says what went wrong and resolves to whether it was done. */
export function useFloorActs() {
  const session = useSession()
  const meeting = useMeeting()
  const { currentId, ownHand, turn } = useFloor(meeting)
  const { busy, attempt } = useAttempt()
  const meetingId = meeting.id

  const ask = (asked: Asked) => attempt((key) => socketClient.send(requestFloor, { meetingId, ...asked, key }), asked)
  const withdraw = (requestIds: string[]) => attempt((key) => socketClient.send(withdrawRequests, { meetingId, requestIds, key }))
  const start = (who: z.input<typeof startTurn.input>['who']) =>
    attempt((key) => socketClient.send(startTurn, { meetingId, who, after: turn.value?.turnId ?? null, key }))

  return {
    busy, ask, withdraw,
    /** Raises one's hand on what is dealt with now, or takes it down. */
    turnHand() {
      if (ownHand.value) return withdraw([ownHand.value.requestId])
      const { personId } = session
      if (personId === null) return Promise.resolve(false)
      return ask({ personId, itemId: currentId.value, kind: 'speak', replyTo: null, topic: null, speaker: null })
    },
    invite: (requestId: string) => start({ requestId }),
    invitePerson: (personId: string) => start({ personId }),
    extend: ({ turnId, limitS }: Turn, seconds: number) =>
      attempt((key) => socketClient.send(extendTurn, { meetingId, turnId, seconds, limitS: limitS ?? 0, key })),
    end: (turnId: string) => attempt((key) => socketClient.send(endTurn, { meetingId, turnId, key })),
  }
}
