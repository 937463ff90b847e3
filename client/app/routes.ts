import type { RouteRecordRaw } from 'vue-router'
import { invitationRoutes } from '../attendance/invitation-routes.ts'
import { attendanceRoutes } from '../attendance/routes.ts'
import { bodyRoutes } from '../bodies/routes.ts'
import { conclusionRoutes } from '../conclusions/routes.ts'
import { homeRoutes } from '../home/routes.ts'
import { identityRoutes } from '../identity/routes.ts'
import { issuingRoutes } from '../issuing/routes.ts'
import { meetingRoutes } from '../meetings/routes.ts'
import { offlineRoutes } from '../offline/routes.ts'
import { opinionRoutes } from '../opinions/routes.ts'
import { procedureRoutes } from '../procedures/routes.ts'
import { proposalRoutes } from '../proposals/routes.ts'
import { resultRoutes } from '../results/routes.ts'
import { noticeRoutes } from '../notices/routes.ts'
import { resolutionRoutes } from '../resolutions/routes.ts'
import { searchRoutes } from '../search/routes.ts'
import { simulationRoutes } from '../simulation/routes.ts'
import { taskRoutes } from '../tasks/routes.ts'
import { triageRoutes } from '../triage/routes.ts'
import { votingRoutes } from '../voting/routes.ts'
import { surveyRoutes } from '../surveys/routes.ts'
import type { Place } from './theme.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may open the page; what they may do there is decided by the server. */
    access: 'anyone' | 'signedIn' | 'administrator'
    /** Message key of the page's title. A page that knows a better one sets it by `usePageTitle`. */
    title: string
    /** `room` fills the window, without the shell, dark by default. */
    place?: Place
    /** False where the page has no top bar of its own accord, as before signing in. */
    shell?: false
  }
}

/** Every page. Each domain lists its own, loaded when opened. */
export const routes: RouteRecordRaw[] = [
  ...homeRoutes,
  ...identityRoutes,
  ...meetingRoutes,
  ...bodyRoutes,
  ...proposalRoutes,
  ...opinionRoutes,
  ...triageRoutes,
  ...procedureRoutes,
  ...attendanceRoutes,
  ...invitationRoutes,
  ...noticeRoutes,
  ...offlineRoutes,
  ...searchRoutes,
  ...simulationRoutes,
  ...surveyRoutes,
  ...resultRoutes,
  ...issuingRoutes,
  ...conclusionRoutes,
  ...resolutionRoutes,
  ...taskRoutes,
  ...votingRoutes,
  {
    path: '/:path(.*)*', component: () => import('./NotFoundPage.vue'),
    meta: { access: 'anyone', title: 'app.notFound.title' },
  },
]
