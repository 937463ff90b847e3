import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const attendanceRoutes: RouteRecordRaw[] = [
  {
    path: paths.attendance(':meetingId'), component: () => import('./AttendancePage.vue'), props: true,
    meta: { access: 'signedIn', title: 'rollcall.title' },
  },
  {
    path: paths.checkIn(':meetingId'), component: () => import('./HallPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'rollcall.hall.title', shell: false },
  },
  {
    path: paths.present(':meetingId'), component: () => import('./PresentPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'rollcall.present.title' },
  },
  {
    path: paths.ownAttendance, component: () => import('./OwnAttendancePage.vue'),
    meta: { access: 'signedIn', title: 'rollcall.own.title' },
  },
]
