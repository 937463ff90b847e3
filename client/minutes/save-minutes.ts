import { getMinutes, saveMinutes, type Minutes, type MinutesContent } from '../../protocol/minutes.ts'
import { toApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'
import { sameBlocks } from './blocks.ts'

const same = (a: MinutesContent, b: MinutesContent) => a.abstract === b.abstract && sameBlocks(a.blocks, b.blocks)

/**
 * Saves one meeting's minutes from `version` on. A save whose answer was lost changes the version too: that is told from
 * somebody else's save by the text, and saving goes on.
 */
export function createMinutesSaver(meetingId: string, opened: Pick<Minutes, 'version' | 'savedAt'>) {
  let { version, savedAt } = opened
  /** Sent since the version was known, with no answer that tells whether it was saved. */
  let unanswered: MinutesContent[] = []

  function adopt(saved: Pick<Minutes, 'version' | 'savedAt'>) {
    ({ version, savedAt } = saved)
    unanswered = []
  }

  async function put(content: MinutesContent) {
    if (!unanswered.some((one) => same(one, content))) unanswered.push(content)
    adopt(await call(saveMinutes, { params: { meetingId }, body: { version, content } }))
  }

  return {
    version: () => version,
    savedAt: () => savedAt,
    /** @throws {ApiError} `minutesChanged` only when somebody else saved. */
    async save(content: MinutesContent): Promise<void> {
      try {
        await put(content)
      } catch (thrown) {
        if (toApiError(thrown).code !== 'minutesChanged') throw thrown
        const now = await call(getMinutes, { params: { meetingId } })
        if (now.status !== 'draft' || !unanswered.some((one) => same(one, now.content))) throw thrown
        adopt(now)
        if (!same(content, now.content)) await put(content)
      }
    },
  }
}
