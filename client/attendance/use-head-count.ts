import { computed, ref, watch } from 'vue'
import { reportHeadCount } from '../../protocol/attendance.ts'
import { useAttempt } from '../app/attempt.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'
import { useMeeting } from '../meetings/use-meeting.ts'

/** How many people sit at the remote site (điểm cầu) that this page belongs to. */
export function useHeadCount() {
  const session = useSession()
  const meeting = useMeeting()
  const { busy, attempt } = useAttempt()
  const personId = session.personId ?? ''
  const told = computed(() => meeting.attendance.value.headCounts[personId] ?? null)
  const people = ref(told.value ?? 1)
  watch(told, (count) => { if (count !== null) people.value = count })
  return {
    isSite: computed(() => meeting.person(personId)?.kind === 'site'),
    people, busy,
    /** Resolves to whether the server knows the number now. */
    async report(): Promise<boolean> {
      if (people.value === told.value) return true
      return attempt((key) => socketClient.send(reportHeadCount, { meetingId: meeting.id, personId, people: people.value, key }))
    },
  }
}
