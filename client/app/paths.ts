/** Where each page is. Pages link by these, so that an address is written once. */
export const paths = {
  home: '/',
  signIn: '/sign-in',
  resetCode: '/reset-code',
  account: '/account',
  accounts: '/accounts',
  meetings: '/meetings',
  newMeeting: '/meetings/new',
  meeting: (meetingId: string) => `/meetings/${meetingId}`,
  editMeeting: (meetingId: string) => `/meetings/${meetingId}/edit`,
  document: (meetingId: string, documentId: string) => `/meetings/${meetingId}/documents/${documentId}`,
  room: (meetingId: string) => `/meetings/${meetingId}/room`,
  minutes: (meetingId: string) => `/meetings/${meetingId}/minutes`,
}

/** The page to go to after signing in: one of ours, else home. */
export function nextPath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : paths.home
}
