/** Codes of votes, minutes, conclusions, tasks and the papers that they become. Each belongs to the list of `error.ts`, which says what codes are. */
export const decisionErrors = [
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
  'minutesNotRecalled', // not published, not as a paper of the register, or that paper was not recalled
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
] as const
