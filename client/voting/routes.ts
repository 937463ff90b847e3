import type { RouteRecordRaw } from 'vue-router'
import { wantMessages } from '../app/i18n.ts'
import { paths } from '../app/paths.ts'

export const votingRoutes: RouteRecordRaw[] = [
  {
    path: paths.voteScreen(':meetingId', ':voteId'), props: true,
    component: async () => (await Promise.all([import('./VoteScreenPage.vue'), wantMessages('papers')]))[0],
    meta: { access: 'signedIn', title: 'voting.screen.title', place: 'room' },
  },
]
