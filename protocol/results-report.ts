import { z } from 'zod'
import { NamedRecipient, RecipientChoices } from './issuing.ts'
import { PaperStatus } from './issuing-entries.ts'
import { Id, Sha256 } from './journal.ts'
import { inOrder, ORDER, Period } from './results.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/**
 * The report of results (báo cáo): an official paper of one body with the figures of a period as they are when it is issued.
 * It is numbered, sent, signed and recalled like any paper of the register.
 */

const wanted = Period.required({ bodyId: true }).extend({ baseline: z.coerce.number().int().min(1990).max(2200).optional() })

export const ReportBlock = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['heading', 'subheading', 'paragraph', 'listItem']), text: z.string() }),
  z.object({
    kind: z.literal('table'), columns: z.array(z.object({ title: z.string(), share: z.number(), align: z.enum(['left', 'center', 'right']) })), rows: z.array(z.array(z.string())),
  }),
])
export type ReportBlock = z.infer<typeof ReportBlock>

export const ReportDraft = z.object({
  body: z.object({ id: Id, name: z.string() }),
  abstract: z.string(), blocks: z.array(ReportBlock),
  /** Of the figures; to be sent when it is issued. */
  sha256: Sha256,
  /** Who leads the body today and is to sign; null: nobody, so that it would be signed by hand. */
  signer: z.object({ name: z.string(), office: z.string() }).nullable(),
  /** Reports of the body over any of these months, the latest first. */
  issued: z.array(z.object({ paperId: Id, written: z.string(), from: z.string(), to: z.string(), at: Instant, status: PaperStatus })),
  /** To whom reports of the body usually go; for whoever may issue it. */
  usual: z.array(NamedRecipient),
  /** The caller leads the body or is its office. */
  mayIssue: z.boolean(),
})
export type ReportDraft = z.infer<typeof ReportDraft>

const readErrors = ['forbiddenForResults', 'bodyNotFound', 'periodNotBegun', 'baselineBroken'] as const

export const getReport = defineRoute({
  id: 'results.report', method: 'get', path: '/api/results/report', access: 'signedIn', errors: readErrors,
  summary: 'The report of a body’s period as it would be issued now, for whoever may see its results. A period that has not begun has none, nor one whose baseline is no longer as it was frozen.',
  query: wanted.refine(inOrder, ORDER), response: ReportDraft,
})

export const previewReport = defineRoute({
  id: 'results.reportPreview', method: 'get', path: '/api/results/report/file', access: 'signedIn', errors: readErrors,
  summary: 'The same as PDF or DOCX in the layout of the body’s letterhead, marked as a draft.',
  query: wanted.extend({ format: z.enum(['pdf', 'docx']) }).refine(inOrder, ORDER), response: { stream: 'application/octet-stream' },
})

export const issueReport = defineRoute({
  id: 'results.issueReport', method: 'post', path: '/api/results/report', access: 'signedIn',
  errors: [...readErrors, 'forbiddenForPaper', 'reportChanged', 'recipientUnknown', 'recipientsFull', 'idempotencyKeyReused'],
  summary: 'Leader or office of the body issues the report under the next number of its register, with the figures that they read: `sha256` of the draft. `reportChanged` where they are others by now. A repeat under the same key answers what the first time issued.',
  body: wanted.extend({ key: z.string().min(8).max(64), sha256: Sha256, recipients: RecipientChoices }).refine(inOrder, ORDER),
  response: z.object({ paperId: Id, number: z.string() }),
})
