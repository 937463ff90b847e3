import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const opinionRoutes: RouteRecordRaw[] = [
  { path: paths.opinions, component: () => import('./OpinionsPage.vue'), meta: { access: 'signedIn', title: 'opinions.title' } },
  { path: paths.opinion(':opinionId'), component: () => import('./OpinionPage.vue'), props: true, meta: { access: 'signedIn', title: 'opinions.one' } },
]
