import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const taskRoutes: RouteRecordRaw[] = [
  { path: paths.tasks, component: () => import('./TasksPage.vue'), meta: { access: 'signedIn', title: 'tasks.title' } },
  { path: paths.taskBoard, component: () => import('./TaskBoardPage.vue'), meta: { access: 'signedIn', title: 'tasks.board.title' } },
  { path: paths.task(':taskId'), component: () => import('./TaskPage.vue'), props: true, meta: { access: 'signedIn', title: 'tasks.one' } },
]
