import './app.css'
import { z } from 'zod'
import ui from '@nuxt/ui/vue-plugin'
import { createApp } from 'vue'
import { useSession } from '../identity/session.ts'
import App from './App.vue'
import { onSignedOut } from './http.ts'
import { i18n, showLanguage, storedLanguage } from './i18n.ts'
import { paths } from './paths.ts'
import { router } from './router.ts'

// The content security policy forbids eval, which zod would otherwise compile its checks with.
z.config({ jitless: true })

const app = createApp(App)
app.use(i18n).use(router).use(ui)

onSignedOut(() => {
  const session = useSession()
  const wasSignedIn = session.status === 'signedIn'
  session.end()
  const { meta, fullPath } = router.currentRoute.value
  if (!wasSignedIn || meta.access === 'anyone') return
  void router.push({ path: paths.signIn, query: { next: fullPath, ended: '1' } })
})

await showLanguage(storedLanguage())
app.mount('#app')
