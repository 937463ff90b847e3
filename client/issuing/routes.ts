import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const issuingRoutes: RouteRecordRaw[] = [
  { path: paths.register, component: () => import('./RegisterPage.vue'), meta: { access: 'signedIn', title: 'issuing.register' } },
  { path: paths.receivedPapers, component: () => import('./ReceivedPage.vue'), meta: { access: 'signedIn', title: 'issuing.received' } },
  { path: paths.paperTemplates, component: () => import('./TemplatesPage.vue'), meta: { access: 'administrator', title: 'issuing.tpl.title' } },
  {
    path: paths.paperTemplate(':style', ':kind'), component: () => import('./TemplatePage.vue'), props: true,
    meta: { access: 'administrator', title: 'issuing.tpl.title' },
  },
  { path: paths.paper(':paperId'), component: () => import('./PaperPage.vue'), props: true, meta: { access: 'signedIn', title: 'issuing.one' } },
  { path: paths.paperByLink, component: () => import('./PaperByLinkPage.vue'), meta: { access: 'anyone', title: 'issuing.one', shell: false } },
]
