import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { MediaSource } from '../../protocol/media-grant.ts'
import type { MediaSession, RemoteMedia } from './media/contract.ts'
import { createViewing } from './media/viewing.ts'
import type { VisiblePicture } from './room-media.ts'

const KEY = 'nghi-su.pictures'
/** Beyond this, sharper pixels than the eye sees are not worth their bandwidth. */
const MOST_DENSE = 2

/** Receives what the page says is visible, while the page itself is. */
export function createRoomView(session: MediaSession, mediaOf: (personId: string, source: MediaSource) => RemoteMedia | null) {
  const pictures: Ref<'all' | 'none'> = ref(localStorage.getItem(KEY) === 'none' ? 'none' : 'all')
  let visible: readonly VisiblePicture[] = []

  const viewing = createViewing({
    seen: () => visible
      .filter((picture) => pictures.value === 'all' && (picture.floating === true || document.visibilityState === 'visible'))
      .flatMap(({ personId, source, width, height }) => {
        const media = mediaOf(personId, source)
        // A tile that is not 16:9 cuts off the sides of the picture.
        const frame = Math.max(width, height * 16 / 9) * Math.min(devicePixelRatio, MOST_DENSE)
        return media ? [{ producerId: media.producerId, width: frame }] : []
      }),
    tell: session.setView,
  })

  watch(pictures, (now) => {
    localStorage.setItem(KEY, now)
    viewing.changed()
  })
  for (const name of ['remoteAdded', 'remoteChanged', 'remoteRemoved'] as const) session.events.on(name, viewing.changed)
  document.addEventListener('visibilitychange', viewing.changed)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', viewing.changed)
    viewing.stop()
  })

  return {
    pictures,
    watch(now: readonly VisiblePicture[]) {
      visible = now
      viewing.changed()
    },
  }
}
