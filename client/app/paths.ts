/** Where each page is. Pages link by these, so that an address is written once. */
export const paths = {
  home: '/',
  signIn: '/sign-in',
  resetCode: '/reset-code',
  account: '/account',
  accounts: '/accounts',
  units: '/organisation',
  workingCalendar: '/organisation/calendar',
  importing: '/organisation/import',
  bodies: '/bodies',
  newBody: '/bodies/new',
  body: (bodyId: string) => `/bodies/${bodyId}`,
  editBody: (bodyId: string) => `/bodies/${bodyId}/edit`,
  notices: '/notices',
  search: '/search',
  /** Documents on this device. */
  kept: '/kept',
  /** Where the links of mails lead; the token stands behind `#`. */
  answerByLink: '/answer',
  meetings: '/meetings',
  newMeeting: '/meetings/new',
  meetingTemplates: '/meetings/templates',
  meetingRules: '/meeting-rules',
  meeting: (meetingId: string) => `/meetings/${meetingId}`,
  editMeeting: (meetingId: string) => `/meetings/${meetingId}/edit`,
  document: (meetingId: string, documentId: string) => `/meetings/${meetingId}/documents/${documentId}`,
  readings: (meetingId: string) => `/meetings/${meetingId}/readings`,
  room: (meetingId: string) => `/meetings/${meetingId}/room`,
  minutes: (meetingId: string) => `/meetings/${meetingId}/minutes`,
  /** A vote for the projector of the hall. */
  voteScreen: (meetingId: string, voteId: string) => `/meetings/${meetingId}/votes/${voteId}/screen`,
  register: '/papers',
  receivedPapers: '/papers/received',
  paperTemplates: '/papers/templates',
  paperTemplate: (style: string, kind: string) => `/papers/templates/${style}/${kind}`,
  paper: (paperId: string) => `/papers/${paperId}`,
  /** Where the mails of papers lead; the token stands behind `#`. */
  paperByLink: '/paper',
  proposals: '/proposals',
  newProposal: '/proposals/new',
  proposalBoard: '/proposals/board',
  proposalKinds: '/proposals/kinds',
  proposal: (proposalId: string) => `/proposals/${proposalId}`,
  editProposal: (proposalId: string) => `/proposals/${proposalId}/edit`,
  tasks: '/tasks',
  taskBoard: '/tasks/board',
  task: (taskId: string) => `/tasks/${taskId}`,
  conclusionNotice: (meetingId: string) => `/meetings/${meetingId}/conclusion-notice`,
  surveys: '/surveys',
  newSurvey: '/surveys/new',
  survey: (surveyId: string) => `/surveys/${surveyId}`,
  editSurvey: (surveyId: string) => `/surveys/${surveyId}/edit`,
  surveyResults: (surveyId: string, roundId: string) => `/surveys/${surveyId}/rounds/${roundId}/results`,
  /** Where links and QR codes of surveys lead; the token stands behind `#`. */
  answerSurvey: '/s',
  invitation: (meetingId: string) => `/meetings/${meetingId}/invitation`,
  attendance: (meetingId: string) => `/meetings/${meetingId}/attendance`,
  /** The screen in the hall, and the page that its code leads to. */
  checkIn: (meetingId: string) => `/meetings/${meetingId}/check-in`,
  present: (meetingId: string) => `/meetings/${meetingId}/present`,
  ownAttendance: '/me/attendance',
}

/** The page to go to after signing in: one of ours, else home. */
export function nextPath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : paths.home
}
