import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { changedFields, type ProposalContent, type ProposalDetail } from '../../protocol/proposals.ts'
import { createAutosave, type Autosave } from '../app/autosave.ts'
import { useUnfinished } from '../app/leaving.ts'
import type { SaveState } from '../ui/save-state.ts'
import { emptyFields, readFields, stampOf, toFields, type ProposalFields } from './fields.ts'
import { createProposalSaver, SavedByOther } from './save-proposal.ts'

/** What was answered to the question that comes before every other. */
export type SecrecyAnswer = 'unasked' | 'open' | 'secret'

/** Fields that the other changed, beside what stands here. */
export interface Clash { now: ProposalDetail, mine: ProposalContent, fields: (keyof ProposalContent)[] }

/**
 * A proposal under its unit's hands. Nothing leaves this page before it was answered that it is no state secret; then it is
 * saved by itself, and never over what somebody else saved.
 */
export function useProposalEditor(
  opened: ProposalDetail | null, options: { bodyId?: string, kindId?: string, personId: string | null, onMade: (proposalId: string) => void },
) {
  const fields = shallowRef<ProposalFields>(opened ? toFields(opened.content, opened.people) : emptyFields(options.bodyId, options.kindId))
  const answer = ref<SecrecyAnswer>(opened ? 'open' : 'unasked')
  const saveState = ref<SaveState>('saved')
  const failure = shallowRef<unknown>(null)
  const clash = shallowRef<Clash | null>(null)
  const stampAllowed = ref(false)
  const stamp = computed(() => stampAllowed.value ? null : stampOf(fields.value))
  const saver = createProposalSaver(opened && { proposalId: opened.id, version: opened.version }, options.personId)
  const proposalId = ref(opened?.id ?? null)
  /** What the server has, as far as this page knows. */
  let base: ProposalContent | null = opened?.content ?? null

  function startSaving(): Autosave {
    return createAutosave({
      isValid: () => answer.value === 'open' && stamp.value === null && readFields(fields.value) !== null,
      async save() {
        const content = readFields(fields.value)
        if (!content) return
        await saver.save(content)
        base = content
      },
      isConflict(error) {
        if (!(error instanceof SavedByOther)) return false
        const mine = readFields(fields.value)
        if (mine) clash.value = { now: error.now, mine, fields: changedFields(base ?? mine, error.now.content) }
        return true
      },
      onState(state, reason) {
        saveState.value = state
        failure.value = reason
        const made = saver.proposalId()
        if (state !== 'saved' || made === null || proposalId.value !== null) return
        proposalId.value = made
        options.onMade(made)
      },
    })
  }
  let autosave = startSaving()

  useUnfinished({ kind: 'typed', pending: () => answer.value === 'open' && saveState.value !== 'saved', settle: () => autosave.flush() })
  onScopeDispose(() => {
    void autosave.flush()
    autosave.stop()
  })

  return {
    fields, answer, saveState, failure, clash, stamp, proposalId,
    version: saver.version,
    change(to: Partial<ProposalFields>) {
      fields.value = { ...fields.value, ...to }
      autosave.touch()
    },
    /** With a state secret nothing that stands here goes anywhere, and it does not stay on the page either. */
    setAnswer(given: SecrecyAnswer) {
      answer.value = given
      if (given !== 'secret') return
      autosave.drop()
      fields.value = emptyFields(fields.value.bodyId, fields.value.kindId)
    },
    /** The person says that the words are no stamp. */
    allowStamp() {
      stampAllowed.value = true
      autosave.touch()
    },
    /** Goes on from the other's version with what was chosen field by field. */
    merge(content: ProposalContent) {
      const { now } = clash.value!
      autosave.stop()
      saver.adopt({ proposalId: now.id, version: now.version })
      base = now.content
      const { presenter } = fields.value
      fields.value = toFields(content, [...now.people, ...(presenter ? [presenter] : [])])
      clash.value = null
      autosave = startSaving()
      if (changedFields(now.content, content).length) autosave.touch()
      else saveState.value = 'saved'
    },
    /** Saves what waits; resolves to whether the server has everything. */
    flush: () => autosave.flush(),
  }
}

export type ProposalEditor = ReturnType<typeof useProposalEditor>
