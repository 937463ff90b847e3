import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const simulationRoutes: RouteRecordRaw[] = [
  { path: paths.simulator, component: () => import('./SimulatorPage.vue'), meta: { access: 'signedIn', title: 'simulation.title' } },
]
