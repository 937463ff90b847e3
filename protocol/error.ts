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
  'meetingNotFound', // does not exist, or this person may not know of it
  'forbiddenInMeeting', // known meeting, but the role does not allow this act; details.role
  'meetingNotDraft',
  'meetingNotPublished',
  'meetingNotLive',
  'meetingAlreadyLive',
  'meetingClosed',
  'agendaEmpty',
  'agendaItemNotFound',
  'classifiedItem', // a state secret: no document, no change of the item, neither room nor recording while one is on the agenda
  'classifiedNeedsInPerson', // such an item only in a meeting in person
  'agendaItemDealtWith', // it was begun, or voted on
  'agendaFull', // details.limit
  'agendaChanged', // somebody else changed it first
  'presenterNotParticipant',
  'matterNotFound', // no such matter, or none that this body deals with
  // documents
  'documentNotFound',
  'documentEmpty',
  'documentTooLarge', // details.limitBytes
  'documentNotPdf', // the content decides, not the name
  'documentsFull', // the meeting has details.limit of them
  'uploadIncomplete',
  'storageFull',
  // attendance
  'notParticipant',
  'alreadyPresent',
  'notASite', // a person, not a remote site
  'tooManyDevices', // of one person in one meeting; details.limit
  // order of the room
  'roomLocked',
  'banned',
  'notWaiting',
  'notPresent',
  'presides', // who presides cannot be put out
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
  // voting
  'voteNotFound',
  'voteAlreadyOpen', // one open vote a meeting
  'voteClosed',
  'alreadyVoted',
  'notEntitledToVote',
  'choiceUnknown',
  'gradingNotAllowed', // the body has no grading scale
  // minutes
  'minutesNotFound',
  'minutesPublished',
  'minutesChanged', // details.version
  'minutesNumberTaken', // the body has issued minutes under it in details.year
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
