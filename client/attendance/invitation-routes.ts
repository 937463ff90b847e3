import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const invitationRoutes: RouteRecordRaw[] = [
  {
    path: paths.invitation(':meetingId'), component: () => import('./InvitationPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'invitations.title' },
  },
  {
    path: paths.answerByLink, component: () => import('./AnswerByLinkPage.vue'),
    meta: { access: 'anyone', title: 'invitations.link.title', shell: false },
  },
]
