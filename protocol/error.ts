import { z } from 'zod'
import { decisionErrors } from './errors-deciding.ts'
import { documentErrors } from './errors-documents.ts'
import { meetingErrors } from './errors-meetings.ts'

/**
 * Every error that the product answers with has one of these stable codes. The interface translates the code
 * (`client/app/messages`, key `errors.<code>`); only the HTTP edge knows which status it becomes.
 */
export const errorCodes = [
  // platform
  'badRequest', // the input does not fit the contract; details.issues says where
  'notFound', // no such route or resource, or not for this person
  'internal', // a defect of ours; details.reference is found again in the log
  'databaseUnavailable', // nothing was saved; the same request may be sent again
  'tooManyRequests', // details.retryAfterSeconds
  'originRefused', // a browser page of a foreign origin
  'csrfRefused', // the anti-forgery token is missing or old
  // identity
  'signInRequired',
  'wrongCredentials',
  'passwordTooWeak', // details.minimumLength
  'wrongPassword', // the current password, when changing it
  'resetCodeInvalid', // unknown, used or expired
  'administratorRequired',
  'usernameTaken',
  // journal
  'idempotencyKeyReused', // the key was used for another command
  'invalidCursor',
  'entryInvalid',
  // procedures
  'procedureNotFound',
  'procedureCodeTaken',
  'proceduresFull', // details.limit
  'procedureGroupNotFound',
  'procedureChanged', // somebody else saved a version first; details as in ProcedureChangedDetails
  'procedureSinceTooEarly', // a version begins after the one before it; details.since
  'procedureCycle', // it would come before itself; details.codes
  'procedureUnknown', // follows a code that is not here; details.code
  'procedureNotApplied', // the caller's unit does not apply it
  'instanceNotFound', // does not exist, or this person may not know of it
  'forbiddenForInstance', // somebody else has the step; details.sides are the caller's
  'instanceOver', // it has ended or was cancelled; details.state
  'instanceChanged', // somebody else acted first; details.version, details.stepNo, details.state
  'formNotFound', // no form of this procedure, or none of the present step
  'formChanged', // somebody else saved it first; details.form is what it is now
  'formInvalid', // details.problems of protocol/procedure-forms.ts
  'formsIncomplete', // details.forms: formId and problems
  'stepNotBefore', // only to an earlier step it is returned
  // surveys
  'surveyNotFound', // or not the caller's to know
  'forbiddenForSurvey', // the caller reads or answers it, and does not make it
  'surveyChanged', // somebody else changed it first; details.version, or details.number and details.revision
  'surveyRoundNotFound',
  'surveyRoundStage', // details.stage: planned, open, closed
  'surveyAudienceInvalid', // details.reason: empty, full, named (links and codes are for anonymous surveys)
  'surveyLinkInvalid', // of no round, or of one that is gone
  'surveyNotOpen', // details.opensAt
  'surveyClosed',
  'surveyAnswered', // another answer came by this link
  'surveyAnswerInvalid', // details.problems: AnswerProblem of protocol/survey-form.ts
  'surveyAnswerChanged', // changed on another device meanwhile; details.revision
  'surveyResultsWithheld', // details.reason: planned, open, few; details.fewest
  // results
  'forbiddenForResults', // neither leads a body, nor is its office, nor an administrator
  'baselineNotFound', // or a draft, which administrators alone see
  'baselineDraftThere', // the year has a draft already; details.baselineId
  'baselineFrozen', // a frozen version never changes
  'baselineChanged', // somebody else saved it first; details.revision
  'baselineGaps', // details.gaps: months without a figure or an explanation; none at all where it is empty
  'rateNotFound',
  'rateOverlaps', // another rate of the item is in force on one of these days; details.rate
  'rateChanged', // somebody else changed it first; details.rate is what it is now
  'distanceChanged', // somebody else changed it first; details.distance is what it is now, or null
  'periodNotBegun', // there is nothing to report yet
  'baselineBroken', // its figures are no longer those that were frozen; details.baselineId
  'targetNotFound',
  'targetThere', // one of the code begins on that day; details.target
  'targetChanged', // somebody else changed it first; details.target is what it is now
  'reportChanged', // the figures are others than those that were read; details.sha256
  ...meetingErrors,
  ...documentErrors,
  ...decisionErrors,
] as const

export const ErrorCode = z.enum(errorCodes)
export type ErrorCode = z.infer<typeof ErrorCode>

/** What a failed request or command answers. `message` is English and for developers; people read the translated code. */
export const ErrorBody = z.object({
  code: ErrorCode,
  message: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
})
export type ErrorBody = z.infer<typeof ErrorBody>
