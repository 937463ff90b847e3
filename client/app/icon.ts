/**
 * What Nuxt UI gets as `@iconify/vue`: icons from the bundle alone. The part that asks a foreign host for others is neither
 * wanted nor shipped.
 */
import { addIcon as keep, Icon } from '@iconify/vue/offline'

export { Icon }

const names = new Set<string>()

/** Keeps an icon, given as `lucide:house`, under the name that components use, `lucide-house`. */
export function addIcon(name: string, icon: Parameters<typeof keep>[1]) {
  const used = name.replace(':', '-')
  names.add(used)
  keep(used, icon)
}

export const iconLoaded = (name: string) => names.has(name)
