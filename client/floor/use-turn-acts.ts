import type { z } from 'zod'
import type { Turn } from '../../protocol/floor-entries.ts'
import { endTurn, extendTurn, startTurn } from '../../protocol/turns.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'
import { useMeeting } from '../meetings/use-meeting.ts'
import { useFloor } from './use-floor.ts'

/** Giving the floor, giving it more time, and ending it; each says what went wrong and resolves to whether it was done. */
export function useTurnActs() {
  const meeting = useMeeting()
  const { turn } = useFloor(meeting)
  const { busy, attempt } = useAttempt()
  const meetingId = meeting.id

  const start = (who: z.input<typeof startTurn.input>['who']) =>
    attempt((key) => socketClient.send(startTurn, { meetingId, who, after: turn.value?.turnId ?? null, key }))

  return {
    busy,
    invite: (requestId: string) => start({ requestId }),
    invitePerson: (personId: string) => start({ personId }),
    extend: ({ turnId, limitS }: Turn, seconds: number) =>
      attempt((key) => socketClient.send(extendTurn, { meetingId, turnId, seconds, limitS: limitS ?? 0, key })),
    end: (turnId: string) => attempt((key) => socketClient.send(endTurn, { meetingId, turnId, key })),
  }
}
