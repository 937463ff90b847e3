import { z } from 'zod'
import { PaperKind, PaperStatus } from './issuing-entries.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/** Papers for recipients who are not in the product: what the link of their mail opens. */

/** Signed for one recipient; it stands behind the `#` of the link, which browsers send to nobody. */
const LinkToken = z.string().min(20).max(1000)
const Linked = z.object({
  written: z.string(), kind: PaperKind, abstract: z.string(), bodyName: z.string(), issuedAt: Instant, status: PaperStatus, replacedBy: z.string().nullable(),
  name: z.string(), confirmedAt: Instant.nullable(), printable: z.boolean(),
})
export type LinkedPaper = z.infer<typeof Linked>

export const viewPaperByLink = defineRoute({
  id: 'issuing.viewByLink', method: 'post', path: '/api/paper-link/view', access: 'anyone', errors: ['linkInvalid', 'tooManyRequests'],
  summary: 'What the link of a mail is about. Changes nothing: machines that follow links open for nobody.', body: z.object({ token: LinkToken }), response: Linked,
})

export const readPaperByLink = defineRoute({
  id: 'issuing.pdfByLink', method: 'post', path: '/api/paper-link/pdf', access: 'anyone', errors: ['linkInvalid', 'tooManyRequests', 'paperWithoutFile', 'paperNotInForce'],
  summary: 'The paper of a mail’s link as PDF, as long as it is in force; kept as opened by that recipient.', body: z.object({ token: LinkToken }), response: { stream: 'application/pdf' },
})

export const confirmPaperByLink = defineRoute({
  id: 'issuing.confirmByLink', method: 'post', path: '/api/paper-link/confirm', access: 'anyone', errors: ['linkInvalid', 'tooManyRequests'],
  summary: 'Confirms the receipt in the name of whom the mail was sent to.', body: z.object({ token: LinkToken }), response: Linked,
})
