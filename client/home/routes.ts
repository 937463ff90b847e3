import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const homeRoutes: RouteRecordRaw[] = [
  { path: paths.home, component: () => import('./HomePage.vue'), meta: { access: 'signedIn', title: 'home.title' } },
  {
    path: paths.meetings, component: () => import('./MeetingsPage.vue'),
    meta: { access: 'signedIn', title: 'home.meetings.title' },
  },
]
