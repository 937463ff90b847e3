import { z } from 'zod'
import { MediaSource, PeerId, PeerLabel } from './media-grant.ts'

/**
 * What the media node writes beside the files of a recording, one JSON line each, in `timeline.jsonl`: what lies in which
 * file, and who spoke when. It is on disk as soon as it happened, so neither a server nor a node that dies takes it along;
 * the composition reads nothing else.
 */
export const TIMELINE_FILE = 'timeline.jsonl'

const at = z.number().describe('ms since 1970, by the clock of the machine')
const file = z.string().regex(/^\d{4}-(microphone|camera|screen|screenAudio)\.mkv$/)

export const TimelineLine = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begun'), at }),
  /** `at`: when the first packet came in that the file begins with; of a picture, the first key frame. */
  z.object({ event: z.literal('fileBegun'), at, file, peer: PeerId, label: PeerLabel, source: MediaSource }),
  /** The sender muted or unmuted: the file has nothing of the time between. */
  z.object({ event: z.literal('paused'), at, file }),
  z.object({ event: z.literal('resumed'), at, file }),
  /** In order; a file without this line belongs to a node that was killed. */
  z.object({ event: z.literal('fileEnded'), at, file }),
  z.object({ event: z.literal('speaker'), at, peer: PeerId }),
  /** Not recorded: too many at once, or its program failed. */
  z.object({ event: z.literal('missed'), at, peer: PeerId, source: MediaSource, why: z.enum(['limit', 'failed']) }),
  z.object({ event: z.literal('ended'), at, why: z.enum(['asked', 'storageFull']) }),
])
export type TimelineLine = z.infer<typeof TimelineLine>

/** The lines of a timeline; one that is torn off or unknown is left out, since a node may have died while writing it. */
export function readTimeline(text: string): TimelineLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = TimelineLine.safeParse(JSON.parse(line))
      return parsed.success ? [parsed.data] : []
    } catch {
      return []
    }
  })
}
