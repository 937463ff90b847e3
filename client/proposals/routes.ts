import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

const editor = () => import('./EditProposalPage.vue')

export const proposalRoutes: RouteRecordRaw[] = [
  { path: paths.proposals, component: () => import('./ProposalsPage.vue'), meta: { access: 'signedIn', title: 'proposals.title' } },
  { path: paths.proposalBoard, component: () => import('./BoardPage.vue'), meta: { access: 'signedIn', title: 'proposals.board.title' } },
  { path: paths.proposalKinds, component: () => import('./KindsPage.vue'), meta: { access: 'administrator', title: 'proposals.kinds.title' } },
  // One page: what was new becomes a draft with an address of its own while somebody types.
  { path: paths.newProposal, component: editor, meta: { access: 'signedIn', title: 'proposals.new.title' } },
  { path: paths.editProposal(':proposalId'), component: editor, props: true, meta: { access: 'signedIn', title: 'proposals.edit.title' } },
  {
    path: paths.proposal(':proposalId'), component: () => import('./ProposalPage.vue'), props: true,
    meta: { access: 'signedIn', title: 'proposals.one' },
  },
]
