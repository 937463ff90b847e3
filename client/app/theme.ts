import { computed, ref, watchEffect } from 'vue'

/** Pages are light and the meeting room dark until somebody chooses otherwise, each for itself. */
export type Place = 'page' | 'room'
export type Theme = 'light' | 'dark'

const usual: Record<Place, Theme> = { page: 'light', room: 'dark' }
const keyOf = (place: Place) => `nghi-su.theme.${place}`

function stored(place: Place): Theme {
  const value = localStorage.getItem(keyOf(place))
  return value === 'light' || value === 'dark' ? value : usual[place]
}

const place = ref<Place>('page')
const chosen = ref<Record<Place, Theme>>({ page: stored('page'), room: stored('room') })
const theme = computed(() => chosen.value[place.value])

watchEffect(() => {
  document.documentElement.classList.toggle('dark', theme.value === 'dark')
  document.documentElement.classList.toggle('light', theme.value === 'light')
})

/** The theme of the place that is shown, and how to change it. */
export function useTheme() {
  return {
    theme,
    toggle() {
      const next: Theme = theme.value === 'dark' ? 'light' : 'dark'
      chosen.value = { ...chosen.value, [place.value]: next }
      localStorage.setItem(keyOf(place.value), next)
    },
  }
}

export function enterPlace(entered: Place) {
  place.value = entered
}
