import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const searchRoutes: RouteRecordRaw[] = [
  { path: paths.search, component: () => import('./SearchPage.vue'), meta: { access: 'signedIn', title: 'search.title' } },
]
