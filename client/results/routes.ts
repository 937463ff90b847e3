import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const resultRoutes: RouteRecordRaw[] = [
  { path: paths.results, component: () => import('./ResultsPage.vue'), meta: { access: 'signedIn', title: 'results.title' } },
  { path: paths.resultReport, component: () => import('./ReportPage.vue'), meta: { access: 'signedIn', title: 'results.report.title' } },
  { path: paths.resultEntries(':figure'), component: () => import('./EntriesPage.vue'), props: true, meta: { access: 'signedIn', title: 'results.entries.title' } },
  { path: paths.ledger, component: () => import('./LedgerPage.vue'), meta: { access: 'signedIn', title: 'results.ledger.title' } },
  { path: paths.meetingCosts(':meetingId'), component: () => import('./MeetingCostsPage.vue'), props: true, meta: { access: 'signedIn', title: 'results.cost.title' } },
  { path: paths.baselines, component: () => import('./BaselinesPage.vue'), meta: { access: 'signedIn', title: 'results.baselines.title' } },
  { path: paths.baseline(':baselineId'), component: () => import('./BaselinePage.vue'), props: true, meta: { access: 'signedIn', title: 'results.baselines.one' } },
  { path: paths.resultTargets, component: () => import('./TargetsPage.vue'), meta: { access: 'signedIn', title: 'results.targets.title' } },
  { path: paths.costRates, component: () => import('./RatesPage.vue'), meta: { access: 'signedIn', title: 'results.rates.title' } },
  { path: paths.distances, component: () => import('./DistancesPage.vue'), meta: { access: 'administrator', title: 'results.distances.title' } },
]
