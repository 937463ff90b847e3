import { computed, onScopeDispose, ref } from 'vue'
import { checkIn, checkOut, MAX_ROLL, withdrawCheckIn } from '../../protocol/check-in.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'
import { useMeeting } from '../meetings/use-meeting.ts'

/** How long what was just done can be undone from the page, in ms. */
const UNDO_MS = 10_000

/** The acts of a roll call, the last of which can be undone for ten seconds. */
export function useRollActs() {
  const meeting = useMeeting()
  const { busy, attempt: attemptNow } = useAttempt()
  const meetingId = meeting.id
  /** Who was checked in just now; emptied when it can no longer be undone. */
  const undoable = ref<string[]>([])
  let forgetting: ReturnType<typeof setTimeout> | undefined
  /** Who reads out a list is quicker than the network: one act follows the other, and none is lost. */
  let before: Promise<unknown> = Promise.resolve()
  const attempt: typeof attemptNow = (act, intent) => {
    const mine = before.then(() => attemptNow(act, intent))
    before = mine
    return mine
  }

  const parts = (personIds: readonly string[]) =>
    Array.from({ length: Math.ceil(personIds.length / MAX_ROLL) }, (_, index) => personIds.slice(index * MAX_ROLL, (index + 1) * MAX_ROLL))

  function forget() {
    clearTimeout(forgetting)
    undoable.value = []
  }
  onScopeDispose(forget)

  return {
    busy, undoable: computed(() => undoable.value), forget,

    /** Resolves to whether these people are in the hall now. */
    async checkIn(personIds: readonly string[]): Promise<boolean> {
      const done: string[] = []
      const all = await attempt(async (key) => {
        for (const [index, part] of parts(personIds).entries()) {
          const answer = await socketClient.send(checkIn, { meetingId, personIds: part, key: `${key}.${index}` })
          done.push(...answer.personIds)
        }
      }, ['checkIn', personIds])
      if (done.length) {
        forget()
        undoable.value = done
        forgetting = setTimeout(forget, UNDO_MS)
      }
      return all
    },

    checkOut: (personIds: readonly string[]): Promise<boolean> =>
      attempt((key) => socketClient.send(checkOut, { meetingId, personIds: [...personIds], key }), ['checkOut', personIds]),

    async undo(): Promise<void> {
      const personIds = undoable.value
      if (!personIds.length) return
      const done = await attempt(async (key) => {
        for (const [index, part] of parts(personIds).entries()) await socketClient.send(withdrawCheckIn, { meetingId, personIds: part, key: `${key}.${index}` })
      }, ['withdraw', personIds])
      if (done) forget()
    },
  }
}
