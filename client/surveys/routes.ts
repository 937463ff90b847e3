import type { RouteRecordRaw } from 'vue-router'
import { paths } from '../app/paths.ts'

export const surveyRoutes: RouteRecordRaw[] = [
  { path: paths.surveys, component: () => import('./SurveysPage.vue'), meta: { access: 'signedIn', title: 'surveys.title' } },
  { path: paths.newSurvey, component: () => import('./NewSurveyPage.vue'), meta: { access: 'signedIn', title: 'surveys.new.title' } },
  { path: paths.survey(':surveyId'), component: () => import('./SurveyPage.vue'), props: true, meta: { access: 'signedIn', title: 'surveys.one' } },
  { path: paths.editSurvey(':surveyId'), component: () => import('./EditSurveyPage.vue'), props: true, meta: { access: 'signedIn', title: 'surveys.edit.title' } },
  { path: paths.surveyResults(':surveyId', ':roundId'), component: () => import('./ResultsPage.vue'), props: true, meta: { access: 'signedIn', title: 'surveys.results.title' } },
  { path: paths.answerSurvey, component: () => import('./AnswerPage.vue'), meta: { access: 'anyone', title: 'surveys.answer.title', shell: false } },
]
