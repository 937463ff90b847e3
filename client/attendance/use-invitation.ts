import { shallowRef, watch } from 'vue'
import { getInvitation, type Invitation } from '../../protocol/invitations.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'
import { useMeeting } from '../meetings/use-meeting.ts'

/** The invitation of the meeting around: fetched anew whenever its journal tells of one, or the meeting changes. */
export function useInvitation() {
  const meeting = useMeeting()
  const invitation = shallowRef<Invitation | null>(null)
  const error = shallowRef<ApiError | null>(null)

  async function load() {
    try {
      invitation.value = await call(getInvitation, { params: { meetingId: meeting.id } })
      error.value = null
    } catch (thrown) {
      error.value = toApiError(thrown)
    }
  }

  const issued = () => meeting.state.value?.invitations.issued.length
  watch([issued, meeting.status, () => meeting.state.value?.facts?.startsAt, () => meeting.state.value?.participants], () => void load(), { immediate: true })
  return { invitation, error, load }
}
