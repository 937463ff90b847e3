import type { HocuspocusProvider } from '@hocuspocus/provider'
import { onScopeDispose, ref, shallowRef } from 'vue'
import * as Y from 'yjs'
import { MINUTES_CLOSED, MINUTES_TEXT_PATH } from '../../protocol/minutes-text.ts'
import { useUnfinished } from '../app/leaving.ts'
import { useSession } from '../identity/session.ts'
import { connectText } from '../texts/connect.ts'
import { dropUnsent, keepUnsent, takeUnsent } from '../texts/unsent.ts'

export interface HeldMinutes { doc: Y.Doc, provider: HocuspocusProvider }

/** How soon after it was written something that is not stored yet is kept on this device, in ms. */
const KEEP_AFTER_MS = 300

/** The text of minutes in hand, until the page goes. `onLost`: it is not to be written any more, or not by this person. */
export function useMinutesText(meetingId: string, onLost: () => void) {
  const session = useSession()
  const personId = session.personId ?? ''
  const name = `minutes ${meetingId}`
  const held = shallowRef<HeldMinutes | null>(null)
  const state = ref<'loading' | 'live' | 'cut'>('loading')
  /** Everything written has been stored by the server. */
  const saved = ref(true)
  const refused = ref(false)
  let release = () => {}
  let ended = false

  async function open() {
    release()
    held.value = null
    state.value = 'loading'
    const before = await takeUnsent(name, personId)
    if (ended) return
    const doc = new Y.Doc()
    /** What the server had when it last had everything. */
    let known: Uint8Array | undefined
    let waiting: ReturnType<typeof setTimeout> | undefined
    const { provider, end } = connectText({
      path: MINUTES_TEXT_PATH, name: meetingId, doc, closed: MINUTES_CLOSED,
      on: {
        synced() {
          state.value = 'live'
          if (held.value) return
          held.value = { doc, provider }
          if (before) Y.applyUpdate(doc, before)
        },
        saved(all) {
          saved.value = all
          if (!all || !held.value) return
          clearTimeout(waiting)
          waiting = undefined
          known = Y.encodeStateVector(doc)
          void dropUnsent(name)
        },
        cut() { if (state.value === 'live') state.value = 'cut' },
        lost(notTaken) {
          // Of what was not taken nothing is tried again.
          if (notTaken) void dropUnsent(name)
          if (notTaken) refused.value = true
          if (notTaken) void open()
          else onLost()
        },
      },
    })
    doc.on('update', (_: Uint8Array, origin: unknown) => {
      if (origin === provider || !held.value) return
      waiting ??= setTimeout(() => {
        waiting = undefined
        if (!saved.value) void keepUnsent(name, personId, Y.encodeStateAsUpdate(doc, known))
      }, KEEP_AFTER_MS)
    })
    release = () => {
      clearTimeout(waiting)
      end()
      doc.destroy()
    }
  }

  void open()
  useUnfinished({ kind: 'typed', pending: () => held.value !== null && !saved.value && state.value === 'live' })
  onScopeDispose(() => {
    ended = true
    release()
  })
  return { held, state, saved, refused }
}
