import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const procedureRoutes: RouteRecordRaw[] = [
  { path: paths.procedures, component: () => import('./CataloguePage.vue'), meta: { access: 'signedIn', title: 'procedures.title' } },
  { path: paths.newProcedure, component: () => import('./EditProcedurePage.vue'), meta: { access: 'administrator', title: 'procedures.edit.new' } },
  { path: paths.importProcedures, component: () => import('./ImportProceduresPage.vue'), meta: { access: 'administrator', title: 'procedures.import.title' } },
  { path: paths.procedureFiles, component: () => import('./FilesPage.vue'), meta: { access: 'signedIn', title: 'procedures.files.title' } },
  { path: paths.procedureDelays, component: () => import('./DelaysPage.vue'), meta: { access: 'signedIn', title: 'procedures.delays.title' } },
  { path: paths.procedureFile(':instanceId'), component: () => import('./FilePage.vue'), props: true, meta: { access: 'signedIn', title: 'procedures.files.one' } },
  { path: paths.procedure(':procedureId'), component: () => import('./ProcedurePage.vue'), props: true, meta: { access: 'signedIn', title: 'procedures.one' } },
  {
    path: paths.editProcedure(':procedureId'), component: () => import('./EditProcedurePage.vue'), props: true,
    meta: { access: 'administrator', title: 'procedures.edit.title' },
  },
  { path: paths.startProcedure(':procedureId'), component: () => import('./StartPage.vue'), props: true, meta: { access: 'signedIn', title: 'procedures.start.title' } },
]
