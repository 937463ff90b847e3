import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const triageRoutes: RouteRecordRaw[] = [
  { path: paths.triage, component: () => import('./QueuePage.vue'), meta: { access: 'signedIn', title: 'triage.title' } },
  { path: paths.triageReport, component: () => import('./ReportPage.vue'), meta: { access: 'signedIn', title: 'triage.report.title' } },
  { path: paths.triageRules, component: () => import('./RulesPage.vue'), meta: { access: 'administrator', title: 'triage.rules.title' } },
  { path: paths.delegatedMatter(':proposalId'), component: () => import('./DelegatedPage.vue'), props: true, meta: { access: 'signedIn', title: 'triage.delegated.one' } },
]
