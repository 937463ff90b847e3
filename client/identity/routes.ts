import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const identityRoutes: RouteRecordRaw[] = [
  {
    path: paths.signIn, component: () => import('./SignInPage.vue'),
    meta: { access: 'anyone', title: 'identity.signIn.title', shell: false },
  },
  {
    path: paths.resetCode, component: () => import('./ResetCodePage.vue'),
    meta: { access: 'anyone', title: 'identity.reset.title', shell: false },
  },
  {
    path: paths.account, component: () => import('./AccountPage.vue'),
    meta: { access: 'signedIn', title: 'identity.account.title' },
  },
  {
    path: paths.accounts, component: () => import('./AccountsPage.vue'),
    meta: { access: 'administrator', title: 'identity.accounts.title' },
  },
]
