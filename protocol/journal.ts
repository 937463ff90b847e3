import { z } from 'zod'

/**
 * A meeting's journal as clients and auditors see it. `seq` and hashes are for auditors alone: a client gets the entries
 * that its viewer may see and an opaque cursor, so that what it may not see does not even show as a gap.
 */

/** How every id is written: a UUID in lower case, as the database gives it back, so that it hashes alike everywhere. */
export const Id = z.uuid().lowercase()

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const At = z.iso.datetime({ precision: 3 })

/** `<domain>.<what happened>`. Kinds below `journal.` are the journal's own and never reach a reducer. */
export const EntryKind = z.string().max(80).regex(/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)+$/)

/**
 * In what part somebody sees an agenda item: `members` take part in the whole meeting, `guests` in single items, and
 * `substitutes` attend the whole meeting in a member's place.
 */
export const Part = z.enum(['members', 'guests', 'substitutes'])
export type Part = z.infer<typeof Part>

/** Who may see an entry. */
export const Audience = z.discriminatedUnion('scope', [
  /** Everyone who may see the meeting. */
  z.strictObject({ scope: z.literal('meeting') }),
  /** Everyone who takes part in the whole meeting: not the guests of single items. */
  z.strictObject({ scope: z.literal('whole') }),
  /** Chair and clerk of the meeting, who presides, and auditors; with `and` these persons too, each of whom sees who they are. */
  z.strictObject({ scope: z.literal('office'), and: z.array(Id).min(1).max(10).exactOptional() }),
  /** Those who may see this agenda item; with `parts` of them the office and who has one of these parts. */
  z.strictObject({ scope: z.literal('item'), itemId: Id, parts: z.array(Part).min(1).max(2).exactOptional() }),
  /** These persons and nobody else, whatever their role. Each of them sees who the others are. */
  z.strictObject({ scope: z.literal('people'), ids: z.array(Id).max(1000) }),
])
export type Audience = z.infer<typeof Audience>

/**
 * Somebody who may see the meeting, with what else they may see of it. `office`: what chair and clerk see.
 * `items: 'all'` includes items still to come; a guest of single items has these.
 */
export interface Viewer {
  personId: string
  office: boolean
  items: 'all' | readonly string[]
  /** Attends in a member's place. */
  substitute?: true | undefined
}

const partOf = ({ items, substitute }: Viewer): Part => items !== 'all' ? 'guests' : substitute ? 'substitutes' : 'members'

/** The one rule of visibility, for entries and for whatever part of a state remembers its audience. */
export function canSee(audience: Audience, viewer: Viewer): boolean {
  switch (audience.scope) {
    case 'meeting': return true
    case 'whole': return viewer.items === 'all'
    case 'office': return viewer.office || (audience.and?.includes(viewer.personId) ?? false)
    case 'item':
      return (viewer.items === 'all' || viewer.items.includes(audience.itemId))
        && (viewer.office || !audience.parts || audience.parts.includes(partOf(viewer)))
    case 'people': return audience.ids.includes(viewer.personId)
  }
}

/** The persons whom an audience names, so that they may see what others of their role do not. */
export function namedIn(audience: Audience): readonly string[] {
  switch (audience.scope) {
    case 'office': return audience.and ?? []
    case 'people': return audience.ids
    case 'meeting': case 'whole': case 'item': return []
  }
}

/**
 * Stands in an entry's data for a name or free text, whose body comes beside the entry and may be erased by law.
 * `mac` is the HMAC-SHA256 of the body under a random key that is erased with it.
 */
export const TextRef = z.strictObject({ $text: Id, mac: Sha256 })
export type TextRef = z.infer<typeof TextRef>

/** Every text reference inside a value of plain JSON. */
export function textRefs(value: unknown): TextRef[] {
  if (typeof value !== 'object' || value === null) return []
  if ('$text' in value) return [value as TextRef]
  return Object.values(value).flatMap(textRefs)
}

/** One entry as its viewers get it. */
export const VisibleEntry = z.object({
  at: At,
  /** Null: nobody did it, the system found it. */
  actorId: Id.nullable(),
  kind: EntryKind,
  data: z.record(z.string(), z.unknown()),
  audience: Audience,
})
export type VisibleEntry = z.infer<typeof VisibleEntry>

/** By text id: the body, or null once it was erased. */
export type TextBodies = Record<string, string | null>

/** The visible entries after a cursor, the bodies of their texts, and the cursor to go on from. */
export interface EntryPage {
  entries: VisibleEntry[]
  texts: TextBodies
  /** Opaque, bound to the meeting and the viewer. Other rights need a new snapshot: the old cursor is then `invalidCursor`. */
  cursor: string
}

/** A state as one viewer may see it, the bodies of its texts, and the cursor of the moment it shows. */
export interface Snapshot<S> {
  state: S
  texts: TextBodies
  cursor: string
}

/**
 * A reading of the journal, the same on server and client. It is pure, keeps plain JSON and no text bodies.
 * Law, for every viewer: `fold(visible entries) = project(fold(all entries), viewer)`. So whatever part of the state comes
 * from entries that not everybody sees must remember their audience, and `apply` must not let a hidden entry change a
 * part that is shown.
 */
export interface Reducer<S, E = VisibleEntry> {
  /** Names the kept snapshots of this reading. */
  name: string
  /** From 1; raise it whenever a fold would come out differently, and kept snapshots are made anew. */
  version: number
  initial(): S
  apply(state: S, entry: E & Pick<VisibleEntry, 'at' | 'actorId' | 'audience'>): S
  project(state: S, viewer: Viewer): S
}

/** A reducer whatever the entries it knows. */
export type AnyReducer<S> = Reducer<S, never>

/** The state after these entries, from `state` or from the beginning. */
export function fold<S>(reducer: AnyReducer<S>, entries: Iterable<VisibleEntry>, state: S = reducer.initial()): S {
  let folded = state
  for (const entry of entries) {
    if (!entry.kind.startsWith('journal.')) folded = reducer.apply(folded, entry as never)
  }
  return folded
}

/**
 * The state of a journal at one moment, told by nothing but a hash, and signed with a key that the database does not have.
 * Keep it: an export that does not lead through this hash has been rewritten or cut.
 */
export const SignedHead = z.strictObject({
  meetingId: Id,
  hash: Sha256,
  at: At,
  /** SHA-256 of the signer's public key (SubjectPublicKeyInfo, DER). */
  keyId: Sha256,
  /** Ed25519, base64url. */
  signature: z.base64url().length(86),
})
export type SignedHead = z.infer<typeof SignedHead>

/** The journal's own entry that records the erasure of a text. */
export const TEXT_ERASED = 'journal.textErased'

const ExportHeader = z.strictObject({
  record: z.literal('journal'), format: z.literal(1), meetingId: Id, exportedAt: At,
  /** PEM; the verifier trusts it only as far as its fingerprint stands in a head kept elsewhere. */
  publicKey: z.string().max(1000),
})
const ExportEntry = z.strictObject({
  record: z.literal('entry'), seq: z.int().positive(), ...VisibleEntry.shape, prevHash: Sha256, hash: Sha256,
})
const ExportText = z.strictObject({
  record: z.literal('text'), id: Id, body: z.string().nullable(),
  /** The HMAC key, base64. */
  key: z.base64().nullable(),
  erasedAt: At.nullable(),
})
/** What a ballot says: a choice, those chosen, or points or levels by choice (protocol/ballots.ts). */
const BallotChoice = z.union([z.string(), z.array(z.string()), z.record(z.string(), z.union([z.number(), z.string()]))])
export type BallotChoice = z.infer<typeof BallotChoice>

/**
 * The ballots of a closed vote, other than a secret one. The entry `vote.closed` of that vote holds their root. `revision`, from 2:
 * it took the place of the one before, and of a voter's the last counts.
 */
const ExportBallots = z.strictObject({
  record: z.literal('ballots'), voteId: Id,
  ballots: z.array(z.strictObject({ voterId: Id, choice: BallotChoice, castAt: At, revision: z.int().min(2).exactOptional() })),
})
/** The opened box of a closed secret vote (`SignedBallot` of protocol/secret-ballots.ts). The entry `vote.closed` of that vote holds its root. */
const ExportBox = z.strictObject({
  record: z.literal('box'), voteId: Id, publicKey: z.string(),
  ballots: z.array(z.strictObject({ key: z.string(), credential: z.string(), text: z.string(), signature: z.string() })),
})
const ExportEnd = z.strictObject({ record: z.literal('end'), entries: z.int().nonnegative(), head: SignedHead })

/**
 * One record of the auditor's export: a header, the entries in order, each text after the first entry that refers to it,
 * the ballots of each closed vote, and the end. The file is a JSON array with one record a line.
 */
export const ExportRecord = z.discriminatedUnion('record', [ExportHeader, ExportEntry, ExportText, ExportBallots, ExportBox, ExportEnd])
export type ExportRecord = z.infer<typeof ExportRecord>
export type ExportHeader = z.infer<typeof ExportHeader>
export type ExportEntry = z.infer<typeof ExportEntry>
export type ExportText = z.infer<typeof ExportText>
export type ExportBallots = z.infer<typeof ExportBallots>
export type ExportBox = z.infer<typeof ExportBox>
export type ExportEnd = z.infer<typeof ExportEnd>
