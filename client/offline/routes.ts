import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const offlineRoutes: RouteRecordRaw[] = [
  // Without a network nobody is known to be signed in; what is on the device is the device's.
  { path: paths.kept, component: () => import('./OfflinePage.vue'), meta: { access: 'anyone', title: 'offline.title' } },
]
