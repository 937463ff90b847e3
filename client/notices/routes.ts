import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const noticeRoutes: RouteRecordRaw[] = [
  { path: paths.notices, component: () => import('./NoticesPage.vue'), meta: { access: 'signedIn', title: 'notices.title' } },
]
