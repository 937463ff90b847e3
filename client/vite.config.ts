import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { theme } from './app/theme-config.ts'
import { blurData } from './blur-data-plugin.ts'
import { compileMessages } from './compile-messages.ts'
import { deskIcons } from './desk-icons-plugin.ts'
import { leaveOut } from './leave-out.ts'
import { splitNamespaces } from './split-namespaces.ts'
import { offlineShell } from './offline-shell-plugin.ts'
import { ownCopies } from './own-copies.ts'
import { pureContracts } from './pure-contracts.ts'
import { pdfData } from './pdf-data-plugin.ts'
import { precompress } from './precompress.ts'

const top = fileURLToPath(new URL('..', import.meta.url))

/** What many pages share and the way into the room does without. */
const OF_THE_DESK = /[/\0](?:reka-ui|@floating-ui|aria-hidden|ohash|@internationalized|@tanstack|@nuxt\/ui)\/|@vueuse\/[^?]*$|nuxt-ui-templates|\/protocol\/minutes|\/client\/ui\//

/** Builds the browser application into dist/client. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: {
    alias: [
      { find: /^@iconify\/vue$/, replacement: fileURLToPath(new URL('app/icon.ts', import.meta.url)) },
      { find: /^@unhead\/vue(\/client)?$/, replacement: fileURLToPath(new URL('app/no-head.ts', import.meta.url)) },
    ],
  },
  plugins: [
    vue(),
    splitNamespaces(),
    leaveOut(),
    ownCopies(),
    deskIcons(),
    pureContracts(),
    compileMessages(),
    pdfData(),
    blurData(),
    offlineShell(),
    precompress(),
    ui({
      // Generated theme files lie in the top node_modules, so that the client folder holds sources alone.
      root: top,
      autoImport: false,
      colorMode: false,
      components: { dts: fileURLToPath(new URL('components.d.ts', import.meta.url)), dirs: [] },
      // Only the themes of components in use are shipped.
      experimental: { componentDetection: true },
      // An icon that is not bundled would be asked for at a foreign address, so every name is written out literally.
      icon: { clientBundle: { scan: true } },
      ui: theme,
    }),
  ],
  // What of Vue and vue-i18n is not used is not shipped.
  define: {
    __VUE_OPTIONS_API__: false, __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false, __INTLIFY_DROP_MESSAGE_COMPILER__: true,
  },
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    // Which file imports which, for who weighs a page.
    manifest: true,
    // The content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Without names: an entry lists every file that may follow it, and the manifest says what each is.
        chunkFileNames: 'assets/[hash:8].js',
        // What most pages share comes in one file: fewer requests, and it packs better.
        codeSplitting: { groups: [{ name: 'shared', test: (id) => !OF_THE_DESK.test(id), minShareCount: 28 }] },
      },
    },
  },
  server: {
    proxy: {
      '/api': 'http://localhost:3000',
      '/socket.io': { target: 'http://localhost:3000', ws: true },
      '/media': { target: 'http://localhost:3000', ws: true },
    },
  },
})
