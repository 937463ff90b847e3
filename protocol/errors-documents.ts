/** Codes of what is proposed, read, annotated and written together. Each belongs to the list of `error.ts`, which says what codes are. */
export const documentErrors = [
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
] as const
