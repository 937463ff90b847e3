import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import type { DocumentState } from '../../protocol/document-entries.ts'
import type { Meeting } from '../meetings/use-meeting.ts'

/** Chosen where nobody presents. */
export const NOBODY = 'nobody'

/** What every row of the agenda's editor needs, worked out once for all of them. */
export interface AgendaContext {
  documentsOf(itemId: string): readonly DocumentState[]
  presenters: ComputedRef<{ value: string, label: string, description: string }[]>
}

const key: InjectionKey<AgendaContext> = Symbol('agenda editor')
const none: readonly DocumentState[] = []

export function provideAgendaContext(meeting: Meeting): void {
  const { t } = useI18n()
  const documents = computed(() => Map.groupBy(meeting.state.value?.documents ?? [], ({ itemId }) => itemId))
  const participants = computed(() => meeting.state.value?.participants ?? [])
  provide(key, {
    documentsOf: (itemId) => documents.value.get(itemId) ?? none,
    presenters: computed(() => [
      { value: NOBODY, label: t('agenda.nobody'), description: '' },
      ...participants.value.map(({ personId, office }) => ({
        value: personId, label: meeting.person(personId)?.fullName ?? '', description: office,
      })),
    ]),
  })
}

export function useAgendaContext(): AgendaContext {
  const context = inject(key)
  if (!context) throw new Error('used outside an agenda’s editor')
  return context
}
