import { useLocalStorage } from '@vueuse/core'
import { computed, ref, watch } from 'vue'
import { useFloor } from '../floor/use-floor.ts'
import type { Meeting } from '../meetings/use-meeting.ts'
import { focusOf, galleryOf, type Space } from './layout.ts'
import type { RoomMedia } from './room-media.ts'
import { shareOrder, stageOf, stageWishes, type StageWish } from './stage-choice.ts'
import { cameraKey, isLarge, tilesOf, type RoomTile } from './tiles.ts'

/** In CSS pixels: the least width of a tile in the gallery whose name can be read. */
const LEAST = { usual: 180, brief: 160 }
/** As many as are still large enough to see together. */
const STILL = { usual: 6, brief: 4 }
/** In a larger room, those without a picture stand in the list of delegates alone, unless one wants to see them too. */
const SMALL_ROOM = 60

export interface StageOptions {
  media: RoomMedia
  meeting: Meeting
  space: () => Space
  /** On a phone. */
  brief: () => boolean
  /** The large one alone. */
  alone: () => boolean
}

/** What the stage shows and where, as the person wants it; the wish is remembered in this browser. */
export function useStage({ media, meeting, space, brief, alone }: StageOptions) {
  const remembered = useLocalStorage<StageWish>('nghi-su.room.view', 'auto')
  const onlyPictures = useLocalStorage<boolean | null>('nghi-su.room.only-pictures', null, {
    serializer: { read: (kept) => kept === 'true', write: String },
  })
  const away = ref<readonly string[]>([])
  const pinned = ref<string | null>(null)
  const page = ref(0)

  const wish = computed<StageWish>({
    get: () => stageWishes.find((one) => one === remembered.value) ?? 'auto',
    set(wanted) {
      remembered.value = wanted
      pinned.value = null
      // Who asks for the others while a screen is shared does not want that screen; the next one is shown again.
      away.value = wanted === 'gallery' || wanted === 'speaker' ? screens.value : []
    },
  })

  const { queue } = useFloor(meeting)
  const hands = computed(() => queue.value.map(({ personId }) => personId))
  const all = computed(() => tilesOf(media.peers.value, {
    person: meeting.person, participant: meeting.participant,
    order: meeting.state.value?.order ?? { presiding: null }, hands: hands.value, headCounts: meeting.attendance.value.headCounts,
  }))
  const byKey = computed<ReadonlyMap<string, RoomTile>>(() => new Map(all.value.map((tile) => [tile.key, tile])))
  const people = computed(() => all.value.filter((tile) => tile.source === 'camera'))
  const hiding = computed(() => onlyPictures.value ?? people.value.length > SMALL_ROOM)
  const shown = computed(() => hiding.value ? all.value.filter((tile) => tile.picture ?? tile.own) : all.value)
  const screens = computed<string[]>((before) =>
    shareOrder(before ?? [], all.value.filter((tile) => tile.source === 'screen' && !tile.own).map(({ key }) => key)))

  /** Who spoke last, or else who presides, or at least somebody. */
  const speaker = computed(() => {
    const last = media.speaker.value
    if (last && byKey.value.has(cameraKey(last))) return cameraKey(last)
    const others = people.value.filter((tile) => !tile.own)
    const presides = others.find((tile) => tile.role === 'presides')
    return (presides ?? (wish.value === 'speaker' ? others[0] : undefined))?.key ?? null
  })

  const stage = computed(() => stageOf({
    wish: wish.value, pinned: pinned.value, screens: screens.value, away: away.value, speaker: speaker.value,
    present: new Set(byKey.value.keys()), people: people.value.length, still: brief() ? STILL.brief : STILL.usual,
  }))
  const own = computed(() => people.value.find((tile) => tile.own)?.key ?? null)

  const arrangement = computed(() => {
    const now = stage.value
    if (now.kind === 'gallery') {
      const items = shown.value.map((tile) => ({ key: tile.key, large: isLarge(tile), own: tile.own && tile.source === 'camera' }))
      return galleryOf(items, space(), page.value, brief() ? LEAST.brief : LEAST.usual)
    }
    const film = alone() ? [] : shown.value.map(({ key }) => key)
    const whole = byKey.value.get(now.key)?.source === 'screen'
    // Of two, one would stand beside one’s own shadow.
    const ghost = now.kind === 'speaker' && film.length > 2
    return focusOf({ main: now.key, whole, film, own: own.value, ghost }, space(), page.value)
  })
  /** As they stand in the list, whatever is large: a picture whose element is moved would go black for a moment. */
  const placed = computed(() => {
    const order = new Map(all.value.map(({ key }, index) => [key, index]))
    return arrangement.value.placed.toSorted((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
  })

  // The pages of the strip and of the gallery hold different people.
  watch(() => stage.value.kind === 'gallery', () => { page.value = 0 })

  return {
    wish, hiding, pinned, stage, placed, byKey,
    /** Whether there is a screen of others to be seen. */
    shared: computed(() => screens.value.length > 0),
    page: computed(() => arrangement.value.page), pages: computed(() => arrangement.value.pages),
    /** How many are not shown, as they have no picture. */
    hidden: computed(() => all.value.length - shown.value.length),
    /** What the stage is about, for a window of its own. */
    main: computed(() => {
      const now = stage.value
      const somebody = people.value.find((tile) => !tile.own) ?? people.value[0]
      const key = now.kind === 'gallery' ? speaker.value ?? somebody?.key : now.key
      return key ? byKey.value.get(key) ?? null : null
    }),
    turnPage(by: number) {
      page.value = Math.min(Math.max(0, arrangement.value.page + by), arrangement.value.pages - 1)
    },
    goToPage(to: number) { page.value = to },
    pin(key: string) { pinned.value = pinned.value === key ? null : key },
    hide(hide: boolean) { onlyPictures.value = hide },
  }
}

export type StageView = ReturnType<typeof useStage>
