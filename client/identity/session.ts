import { computed, reactive, shallowRef } from 'vue'
import type { z } from 'zod'
import { changePassword, getMe, redeemResetCode, signIn, signOut, type Me } from '../../protocol/identity.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { actAs, call } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'
import { prefetch } from '../app/when-idle.ts'
import { UNFINISHED_UPLOADS } from '../uploads/place.ts'

/** `unknown` until the server has said who is signed in in this browser. */
export type SessionStatus = 'unknown' | 'signedIn' | 'signedOut'

/** Whether somebody wanted documents on this device; `offline/keeping.ts` remembers it. */
const keepsDocuments = () => localStorage.getItem('nghi-su.offline') !== null

function createSession() {
  const me = shallowRef<Me | null>(null)
  const status = shallowRef<SessionStatus>('unknown')
  const error = shallowRef<ApiError | null>(null)
  let loading: Promise<void> | null = null

  function take(answer: Me) {
    me.value = answer
    status.value = 'signedIn'
    error.value = null
    actAs(answer)
    // Documents on this device: what was recalled goes, what is new comes. Not while a room wants the network.
    if (keepsDocuments() && !location.pathname.endsWith('/room')) prefetch(async () => (await import('../offline/keeping.ts')).bring(answer.person.id))
    // Also where nothing is followed: the end of the session is told over it.
    socketClient.connect()
  }

  /** Forgets the person: the session has ended, here or elsewhere. */
  function end() {
    if (keepsDocuments()) void import('../offline/keeping.ts').then(({ stop }) => stop())
    me.value = null
    status.value = 'signedOut'
    actAs(null)
    socketClient.disconnect()
  }

  /** Asks once who is signed in; again after a failure. */
  function load(): Promise<void> {
    if (status.value !== 'unknown') return Promise.resolve()
    loading ??= call(getMe, {}).then(take, (thrown: unknown) => {
      const failure = toApiError(thrown)
      if (failure.code === 'signInRequired') status.value = 'signedOut'
      else error.value = failure
    }).finally(() => { loading = null })
    return loading
  }

  return reactive({
    me, status, error, load, end,
    administrator: computed(() => me.value?.administrator ?? false),
    personId: computed(() => me.value?.person.id ?? null),
    async signIn(credentials: z.input<NonNullable<typeof signIn.body>>) {
      take(await call(signIn, { body: credentials }))
    },
    async redeem(input: z.input<NonNullable<typeof redeemResetCode.body>>) {
      take(await call(redeemResetCode, { body: input }))
    },
    async changePassword(input: z.input<NonNullable<typeof changePassword.body>>) {
      take(await call(changePassword, { body: input }))
    },
    async signOut() {
      // First, or the end that the person wants would be told as one that came upon them.
      socketClient.disconnect()
      try {
        await call(signOut, {})
      } catch (error) {
        socketClient.connect()
        throw error
      }
      localStorage.removeItem(UNFINISHED_UPLOADS)
      end()
    },
  })
}

const session = createSession()

/** Who is signed in in this browser: one for all pages. */
export const useSession = () => session
