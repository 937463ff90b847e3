import * as accounts from './accounts.ts'
import * as agendaGuests from './agenda-guests.ts'
import * as agendaLive from './agenda-live.ts'
import * as agenda from './agenda.ts'
import * as annotations from './annotations.ts'
import * as attendance from './attendance.ts'
import * as attendanceRecord from './attendance-record.ts'
import * as baselines from './baselines.ts'
import * as bodies from './bodies.ts'
import * as calendar from './calendar-days.ts'
import * as carryOver from './carry-over.ts'
import * as chat from './chat.ts'
import * as checkIn from './check-in.ts'
import * as comments from './comments.ts'
import * as conclusions from './conclusions.ts'
import * as convening from './convening.ts'
import * as conversion from './conversion.ts'
import * as costRates from './costs-rates.ts'
import * as documents from './documents.ts'
import * as drafting from './drafting.ts'
import type { AnyCommand, AnyNotice } from './event.ts'
import * as floor from './floor.ts'
import * as health from './health.ts'
import * as identity from './identity.ts'
import * as invitations from './invitations.ts'
import * as issuing from './issuing.ts'
import * as meetingChanges from './meeting-changes.ts'
import * as meetingKinds from './meeting-rules.ts'
import * as meetingPlans from './meeting-plans.ts'
import * as meetings from './meetings.ts'
import * as minutesReview from './minutes-review.ts'
import * as minutesText from './minutes-text.ts'
import * as minutes from './minutes.ts'
import * as notices from './notices.ts'
import * as offline from './offline.ts'
import * as opinions from './opinions.ts'
import * as order from './order.ts'
import * as organisationImport from './organisation-import.ts'
import * as paperLinks from './paper-links.ts'
import * as paperTemplates from './paper-templates.ts'
import * as people from './people.ts'
import * as procedureFile from './procedure-file.ts'
import * as procedureInstances from './procedure-instances.ts'
import * as procedures from './procedures.ts'
import * as proposalKinds from './proposal-kinds.ts'
import * as proposals from './proposals.ts'
import * as readiness from './readiness.ts'
import * as recording from './recording.ts'
import * as resolutions from './resolutions.ts'
import * as review from './review.ts'
import * as reminders from './reminders.ts'
import * as resultTargets from './result-targets.ts'
import * as resultsReport from './results-report.ts'
import * as results from './results.ts'
import * as room from './room.ts'
import type { AnyRoute } from './route.ts'
import * as search from './search.ts'
import * as secretBallots from './secret-ballots.ts'
import * as signing from './signing.ts'
import * as simulating from './simulating.ts'
import * as surveyAnswers from './survey-answers.ts'
import * as surveyResults from './survey-results.ts'
import * as surveys from './surveys.ts'
import * as taskAgenda from './task-agenda.ts'
import * as taskEvidence from './task-evidence.ts'
import * as tasks from './tasks.ts'
import * as terms from './terms.ts'
import * as triageBook from './triage-book.ts'
import * as triage from './triage.ts'
import * as turns from './turns.ts'
import * as units from './units.ts'
import * as uploads from './uploads.ts'
import * as voting from './voting.ts'

const domains = {
  health, identity, accounts, bodies, terms, organisationImport, people, units, calendar, meetings, convening, meetingKinds, meetingPlans, meetingChanges,
  readiness, agenda, agendaLive, agendaGuests, carryOver, proposals, proposalKinds, triage, triageBook, uploads, documents, conversion,
  drafting, annotations, comments, offline, attendance, checkIn, attendanceRecord,
  invitations, reminders, notices, voting, minutes, minutesText, minutesReview, room, order, floor, turns, chat, recording, review,
  conclusions, tasks, taskEvidence, taskAgenda, opinions, issuing, signing, paperTemplates, paperLinks, resolutions,
  search, secretBallots, surveys, surveyAnswers, surveyResults, procedures, procedureFile, procedureInstances,
  baselines, costRates, results, resultTargets, resultsReport, simulating,
}
const contracts: unknown[] = Object.values(domains).flatMap((domain) => Object.values(domain))

const has = <K extends string>(value: unknown, ...keys: K[]): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && keys.every((key) => key in value)

const by = <T>(key: (contract: T) => string) => (a: T, b: T): number => key(a) < key(b) ? -1 : 1

/** Every contract of the wire, found in the domains' files, so that none can be left out of documents and tests. */
export const allRoutes = contracts
  .filter((contract): contract is AnyRoute => has(contract, 'method', 'path', 'access', 'response'))
  .sort(by(({ path, method }) => `${path} ${method}`))
export const allCommands = contracts
  .filter((contract): contract is AnyCommand => has(contract, 'name', 'input', 'output', 'access'))
  .sort(by(({ name }) => name))
export const allNotices = contracts
  .filter((contract): contract is AnyNotice => has(contract, 'name', 'payload', 'summary'))
  .sort(by(({ name }) => name))
