import { z } from 'zod'
import { Day } from './calendar.ts'
import { PaperKind, PaperStatus } from './issuing-entries.ts'
import { Id } from './journal.ts'
import { MailAddress, MailState } from './notices.ts'
import { defineRoute } from './route.ts'
import { SecretMatter } from './secrecy.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * Official papers that bodies issue (phát hành văn bản): a number each from the register of its body, kind and year, without
 * gaps or doubles; recipients with receipts; recall and replacement. The register also has what was issued on paper, so that
 * the share of electronic issuing can be told (Nghị định 30/2020/NĐ-CP; Kết luận 226-KL/TW asks for it to be measured).
 */

/** `electronic`: issued through this product; `paper`: on paper, entered by the office. */
export const PaperChannel = z.enum(['electronic', 'paper'])
export type PaperChannel = z.infer<typeof PaperChannel>

/** How a number is written after "Số": `07-BB/TU` (Party, 399-QĐ/TW), `07/BB-UBND` (State, Nghị định 30/2020/NĐ-CP). */
export function writtenNumber(number: number, { style, symbol }: { style: 'party' | 'state', symbol: string }): string {
  return `${String(number).padStart(2, '0')}${style === 'party' ? '-' : '/'}${symbol}`
}

/** To whom a paper goes: a person of the product, a unit (whoever works in it), or somebody by mail alone. */
export const RecipientChoice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), personId: Id }),
  z.object({ kind: z.literal('unit'), unitId: Id }),
  z.object({ kind: z.literal('mail'), name: Line(200), address: MailAddress }),
])
export type RecipientChoice = z.infer<typeof RecipientChoice>
export const MAX_RECIPIENTS = 500
export const RecipientChoices = z.array(RecipientChoice).max(MAX_RECIPIENTS)

/** A recipient with its name, and how far the paper has come with them. */
export const Recipient = z.object({
  id: Id, to: RecipientChoice, name: z.string(),
  /** Put into the box of who is in the product; for mail alone: when the mail server took it. */
  deliveredAt: Instant.nullable(),
  /** Of recipients by mail alone. */
  mail: MailState.nullable(),
  openedAt: Instant.nullable(), confirmedAt: Instant.nullable(),
  /** Who of a unit opened it first, and confirmed. */
  openedBy: z.string().nullable(), confirmedBy: z.string().nullable(),
})
export type Recipient = z.infer<typeof Recipient>

/** Usual recipients with their names, as a list editor shows them. */
export const NamedRecipient = z.object({ to: RecipientChoice, name: z.string() })
export type NamedRecipient = z.infer<typeof NamedRecipient>

/** A line of the register (sổ văn bản). */
export const RegisterEntry = z.object({
  id: Id, body: z.object({ id: Id, name: z.string() }), meetingId: Id.nullable(),
  kind: PaperKind, year: z.int(), number: z.int(), written: z.string(), abstract: z.string(), channel: PaperChannel, status: PaperStatus,
  issuedAt: Instant,
  /** As written, of the one in its place, and the one that it takes the place of. */
  replacedBy: z.object({ id: Id, written: z.string() }).nullable(), replaces: z.object({ id: Id, written: z.string() }).nullable(),
  recipients: z.int(), confirmed: z.int(), signatures: z.int(),
})
export type RegisterEntry = z.infer<typeof RegisterEntry>

/** Whose signature stands on a paper, or is to. */
export const PaperSignature = z.object({
  signerId: Id, name: z.string(), title: z.string(), signedAt: Instant.nullable(),
  /** Subject and issuer of the certificate; `selfSigned`: nobody vouches for it. */
  certificate: z.object({ subject: z.string(), issuer: z.string(), selfSigned: z.boolean() }).nullable(),
})
export type PaperSignature = z.infer<typeof PaperSignature>

export const PaperView = RegisterEntry.extend({
  recall: z.object({ reason: z.string(), at: Instant }).nullable(),
  signatures: z.int(), signers: z.array(PaperSignature),
  /** Whether there is a file: not of what was issued on paper, nor of papers of before the register that only their meeting prints. */
  printable: z.boolean(),
  /** For the office alone, else null. */
  receipts: z.array(Recipient).nullable(),
  /** The caller as recipient, by themselves or for their unit. */
  own: z.object({ confirmedAt: Instant.nullable() }).nullable(),
  may: z.object({ manage: z.boolean(), replace: z.boolean(), sign: z.enum(['no', 'ready', 'noKey', 'done']) }),
})
export type PaperView = z.infer<typeof PaperView>

const Key = z.string().min(8).max(64)
const paper = z.object({ paperId: Id })
const manageErrors = ['paperNotFound', 'forbiddenForPaper'] as const

export const RegisterFilter = z.object({
  bodyId: Id.optional(), year: z.coerce.number().int().min(1900).max(2200).optional(), kind: PaperKind.optional(),
  channel: PaperChannel.optional(), status: PaperStatus.optional(), q: z.string().max(200).default(''),
})
export type RegisterFilter = z.infer<typeof RegisterFilter>

export const listRegister = defineRoute({
  id: 'issuing.register', method: 'get', path: '/api/papers', access: 'signedIn', errors: ['bodyNotFound', 'invalidCursor'],
  summary: 'The register of the bodies of whose office the caller is today, latest first; `bodies` are these.',
  query: RegisterFilter.extend({ after: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(50) }),
  response: z.object({ bodies: z.array(z.object({ id: Id, name: z.string() })), papers: z.array(RegisterEntry), next: z.string().nullable() }),
})

export const downloadRegister = defineRoute({
  id: 'issuing.registerWorkbook', method: 'get', path: '/api/papers/register.xlsx', access: 'signedIn', errors: ['bodyNotFound'],
  summary: 'The register of one body and year as XLSX, in the order of its numbers; further filters as in `issuing.register`.',
  query: RegisterFilter.required({ bodyId: true, year: true }),
  response: { stream: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
})

export const IssueShare = z.object({
  body: z.object({ id: Id, name: z.string() }), year: z.int(), electronic: z.int(), onPaper: z.int(),
})
export type IssueShare = z.infer<typeof IssueShare>

export const getIssueShare = defineRoute({
  id: 'issuing.share', method: 'get', path: '/api/papers/share', access: 'signedIn', errors: [],
  summary: 'How many papers in force were issued electronically and on paper, by body and year, so that what was mended or entered by mistake counts once or not at all: of the bodies to which the caller belongs today, for an administrator of all.',
  query: z.object({ year: z.coerce.number().int().min(1900).max(2200).optional() }), response: z.object({ shares: z.array(IssueShare) }),
})

/** A series of numbers: of one body, kind and year. */
export const NumberSeries = z.object({
  kind: PaperKind, year: z.int(), start: z.int().positive(),
  /** Null: none was given yet. */
  last: z.int().nullable(), next: z.int(),
})
export type NumberSeries = z.infer<typeof NumberSeries>
const series = z.object({ bodyId: Id, year: z.coerce.number().int().min(1900).max(2200) })

export const getNumberSeries = defineRoute({
  id: 'issuing.series', method: 'get', path: '/api/bodies/:bodyId/numbers/:year', access: 'signedIn', errors: ['bodyNotFound'],
  summary: 'The series of a body in a year, for its office.', params: series, response: z.object({ series: z.array(NumberSeries) }),
})

export const startNumberSeries = defineRoute({
  id: 'issuing.startSeries', method: 'put', path: '/api/bodies/:bodyId/numbers/:year/:kind', access: 'signedIn',
  errors: ['bodyNotFound', 'numbersBegun', 'numbersChanged'],
  summary: 'The office says where the numbers of a year begin, as long as none was given. `before` is the start that the edit began from. Audited with the reason.',
  params: series.extend({ kind: PaperKind }),
  body: z.object({ start: z.int().min(1).max(99_999), before: z.int().positive(), reason: Line(300) }), response: z.object({ series: NumberSeries }),
})

export const enterOnPaper = defineRoute({
  id: 'issuing.enterOnPaper', method: 'post', path: '/api/bodies/:bodyId/papers', access: 'signedIn',
  errors: ['bodyNotFound', 'paperSecret', 'dateOutOfRange', 'idempotencyKeyReused'],
  summary: 'The office enters what it issues on paper: it gets the next number of the same register, in the year of `on`. `secrecy` is asked first; above `none` nothing is taken.',
  params: z.object({ bodyId: Id }),
  body: z.discriminatedUnion('secrecy', [
    z.strictObject({ secrecy: z.literal('none'), kind: PaperKind, abstract: Line(500), on: Day, key: Key }), SecretMatter,
  ]),
  response: z.object({ paperId: Id, written: z.string() }),
})

export const getPaper = defineRoute({
  id: 'issuing.get', method: 'get', path: '/api/papers/:paperId', access: 'signedIn', errors: ['paperNotFound'],
  summary: 'An issued paper, for the office of its body, its signers and its recipients. A recipient’s first look is kept as opened.',
  params: paper, response: PaperView,
})

export const downloadPaperPdf = defineRoute({
  id: 'issuing.pdf', method: 'get', path: '/api/papers/:paperId/paper.pdf', access: 'signedIn', errors: ['paperNotFound', 'paperWithoutFile'],
  summary: 'The paper as PDF, with the signatures that it bears.', params: paper, response: { stream: 'application/pdf' },
})

export const downloadPaperDocx = defineRoute({
  id: 'issuing.docx', method: 'get', path: '/api/papers/:paperId/paper.docx', access: 'signedIn', errors: [...manageErrors, 'paperWithoutFile'],
  summary: 'The paper as DOCX, for the office.', params: paper,
  response: { stream: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
})

export const sendPaper = defineRoute({
  id: 'issuing.send', method: 'post', path: '/api/papers/:paperId/recipients', access: 'signedIn',
  errors: [...manageErrors, 'paperNotInForce', 'paperWithoutFile', 'recipientUnknown', 'recipientsFull'],
  summary: 'The office sends a paper to further recipients; those who have it are passed over.',
  params: paper, body: z.object({ recipients: RecipientChoices.min(1) }), response: z.object({ added: z.int() }),
})

export const confirmReceipt = defineRoute({
  id: 'issuing.confirm', method: 'post', path: '/api/papers/:paperId/receipt', access: 'signedIn', errors: ['paperNotFound', 'notRecipient'],
  summary: 'A recipient, or who works in a unit that is one, confirms the receipt; the first time counts.', params: paper, response: z.object({ confirmedAt: Instant }),
})

export const recallPaper = defineRoute({
  id: 'issuing.recall', method: 'post', path: '/api/papers/:paperId/recall', access: 'signedIn', errors: [...manageErrors, 'paperNotInForce'],
  summary: 'The office recalls a paper with a reason; its number stays and its recipients are told.',
  params: paper, body: z.object({ reason: Paragraphs(1000).pipe(z.string().min(1)) }), response: z.object({}),
})

export const replacePaper = defineRoute({
  id: 'issuing.replace', method: 'post', path: '/api/papers/:paperId/replacement', access: 'signedIn',
  errors: [...manageErrors, 'paperNotInForce', 'paperNotReplaceable', 'paperSecret', 'idempotencyKeyReused'],
  summary: 'The office issues a corrected text under a new number, to the same recipients. Minutes and invitations are replaced where they are made.',
  params: paper,
  body: z.object({
    abstract: Line(500), reason: Paragraphs(1000).pipe(z.string().min(1)), key: Key,
    blocks: z.array(z.object({ kind: z.enum(['heading', 'subheading', 'paragraph', 'listItem']), text: Paragraphs(10_000) })).min(1).max(2000),
  }),
  response: z.object({ paperId: Id, written: z.string() }),
})

export const getPaperText = defineRoute({
  id: 'issuing.text', method: 'get', path: '/api/papers/:paperId/text', access: 'signedIn', errors: [...manageErrors, 'paperNotReplaceable'],
  summary: 'The text of a paper, for the office that writes a replacement.',
  params: paper,
  response: z.object({ abstract: z.string(), blocks: z.array(z.object({ kind: z.enum(['heading', 'subheading', 'paragraph', 'listItem']), text: z.string() })) }),
})

export const ReceivedPaper = z.object({
  id: Id, kind: PaperKind, written: z.string(), abstract: z.string(), body: z.object({ id: Id, name: z.string() }), status: PaperStatus,
  receivedAt: Instant, openedAt: Instant.nullable(), confirmedAt: Instant.nullable(),
  /** Null: the caller in person. */
  unit: z.string().nullable(),
})
export type ReceivedPaper = z.infer<typeof ReceivedPaper>

export const listReceived = defineRoute({
  id: 'issuing.received', method: 'get', path: '/api/me/papers', access: 'signedIn', errors: ['invalidCursor'],
  summary: 'Papers that came to the caller or to the units where they work (văn bản đến), latest first.',
  query: z.object({
    open: z.enum(['true', 'false']).default('false').transform((value) => value === 'true'), q: z.string().max(200).default(''),
    after: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  response: z.object({ papers: z.array(ReceivedPaper), next: z.string().nullable() }),
})

export const getUsualRecipients = defineRoute({
  id: 'issuing.usual', method: 'get', path: '/api/bodies/:bodyId/recipients/:kind', access: 'signedIn', errors: ['bodyNotFound'],
  summary: 'To whom papers of a kind usually go, for the office of the body.',
  params: z.object({ bodyId: Id, kind: PaperKind }), response: z.object({ recipients: z.array(NamedRecipient), version: z.int() }),
})

export const setUsualRecipients = defineRoute({
  id: 'issuing.setUsual', method: 'put', path: '/api/bodies/:bodyId/recipients/:kind', access: 'signedIn', errors: ['bodyNotFound', 'recipientUnknown', 'recipientsChanged'],
  summary: 'The office says to whom papers of a kind usually go. `version` is the one the edit began from; 0: none was set.',
  params: z.object({ bodyId: Id, kind: PaperKind }), body: z.object({ recipients: RecipientChoices, version: z.int().min(0) }),
  response: z.object({ recipients: z.array(NamedRecipient), version: z.int() }),
})
