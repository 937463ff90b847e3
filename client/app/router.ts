import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from 'vue-router'
import { useSession } from '../identity/session.ts'
import { wantMessages } from './i18n.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { enterPlace } from './theme.ts'
import { prefetch } from './when-idle.ts'

/** Whether a page that is open goes on under another address, as one of something new once that is saved. */
function goesOn(to: RouteLocationNormalized, from: RouteLocationNormalized): boolean {
  const [next, before] = [to.matched.at(-1), from.matched.at(-1)]
  return next !== before && next?.components?.default !== undefined && next.components.default === before?.components?.default
}

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => goesOn(to, from) ? false : saved ?? (to.hash ? { el: to.hash } : { top: 0 }),
})

const deskIcons = () => import('./desk-icons.ts')

const errors = () => wantMessages('errors')
const ofDesk = () => Promise.all([deskIcons(), wantMessages('desk'), errors()])

// While the page itself is on its way. The room draws few of the desk's icons and tells few errors, and neither before its
// first picture.
router.beforeEach((to) => {
  if (to.meta.place !== 'room') return void ofDesk().catch(() => undefined)
  prefetch(errors)
  prefetch(deskIcons)
})
router.beforeResolve(async (to) => { if (to.meta.place !== 'room') await ofDesk() })

router.beforeEach(async (to): Promise<RouteLocationRaw | boolean> => {
  if (to.meta.access === 'anyone') return true
  const session = useSession()
  await session.load()
  // Without an answer the page is shown, and says itself that the server is out of reach.
  if (session.status === 'signedOut') return { path: paths.signIn, query: { next: to.fullPath } }
  return true
})

router.afterEach((to) => enterPlace(to.meta.place ?? 'page'))
