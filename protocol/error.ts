import { z } from 'zod'

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
  // bodies, meetings, agenda
  'bodyNotFound',
  'personNotFound',
  'bodyNameTaken',
  'bodyChanged', // somebody else changed it first; details.body is what it is now
  'bodyEnded', // details.until
  'membershipNotFound',
  'membershipChanged', // somebody else changed it first; details.term is what it is now
  'termOverlaps', // the person has another term in the body on one of these days
  'dateOutOfRange', // details.earliest, details.latest (null: no limit)
  'unitNotFound',
  'unitNameTaken',
  'unitChanged', // somebody else changed it first; details.unit is what it is now
  'unitCycle', // a unit would be above itself
  'unitEnded', // details.until
  'unitNotEmpty', // units stand under it; details.units says how many
  'calendarChanged', // somebody else changed the day first; details.day is what it is now, or null
  'calendarDayOdd', // the day is worked, or free, anyway
  'importUnreadable', // details.reason: encoding, empty, header, tooLarge, tooManyRows, notATable
  'importRefused', // rows are wrong; details.problems says how many
  'importOutdated', // what the file would do is no longer what was shown
  'meetingNotFound', // does not exist, or this person may not know of it
  'forbiddenInMeeting', // known meeting, but the role does not allow this act; details.role
  'meetingNotDraft',
  'meetingNotPublished',
  'meetingNotLive',
  'meetingAlreadyLive',
  'meetingClosed',
  'notReady', // details.findings of protocol/readiness.ts: what blocks publishing, or needs a reason that was not given
  'meetingPostponed', // it has no start for the time being
  'meetingNotPostponed',
  'meetingCancelled',
  'meetingChanged', // somebody else changed it first; details as in MeetingChangedDetails
  'dateInPast',
  'meetingKindNotFound', // no such kind, or not in force on the day of the meeting
  'kindSinceTooEarly', // a version begins, or ends, no earlier than the one before it; details.since
  'meetingRoomNotFound',
  'meetingRoomNameTaken',
  'meetingRoomChanged', // somebody else changed it first; details.room is what it is now
  'contactChanged', // so was somebody's mail address; details.contact is what it is now
  'templateNotFound',
  'templateChanged', // somebody else changed it first; details.template is what it is now
  'templatesFull', // details.limit
  'agendaItemNotFound',
  'classifiedItem', // a state secret: no document, no change of the item, neither room nor recording while one is on the agenda
  'classifiedNeedsInPerson', // such an item only in a meeting in person
  'agendaItemDealtWith', // it was begun, or voted on
  'agendaFull', // details.limit
  'agendaChanged', // somebody else changed it first; details.items is the present order
  'agendaItemChanged', // somebody else changed the item first; details as `ItemChangedDetails`, or the present details.guests
  'consentNeeded', // a live meeting takes up no other item without the consent of the body
  'notCarriable', // not left undone by an earlier meeting of the body, or taken up by another one since
  'guestsFull', // details.limit
  'guestsNotPossible', // the meeting was published before there were guests of single items
  'waitsForItem', // a guest of single items comes in with theirs
  'presenterNotParticipant',
  'matterNotFound', // no such matter, or none that this body deals with
  // proposals
  'proposalNotFound', // does not exist, or this person may not know of it
  'proposalSecret', // a secrecy above none, or free text with its stamp: nothing of it is taken
  'forbiddenForProposal', // the other side does this; details.sides are the caller's
  'proposalStage', // not the time for it; details.stage
  'triageChanged', // somebody else noted or decided first, or other rules hold by now; details.version, details.decisions, details.proposed
  'triageReasonNeeded', // another way than the proposed one; details.proposed
  'triageWayClosed', // details.why: rule (forbidden; details.codes), secret, unavailable
  'triageNoTime', // the meeting has not enough time left; details.freeMinutes, details.minutes
  'triageRuleNotFound',
  'triageRuleOverlaps', // another version is in force then; details.since, details.until
  'triageRuleChanged', // somebody else wrote a version first; details.version
  'proposalChanged', // somebody else changed it first; details.version and details.stage, or the present details.check
  'proposalIncomplete', // details.fields, details.documents: the kinds that are missing
  'proposalUnchecked', // details.items: the points that were not found in order
  'proposalKindNotFound', // no such kind, or not in force today
  'proposalKindChanged', // somebody else saved a version first; details.version
  // documents
  'documentNotFound',
  'documentChanged', // somebody else changed it meanwhile: details.number, details.state or details.circulation as it is now
  'documentCirculated', // others have known of it: it is withdrawn with a reason, not removed
  'documentQuarantined', // it waits to be purged, and its item stays until then
  'documentNotQuarantined', // only what was stopped first is purged
  'documentNotComparable', // one of the two has no text, or none yet
  'downloadNotAllowed', // pages are shown as pictures; no file leaves the server
  'versionsFull', // the document has details.limit of them
  'documentNotReady', // details.status, details.problem: of its rendition (protocol/rendition.ts)
  'pageNotFound',
  'documentEmpty',
  'documentTooLarge', // details.limitBytes
  'documentNotPdf', // the content decides, not the name
  'documentsFull', // the meeting has details.limit of them
  'uploadIncomplete',
  'uploadNotFound', // expired, used, or not of this person
  'uploadsFull', // unfinished or unused ones of this person; details.limit
  'fileRefused', // its content; details.problem of protocol/uploads.ts
  'scannerUnavailable', // the virus scanner does not answer, so nothing is taken
  'storageFull',
  'storageUnavailable', // nothing was kept; the same file may be sent again
  // attendance
  'notParticipant',
  'alreadyPresent',
  'notASite', // a person, not a remote site
  'tooManyDevices', // of one person in one meeting; details.limit
  'noHall', // a meeting that is held online alone
  'siteNotInHall', // a remote site takes part online
  'checkInNotOpen', // details.opensAt
  'checkInSettled', // too long ago to be taken back: it is corrected, with a reason
  'checkInCodeInvalid', // not a code of this meeting
  'checkInCodeExpired', // shown too long ago
  'checkInCodeUsed', // shown before the person last came or left
  'attendanceChanged', // something happened meanwhile; details.stays is what it is now
  'staysInvalid', // details.reason: order, overlap, future, open
  // order of the room
  'roomLocked',
  'banned',
  'notWaiting',
  'notPresent',
  'presides', // who presides cannot be put out
  // the floor
  'speakRequestNotFound', // withdrawn, called up, or over with its item
  'speakRequestsFull', // of one person; details.limit
  'agendaItemNotCurrent', // of the moment alone: reply, point of order, and giving the floor
  'turnNotFound',
  'turnNotTimed', // it has no limit that could be extended
  'floorChanged', // somebody else gave the floor or time first; details.turnId or details.limitS is what it is now
  // recording
  'alreadyRecording',
  'notRecording',
  'recordingRuns', // not while the meeting is recorded
  'roomInUse', // not while somebody is in the meeting's room
  'recordingNotFound',
  'recordingUnfinished', // it is still recorded or composed
  'recordingDiskFull', // too little space on the server's disk to record
  'recordingElsewhere', // everybody of the room is on another media node than the one that records
  'ffmpegMissing', // the program that records is not installed: apt-get install ffmpeg
  // invitations and notices
  'invitationNotIssued',
  'invitationChanged', // somebody else saved its text first; details.version
  'reminderRulesChanged', // somebody else changed them first; details.rules is what they are now
  'answerNotOffered', // online in a meeting in person, or the other way round
  'reasonRequired', // the body asks for the reason of an absence
  'alreadyParticipant', // the substitute takes part anyway
  'substituteNotAsked', // no such request waits for a decision (any more)
  'remindedLately', // details.at; may be said again
  'nobodySilent', // everybody has answered
  'linkInvalid', // forged, too old, or no longer for this person
  'pushServiceUnknown', // a push service that this server may not speak to
  // annotations and comments
  'annotationNotFound',
  'annotationChanged', // changed elsewhere first; details.annotation is what it is now
  'annotationsFull', // details.limit
  'threadNotFound', // no such comment on this document, or no such message in it
  'threadChanged', // somebody else settled it first; details.state, details.revision
  'commentsFull', // details.limit
  'documentFinal', // the wording of a final version is not suggested on
  'suggestionNeedsQuote', // another wording is suggested of words that are marked
  // going through a document together
  'reviewLed', // somebody leads a document of another item: details.leaderId
  'reviewNotLed', // nobody leads this document, or somebody else
  'reviewNotAttended', // this connection does not attend the document
  // drafts that are written together
  'draftNotFound', // no text of the document is being written
  'draftUnsettled', // details.open: suggestions that are neither accepted nor declined
  'draftEmpty',
  // voting
  'voteNotFound',
  'voteAlreadyOpen', // one open vote a meeting
  'voteClosed',
  'alreadyVoted',
  'notEntitledToVote',
  'choiceUnknown',
  'gradingNotAllowed', // the body has no grading scale
  'quorumNotMet', // details.present, details.needed, details.summoned
  'voteTermsInvalid', // details.reason: what the ballot would lack or have too much of
  'statutoryElection', // details.basis: the law has it elected on paper in a room
  'nobodyEntitled', // all who would be are recused
  'secretNotAllowed', // the body keeps secret ballots to paper
  'voteIsSecret', // a ballot under a name is none of a secret vote
  'votesInHall', // marked as voting on paper or by hands
  'castingNotOpen', // casting has not been opened yet
  'drawingEnded', // credentials are drawn no more: casting is open
  'credentialDrawn', // with another blinded message, as from another device
  'blindedInvalid', // no number below the modulus
  'ballotInvalid', // details.reason: text, credential, signature, content
  'cookieRefused', // a secret ballot comes without
  'voteNotClosed', // the box is shown once it is open
  'ballotBoxLost', // the vote’s secret is not where it was made: DATA_DIR/keys/secret-votes
  'hallNotCounted', // somebody votes in the hall, and no count of it is confirmed
  'hallCountInvalid', // details.reason: way, handedOut, collected, invalid or counts
  'hallCountChanged', // details.revision
  'hallCountOwn', // who entered a count does not confirm it
  // minutes
  'minutesNotFound',
  'minutesPublished',
  'minutesChanged', // details.version
  'minutesNumberTaken', // the body has issued minutes under it in details.year
  'minutesNotClosed', // they are laid before the members once the meeting is over
  'minutesNotInReview', // also once its time is over
  'minutesDueTooSoon', // the time for comments must lie ahead
  // conclusions and tasks
  'conclusionsNotOpen', // before the meeting was opened, or after it was cancelled
  'itemNotBegun', // the meeting has not come to the item
  'conclusionNotFound',
  'conclusionChanged', // somebody else wrote first; details as in ConclusionChangedDetails
  'conclusionSettled', // the chair stands by it: to be reopened first
  'conclusionUnsettled', // the chair does not stand by it yet
  'conclusionEmpty',
  'noticeNotFound', // none is due for this meeting, or it was not issued
  'noticeStage', // not the time for it; details.status
  'noticeChanged', // somebody else changed it first; details.version, details.status
  'taskNotFound', // does not exist, or this person may not know of it
  'forbiddenForTask', // the other side's act; details.sides
  'taskStage', // not the time for it; details.stage
  'taskChanged', // somebody else acted first; details.version, details.stage
  'dueDateInvalid', // details.why: past, dayOff, notLater; details.next is the next working day
  'extensionPending', // one was asked for already
  'extensionNotAsked',
  // issuing
  'paperNotFound', // does not exist, or this person may not know of it
  'forbiddenForPaper', // the office of its body does this
  'paperNotInForce', // it was recalled or replaced; details.status
  'paperNotReplaceable', // minutes and invitations are replaced where they are made; details.kind
  'paperSecret', // a secrecy above none, or text with its stamp: nothing of it is taken
  'paperWithoutFile', // issued on paper, or before there was the register
  'numbersBegun', // numbers of the series were given; details.last
  'numbersChanged', // somebody else set where it begins; details.start
  'recipientUnknown', // details.index: no such person or unit
  'recipientsFull', // details.limit
  'recipientsChanged', // somebody else changed them first; details.version
  'notRecipient',
  'notSigner', // somebody else is named as signer
  'alreadySigned',
  'signingKeyMissing', // none is configured for the signer or their office
  'signingKeyUnusable', // details.reason: file, password, expired, notYetValid, key
  'preparationNotFound', // used, or too old
  'signatureInvalid', // details.reason: cms, digest, certificate, signature, room
  'resolutionNotFound', // does not exist, or this person may not know of it
  'forbiddenForResolution', // the chair does this
  'resolutionStage', // not the time for it; details.status
  'resolutionChanged', // somebody else changed it first; details.version, details.status
  'voteNotAdopted', // open, not adopted, followed by another round, or of a kind that no resolution states
  'paperTemplateNotFound',
  'paperTemplateChanged', // somebody else saved a version first; details.version
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
  // opinions
  'opinionNotFound', // or not the caller's to know
  'forbiddenForOpinion', // details.sides are the caller's
  'opinionState', // not the time for it; details.state
  'opinionChanged', // somebody else acted first; details.version
  'opinionUnderWay', // one is open on this matter
  'opinionDeadlineInvalid', // details.why: tooSoon, tooLate; details.earliest, details.latest
  'opinionNobodyToAsk', // the body has no incumbent with a vote
  'opinionClosed', // no answer is taken any more; details.dueAt
  'opinionAnswerChanged', // answered on another device meanwhile; details.answer
  'opinionNoDemand', // the body's rule lets members demand no meeting
  'opinionPointsFull', // details.limit
  'opinionPointNotFound',
  'opinionPointChanged', // somebody else changed it first; details.point
  'opinionUnconsolidated', // details.answers stand in no point, details.points are not answered by the unit
  'opinionIssued', // a paper was issued on it already
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
  // media
  'mediaUnavailable',
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
