import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const resolutionRoutes: RouteRecordRaw[] = [
  { path: paths.resolution(':resolutionId'), props: true, component: () => import('./ResolutionPage.vue'), meta: { access: 'signedIn', title: 'resolutions.title' } },
]
