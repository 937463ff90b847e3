import { shallowRef } from 'vue'
import type { z } from 'zod'
import {
  decideConclusionNotice, getConclusionNotice, issueConclusionNotice, saveConclusionNotice, sendConclusionNotice, waiveConclusionNotice, type ConclusionNotice,
} from '../../protocol/conclusions.ts'
import { getUsualRecipients, type NamedRecipient, type RecipientChoice } from '../../protocol/issuing.ts'
import { call } from '../app/http.ts'
import { usePaperDraft } from '../issuing/use-paper-draft.ts'

/** The notice of a meeting’s conclusions before whoever edits, decides or reads it. */
export function useNotice(meetingId: string) {
  const params = { meetingId }
  const recipients = shallowRef<z.infer<typeof NamedRecipient>[]>([])
  const { draft: notice, act, ...text } = usePaperDraft<ConclusionNotice>({
    get: () => call(getConclusionNotice, { params }), put: (body) => call(saveConclusionNotice, { params, body }), changed: 'noticeChanged',
    saved: { saved: true, outdated: false },
  })
  return {
    notice, recipients, ...text,
    /** To whom such papers of the body usually go. */
    async usual(bodyId: string) {
      recipients.value = (await call(getUsualRecipients, { params: { bodyId, kind: 'conclusionNotice' } })).recipients
    },
    putForward: async () => { await call(sendConclusionNotice, { params, body: act() }) },
    approve: async () => { await call(decideConclusionNotice, { params, body: { ...act(), approved: true } }) },
    giveBack: async (reason: string) => { await call(decideConclusionNotice, { params, body: { ...act(), approved: false, reason } }) },
    waive: async (reason: string) => { await call(waiveConclusionNotice, { params, body: { ...act(), reason } }) },
    issue: async (key: string, to: RecipientChoice[]) => await call(issueConclusionNotice, { params, body: { ...act(key), recipients: to } }),
  }
}
