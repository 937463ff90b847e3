import { computed, inject, provide, shallowRef, watch, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue'
import type { AttendanceState } from '../../protocol/attendance.ts'
import { noAttendance } from '../../protocol/attendance.ts'
import type { Person } from '../../protocol/identity.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import { getMeeting, type MeetingDetail, type MeetingStatus, type Participant } from '../../protocol/meetings.ts'
import { quorumOf, type Quorum } from '../../protocol/roll.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'
import { useLiveMeeting, type LiveMeeting } from '../app/live-meeting.ts'
import { useSession } from '../identity/session.ts'

/** One meeting as its pages see it: its live state, with the names and rules that stand beside it. */
export interface Meeting {
  id: string
  live: LiveMeeting
  /** Null until both have come. */
  detail: Readonly<ShallowRef<MeetingDetail | null>>
  state: Readonly<ShallowRef<MeetingState | null>>
  ready: ComputedRef<boolean>
  error: ComputedRef<ApiError | null>
  status: ComputedRef<MeetingStatus>
  title: ComputedRef<string>
  place: ComputedRef<string>
  /** Whether the viewer is chair or clerk. */
  office: ComputedRef<boolean>
  /** Whether the viewer leads through the agenda: chair, clerk, or whom the chair handed it to. */
  leads: ComputedRef<boolean>
  attendance: ComputedRef<AttendanceState>
  quorum: ComputedRef<Quorum | null>
  person(personId: string): Person | undefined
  participant(personId: string): Participant | undefined
  /** Fetches names and rules again, and follows again after a failure. */
  reload(): Promise<void>
}

const key: InjectionKey<Meeting> = Symbol('meeting')

/** The meeting of the page around a component. */
export function useMeeting(): Meeting {
  const meeting = inject(key)
  if (!meeting) throw new Error('used outside a meeting’s page')
  return meeting
}

/** Opens a meeting for a page and everything in it. */
export function provideMeeting(id: string): Meeting {
  const live = useLiveMeeting(id)
  const detail = shallowRef<MeetingDetail | null>(null)
  const failure = shallowRef<ApiError | null>(null)
  const session = useSession()
  const office = computed(() => detail.value?.role === 'chair' || detail.value?.role === 'clerk')

  async function load() {
    try {
      detail.value = await call(getMeeting, { params: { meetingId: id } })
      failure.value = null
    } catch (thrown) {
      failure.value = toApiError(thrown)
    }
  }

  const people = computed(() => new Map(detail.value?.people.map((person) => [person.id, person])))
  const participants = computed(() => new Map(live.state.value?.participants.map((one) => [one.personId, one])))
  const status = computed(() => live.state.value?.status ?? detail.value?.status ?? 'draft')
  // Whether there are minutes, and to whom they show, names and rules stand beside the journal.
  const { state } = live
  watch([status, () => state.value?.minutesNumber, () => state.value?.minutes.stage, () => state.value?.facts?.kindId, () => state.value?.participants.length],
    () => void load())

  // Who has just become a participant has a name that stands beside the journal.
  watch(() => detail.value ? [...participants.value.keys()].filter((id) => !people.value.has(id)).join() : '', (unnamed) => { if (unnamed) void load() })

  const meeting: Meeting = {
    id, live, detail, status,
    state: live.state,
    ready: computed(() => Boolean(detail.value && live.state.value)),
    error: computed(() => failure.value ?? live.error.value),
    title: computed(() => live.text(live.state.value?.facts?.title) ?? detail.value?.title ?? ''),
    place: computed(() => live.text(live.state.value?.facts?.place) ?? detail.value?.place ?? ''),
    office,
    leads: computed(() => {
      const presiding = live.state.value?.order.presiding ?? null
      return office.value || (presiding !== null && presiding === session.personId)
    }),
    attendance: computed(() => live.state.value?.attendance ?? noAttendance),
    quorum: computed(() => live.state.value && detail.value
      ? quorumOf(live.state.value, detail.value.rules)
      : null),
    person: (personId) => people.value.get(personId),
    participant: (personId) => participants.value.get(personId),
    async reload() {
      if (live.status.value === 'failed') live.retry()
      await load()
    },
  }
  void load()
  provide(key, meeting)
  return meeting
}
