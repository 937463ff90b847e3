import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const bodyRoutes: RouteRecordRaw[] = [
  { path: paths.units, component: () => import('./UnitsPage.vue'), meta: { access: 'administrator', title: 'organisation.title' } },
  { path: paths.bodies, component: () => import('./BodiesPage.vue'), meta: { access: 'signedIn', title: 'bodies.title' } },
  { path: paths.newBody, component: () => import('./EditBodyPage.vue'), meta: { access: 'administrator', title: 'bodies.newTitle' } },
  {
    path: paths.body(':bodyId'), component: () => import('./BodyPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'bodies.title' },
  },
  {
    path: paths.editBody(':bodyId'), component: () => import('./EditBodyPage.vue'), props: true,
    meta: { access: 'administrator', title: 'bodies.editTitle' },
  },
  {
    path: paths.workingCalendar, component: () => import('./CalendarPage.vue'),
    meta: { access: 'administrator', title: 'organisation.calendar.title' },
  },
  { path: paths.importing, component: () => import('./ImportPage.vue'), meta: { access: 'administrator', title: 'organisation.import.title' } },
]
