import { onScopeDispose, watch } from 'vue'
import type { Placed, Space } from './layout.ts'
import type { RoomMedia, VisiblePicture } from './room-media.ts'
import type { RoomTile } from './tiles.ts'

/** A tile in a window of its own. */
export interface Floating extends Space { key: string }

/**
 * The pictures of others that are on the screen now, in the size in which they are seen. `zoom`: how many times the large
 * one is magnified.
 */
export function visiblePictures(
  placed: readonly Placed[], tiles: ReadonlyMap<string, RoomTile>, floating: Floating | null, zoom = 1,
): VisiblePicture[] {
  const picture = (key: string, { width, height }: Space): VisiblePicture[] => {
    const tile = tiles.get(key)
    if (!tile?.picture || tile.own || width <= 0 || height <= 0) return []
    return [{ personId: tile.personId, source: tile.source, width: Math.round(width), height: Math.round(height) }]
  }
  return [
    ...placed.flatMap(({ key, rect, part }) => {
      if (part === 'ghost') return []
      const times = part === 'main' ? zoom : 1
      return picture(key, { width: rect.width * times, height: rect.height * times })
    }),
    ...floating ? picture(floating.key, floating).map((one) => ({ ...one, floating: true })) : [],
  ]
}

/** Tells the media what is visible, whenever that is something else. */
export function useWatching(media: Pick<RoomMedia, 'watch'>, visible: () => VisiblePicture[]) {
  let told = ''
  watch(visible, (pictures) => {
    const now = JSON.stringify(pictures)
    if (now === told) return
    told = now
    media.watch(pictures)
  }, { immediate: true })
  onScopeDispose(() => media.watch([]))
}
