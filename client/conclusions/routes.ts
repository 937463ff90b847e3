import type { RouteRecordRaw } from 'vue-router'
import { wantMessages } from '../app/i18n.ts'
import { paths } from '../app/paths.ts'

export const conclusionRoutes: RouteRecordRaw[] = [
  {
    path: paths.conclusionNotice(':meetingId'), props: true, meta: { access: 'signedIn', title: 'conclusionNotice.title' },
    component: async () => (await Promise.all([import('./ConclusionNoticePage.vue'), wantMessages('papers')]))[0],
  },
]
