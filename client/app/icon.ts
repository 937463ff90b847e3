import { h, shallowReactive, type FunctionalComponent } from 'vue'

interface Drawing { body: string, width?: number, height?: number }

/**
 * What Nuxt UI gets as `@iconify/vue`: drawings of the bundle alone, as they are; those of the desk come later. What Iconify's own component does beyond
 * that, such as asking a foreign host, turning and mirroring, is neither wanted nor shipped.
 */
const drawings = shallowReactive(new Map<string, Drawing>())

/** Keeps an icon, given as `lucide:house`, under the name that components use, `lucide-house`. */
export function addIcon(name: string, icon: Drawing) {
  drawings.set(name.replace(':', '-'), icon)
}

export const iconLoaded = (name: string) => drawings.has(name)

export const Icon: FunctionalComponent<{ icon: string, width?: string | number, height?: string | number }> = (props, { attrs }) => {
  const drawing = drawings.get(props.icon)
  if (!drawing) return null
  const { body, width = 16, height = 16 } = drawing
  return h('svg', {
    'xmlns': 'http://www.w3.org/2000/svg', 'role': 'img', 'aria-hidden': attrs['aria-label'] ? undefined : 'true', 'viewBox': `0 0 ${width} ${height}`,
    'width': props.width ?? '1em', 'height': props.height ?? '1em', 'innerHTML': body,
  })
}
Icon.props = ['icon', 'width', 'height', 'mode', 'customise', 'ssr']
