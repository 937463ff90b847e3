import type { Plugin } from 'vite'

/** Handlers that no browser of ours needs: those that the build's target excludes, React Native, and the library's own tests. */
const UNUSED = /^\.\/(?:handlers\/(?:Chrome74|ReactNative106|FakeHandler)|test\/fakeParameters)$/
const EMPTY = '\0mediasoup-client/unused'

/** Leaves out of mediasoup-client what could never run here, a third of it: it is loaded on the way into the room. */
export function trimMediasoupClient(): Plugin {
  return {
    name: 'trim-mediasoup-client',
    enforce: 'pre',
    resolveId: {
      filter: { id: UNUSED },
      handler: (_id, importer) => importer?.includes('/mediasoup-client/lib/') ? EMPTY : null,
    },
    load: { filter: { id: /^\0mediasoup-client\/unused$/ }, handler: () => 'module.exports = {}' },
  }
}
