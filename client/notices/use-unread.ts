import { shallowRef, watch } from 'vue'
import { countUnread, noticesNotice } from '../../protocol/notices.ts'
import { call } from '../app/http.ts'
import { socketClient } from '../app/socket.ts'
import { useSession } from '../identity/session.ts'

/** How many notices are unread; the same for every part of the page. */
const unread = shallowRef(0)
/** Raised when there may be a new notice. */
const changed = shallowRef(0)
let begun = false

async function count() {
  unread.value = (await call(countUnread, {}).catch(() => ({ unread: unread.value }))).unread
}

/** Keeps the count: told over the socket, and asked for anew after each cut. */
export function useUnread() {
  const session = useSession()
  if (!begun) {
    begun = true
    socketClient.on(noticesNotice, (told) => {
      unread.value = told.unread
      changed.value += 1
    })
    socketClient.onConnected(() => void count())
    watch(() => session.personId, (personId) => { if (personId) void count(); else unread.value = 0 }, { immediate: true })
  }
  return { unread, changed }
}
