import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { isInForce, type MeetingKind, type Wording } from '../../protocol/meeting-kinds.ts'
import { listMeetingRules, type MeetingRules } from '../../protocol/meeting-rules.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'

/** Kinds, cases of not meeting and rooms, for pages on which meetings are convened. */
export function useMeetingRules() {
  const { locale } = useI18n()
  const rules = shallowRef<MeetingRules | null>(null)
  const error = shallowRef<ApiError | null>(null)

  async function load() {
    try {
      rules.value = await call(listMeetingRules, {})
      error.value = null
    } catch (thrown) {
      error.value = toApiError(thrown)
    }
  }
  void load()

  const byId = computed(() => new Map(rules.value?.kinds.map((kind) => [kind.id, kind])))
  return {
    rules, error, load,
    say: (wording: Wording) => wording[locale.value === 'en' ? 'en' : 'vi'],
    kind: (id: string | null | undefined): MeetingKind | undefined => id ? byId.value.get(id) : undefined,
    /** The versions in force on a day, and the one that a meeting has already. */
    kindsOn: (day: string, present: string | null): MeetingKind[] =>
      (rules.value?.kinds ?? []).filter((kind) => kind.id === present || isInForce(kind, day)),
  }
}

export type UseMeetingRules = ReturnType<typeof useMeetingRules>
