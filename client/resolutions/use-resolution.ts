import type { RecipientChoice } from '../../protocol/issuing.ts'
import { decideResolution, getResolution, issueResolution, saveResolution, sendResolution, type Resolution } from '../../protocol/resolutions.ts'
import { call } from '../app/http.ts'
import { usePaperDraft } from '../issuing/use-paper-draft.ts'

/** A resolution before whoever edits or decides it. */
export function useResolution(resolutionId: string) {
  const params = { resolutionId }
  const { draft: resolution, act, ...text } = usePaperDraft<Resolution>({
    get: () => call(getResolution, { params }), put: (body) => call(saveResolution, { params, body }), changed: 'resolutionChanged',
  })
  return {
    resolution, ...text,
    putForward: async (key: string) => { await call(sendResolution, { params, body: act(key) }) },
    approve: async (key: string) => { await call(decideResolution, { params, body: { ...act(key), approved: true } }) },
    giveBack: async (key: string, reason: string) => { await call(decideResolution, { params, body: { ...act(key), approved: false, reason } }) },
    issue: async (key: string, recipients: readonly RecipientChoice[]) => {
      await call(issueResolution, { params, body: { ...act(key), recipients: [...recipients] } })
    },
  }
}
