import { effectScope, onScopeDispose, shallowReactive, shallowRef, watch, type EffectScope, type ShallowRef } from 'vue'
import { fold, TEXT_ERASED, type SignedHead, type TextRef, type VisibleEntry } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import {
  entriesNotice, followMeeting, headNotice, snapshotNotice, unfollowMeeting, type EntriesPayload, type SnapshotPayload,
} from '../../protocol/room.ts'
import type { ErrorCode } from '../../protocol/error.ts'
import { toApiError, type ApiError } from './api-error.ts'
import { keepHead, keptHead, type Keeping } from './heads.ts'
import { socketClient, type SocketClient } from './socket.ts'

/** `behind`: shows what was true at the cut, and is catching up. `failed`: was refused; tried again unless `isFinal`. */
export type FollowStatus = 'loading' | 'live' | 'behind' | 'failed'

export interface LiveMeeting {
  meetingId: string
  /** The meeting as this viewer may see it; null until the first answer. Replaced, never changed in place. */
  state: Readonly<ShallowRef<MeetingState | null>>
  status: Readonly<ShallowRef<FollowStatus>>
  error: Readonly<ShallowRef<ApiError | null>>
  /** The latest signed head, kept in this browser. */
  head: Readonly<ShallowRef<SignedHead | null>>
  /** The body of a text; null when it was erased or has not come. */
  text(ref: TextRef | null | undefined): string | null
  /** Hears each new entry, once the state has it; what a snapshot took the place of is not told. Returns how to stop. */
  onEntry(listener: (entry: VisibleEntry) => void): () => void
  /** Follows again after a failure. */
  retry(): void
}

/** Asking again would not help. */
const finalCodes: ErrorCode[] = ['meetingNotFound', 'signInRequired']
export const isFinal = (error: ApiError) => finalCodes.some((code) => code === error.code)

/** Pause before asking again after a failure, ms. */
const pauseAfter = (failures: number) => Math.min(15_000, 500 * 2 ** failures) * (0.75 + Math.random() / 2)

type Incoming = { entries: EntriesPayload } | { snapshot: SnapshotPayload }

/** Follows one meeting over a socket until the current effect scope ends. */
export function followLiveMeeting(meetingId: string, socket: SocketClient, storage: Keeping): LiveMeeting {
  const state = shallowRef<MeetingState | null>(null)
  const status = shallowRef<FollowStatus>('loading')
  const error = shallowRef<ApiError | null>(null)
  const head = shallowRef<SignedHead | null>(keptHead(storage, meetingId))
  const texts = shallowReactive(new Map<string, string | null>())
  const listeners = new Set<(entry: VisibleEntry) => void>()
  let cursor: string | null = null
  /** Notices that overtook the answer to `meeting:follow`; null while none is awaited. */
  let waiting: Incoming[] | null = null
  let ended = false
  let attempt = 0
  let failures = 0
  let nextTry: ReturnType<typeof setTimeout> | undefined

  function takeTexts(bodies: Record<string, string | null>) {
    for (const [id, body] of Object.entries(bodies)) texts.set(id, body)
  }

  function takeSnapshot(snapshot: SnapshotPayload) {
    texts.clear()
    takeTexts(snapshot.texts)
    state.value = snapshot.state as MeetingState
    cursor = snapshot.cursor
  }

  function takeEntries(payload: EntriesPayload) {
    takeTexts(payload.texts)
    for (const { kind, data } of payload.entries) {
      if (kind === TEXT_ERASED && typeof data.textId === 'string') texts.set(data.textId, null)
    }
    state.value = fold(meetingReducer, payload.entries, state.value ?? meetingReducer.initial())
    cursor = payload.cursor
    for (const entry of payload.entries) for (const listener of listeners) listener(entry)
  }

  function take(incoming: Incoming) {
    if (waiting) waiting.push(incoming)
    // What comes after a gap would hide the gap: the next following brings it.
    else if (status.value !== 'live') return
    else if ('snapshot' in incoming) takeSnapshot(incoming.snapshot)
    else takeEntries(incoming.entries)
  }

  function takeHead(signed: SignedHead) {
    keepHead(storage, signed)
    if (!head.value || head.value.at <= signed.at) head.value = signed
  }

  /** Once a connection. `anew`: asked before on this one, so that what is still under way from then must be through first. */
  async function follow(anew: boolean) {
    const mine = ++attempt
    clearTimeout(nextTry)
    waiting = null
    status.value = state.value ? 'behind' : 'loading'
    if (socket.state.value !== 'connected') return
    try {
      if (anew) await socket.send(unfollowMeeting, { meetingId }, { once: true })
      if (ended || mine !== attempt) return
      waiting = []
      const answer = await askFrom(cursor)
      if (ended || mine !== attempt) return
      if (answer.snapshot) takeSnapshot(answer.snapshot)
      if (answer.entries) takeEntries(answer.entries)
      if (answer.head) takeHead(answer.head)
      const overtaken = waiting
      waiting = null
      status.value = 'live'
      overtaken.forEach(take)
      error.value = null
      failures = 0
    } catch (thrown) {
      if (ended || mine !== attempt) return
      waiting = null
      // Cut off meanwhile: asked again when there is a connection.
      if (socket.state.value !== 'connected') return
      error.value = toApiError(thrown)
      status.value = 'failed'
      if (!isFinal(error.value)) nextTry = setTimeout(() => void follow(true), pauseAfter(failures++))
    }
  }

  /** A cursor made for other rights than the present ones is refused: then everything is asked for anew. */
  async function askFrom(from: string | null) {
    try {
      return await socket.send(followMeeting, { meetingId, ...(from === null ? {} : { cursor: from }) }, { once: true })
    } catch (thrown) {
      if (from === null || toApiError(thrown).code !== 'invalidCursor') throw thrown
      return socket.send(followMeeting, { meetingId }, { once: true })
    }
  }

  const mine = <P extends { meetingId: string }>(hear: (payload: P) => void) => (payload: P) => {
    if (payload.meetingId === meetingId) hear(payload)
  }
  const stops = [
    socket.on(entriesNotice, mine((entries) => take({ entries }))),
    socket.on(snapshotNotice, mine((snapshot) => take({ snapshot }))),
    socket.on(headNotice, mine(takeHead)),
    socket.onConnected(() => void follow(false)),
  ]
  watch(socket.state, (connection) => {
    if (connection !== 'connected' && status.value === 'live') status.value = 'behind'
  }, { flush: 'sync' })
  socket.connect()
  // A page that was just left may have followed it.
  if (socket.state.value === 'connected') void follow(true)

  onScopeDispose(() => {
    ended = true
    clearTimeout(nextTry)
    for (const stop of stops) stop()
    if (socket.state.value !== 'connected') return
    void socket.send(unfollowMeeting, { meetingId }, { patienceMs: 5000 }).catch(() => undefined)
  })

  return {
    meetingId, state, status, error, head,
    text: (ref) => ref ? texts.get(ref.$text) ?? null : null,
    onEntry(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    retry: () => void follow(true),
  }
}

const followed = new Map<string, { meeting: LiveMeeting, scope: EffectScope, followers: number }>()

/** The live state of a meeting, followed once however many components look at it, until the last of them is gone. */
export function useLiveMeeting(meetingId: string): LiveMeeting {
  let shared = followed.get(meetingId)
  if (!shared) {
    const scope = effectScope(true)
    shared = { scope, followers: 0, meeting: scope.run(() => followLiveMeeting(meetingId, socketClient, localStorage))! }
    followed.set(meetingId, shared)
  }
  const mine = shared
  mine.followers += 1
  onScopeDispose(() => {
    mine.followers -= 1
    if (mine.followers > 0) return
    mine.scope.stop()
    followed.delete(meetingId)
  })
  return mine.meeting
}
