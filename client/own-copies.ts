import type { Plugin } from 'vite'

const MARK = '?on-the-way'

/**
 * VueUse comes as one file, which a build keeps or leaves whole: all that any page takes of it would be fetched on the way into the
 * room. It keeps no state of its own between functions, so what is on that way takes a copy, of which only its own functions stay.
 */
const onTheWay = [
  /\/client\/(?:room|app)\//, /\/client\/agenda\/use-own-items\.ts/,
  /\/@nuxt\/ui\/dist\/runtime\/(?:components\/App\.vue|composables\/(?:useFormField|useLocale|useOverlay)\.js|utils\/link\.js|vue\/)/,
  /\/reka-ui\/dist\/(?:shared\/useForwardExpose|Tooltip\/TooltipProvider)\.js/,
]

/** Gives the way into the room its own copy of VueUse. */
export function ownCopies(): Plugin {
  return {
    name: 'own-copies',
    enforce: 'pre',
    apply: 'build',
    async resolveId(source, importer, options) {
      if (!/^@vueuse\/(?:core|shared)$/.test(source) || !importer) return null
      if (!importer.endsWith(MARK) && !onTheWay.some((place) => place.test(importer))) return null
      const found = await this.resolve(source, importer.replace(MARK, ''), { ...options, skipSelf: true })
      return found && { ...found, id: found.id + MARK }
    },
  }
}
