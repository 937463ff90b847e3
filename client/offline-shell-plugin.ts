import type { Plugin } from 'vite'

/** What reading on a device without a network takes, by the end of its file's path. */
const READING = ['/client/app/main.ts', '/client/index.html', '/client/offline/OfflinePage.vue', '/client/documents/pdf-view.ts', '/client/app/TopBar.vue',
  '/client/app/icon.ts', ...['vi', 'en'].flatMap((language) => ['vi', 'vi-desk', 'errors'].map((part) => part.startsWith('vi')
    ? `/client/app/messages/${part.replace('vi', language)}.ts` : `/client/app/messages/${language}/errors.json`))]
/** Data that pdf.js fetches, the worker, and the letters of the interface. */
const DATA = [/^assets\/pdf\.worker/, /^pdf\/(?:standard_fonts|wasm)\//, /^assets\/be-vietnam-pro[^/]*\.woff2$/]

/** Lists the files that a device keeps of the application for reading without a network: `offline-shell.json`. */
export function offlineShell(): Plugin {
  return {
    name: 'offline-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
      const files = new Set<string>()
      const take = (chunk: typeof chunks[number] | undefined): void => {
        if (!chunk || files.has(chunk.fileName)) return
        files.add(chunk.fileName)
        for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css)
        for (const name of chunk.imports) take(byName.get(name))
      }
      for (const chunk of chunks) {
        if (chunk.isEntry || chunk.moduleIds.some((id) => READING.some((end) => id.endsWith(end)))) take(chunk)
      }
      for (const name of Object.keys(bundle)) if (DATA.some((wanted) => wanted.test(name))) files.add(name)
      this.emitFile({ type: 'asset', fileName: 'offline-shell.json', source: JSON.stringify([...files].map((name) => `/${name}`)) })
    },
  }
}
