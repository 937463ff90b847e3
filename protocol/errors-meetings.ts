/** Codes of what a meeting is: convened, attended, conducted, recorded. Each belongs to the list of `error.ts`, which says what codes are. */
export const meetingErrors = [
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
  // media
  'mediaUnavailable',
] as const
