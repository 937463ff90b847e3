import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const meetingRoutes: RouteRecordRaw[] = [
  { path: paths.newMeeting, component: () => import('./NewMeetingPage.vue'), meta: { access: 'signedIn', title: 'meetings.new.title' } },
  {
    path: paths.meetingTemplates, component: () => import('./TemplatesPage.vue'),
    meta: { access: 'signedIn', title: 'planning.template.title' },
  },
  {
    path: paths.meetingRules, component: () => import('./RulesPage.vue'),
    meta: { access: 'administrator', title: 'planning.rules.title' },
  },
  {
    path: paths.meeting(':meetingId'), component: () => import('./MeetingPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'meetings.title' },
  },
  {
    path: paths.editMeeting(':meetingId'), component: () => import('./EditMeetingPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'meetings.edit.title' },
  },
  {
    path: paths.document(':meetingId', ':documentId'), component: () => import('../documents/DocumentPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'documents.title' },
  },
  {
    path: paths.readings(':meetingId'), component: () => import('../documents/ReadingsPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'circulation.readings.title' },
  },
  {
    path: paths.minutes(':meetingId'), component: () => import('../minutes/MinutesPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'minutes.title' },
  },
  {
    path: paths.room(':meetingId'), component: () => import('../room/RoomPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'room.title', place: 'room' },
  },
]
