import { z } from 'zod'
import { canSee, Id, Sha256, TextRef, type Audience, type Viewer } from './journal.ts'

/** biên bản · thông báo kết luận · nghị quyết · giấy mời · báo cáo */
export const PaperKind = z.enum(['minutes', 'conclusionNotice', 'resolution', 'invitation', 'report'])
export type PaperKind = z.infer<typeof PaperKind>

/** đã phát hành · đã thu hồi · đã được thay thế */
export const PaperStatus = z.enum(['issued', 'recalled', 'replaced'])
export type PaperStatus = z.infer<typeof PaperStatus>

/** What happens to issued papers, as the journal of their meeting tells it. */
export const issuingEntries = [
  z.object({
    kind: z.literal('issuing.issued'),
    data: z.object({
      paperId: Id, paper: PaperKind,
      /** As written: `07-BB/TU`. */
      number: z.string(), abstract: TextRef,
      /** Of the content as canonical JSON (RFC 8785). */
      sha256: Sha256,
      /** The paper that it takes the place of. */
      replaces: Id.nullable(),
    }),
  }),
  /** Office only: to whom. Mail addresses are erasable. */
  z.object({
    kind: z.literal('issuing.sent'),
    data: z.object({
      paperId: Id,
      recipients: z.array(z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('person'), personId: Id }), z.object({ kind: z.literal('unit'), unitId: Id }),
        z.object({ kind: z.literal('mail'), name: TextRef, address: TextRef }),
      ])),
    }),
  }),
  z.object({ kind: z.literal('issuing.recalled'), data: z.object({ paperId: Id, reason: TextRef }) }),
  z.object({ kind: z.literal('issuing.replaced'), data: z.object({ paperId: Id, byPaperId: Id, by: z.string(), reason: TextRef }) }),
  z.object({
    kind: z.literal('issuing.signed'),
    /** `sha256` of the signed PDF; `certificate` of the signer's certificate (DER). */
    data: z.object({ paperId: Id, signerId: Id, sha256: Sha256, certificate: Sha256 }),
  }),
] as const
type IssuingEntry = z.infer<typeof issuingEntries[number]>

/** A paper as the journal of its meeting has it. */
export interface MeetingPaper {
  paperId: string
  kind: PaperKind
  number: string
  abstract: TextRef
  at: string
  status: PaperStatus
  /** The number of the one in its place. */
  replacedBy: string | null
  signedBy: string[]
  audience: Audience
}

export function applyIssuing(papers: MeetingPaper[], entry: IssuingEntry & { at: string, audience: Audience }): MeetingPaper[] {
  const change = (paperId: string, changed: (paper: MeetingPaper) => Partial<MeetingPaper>) =>
    papers.map((paper) => paper.paperId === paperId ? { ...paper, ...changed(paper) } : paper)
  switch (entry.kind) {
    case 'issuing.issued': {
      const { paperId, paper: kind, number, abstract } = entry.data
      return [...papers, { paperId, kind, number, abstract, at: entry.at, status: 'issued', replacedBy: null, signedBy: [], audience: entry.audience }]
    }
    case 'issuing.sent': return papers
    case 'issuing.recalled': return change(entry.data.paperId, () => ({ status: 'recalled' }))
    case 'issuing.replaced': return change(entry.data.paperId, () => ({ status: 'replaced', replacedBy: entry.data.by }))
    case 'issuing.signed': return change(entry.data.paperId, ({ signedBy }) => ({ signedBy: [...signedBy, entry.data.signerId] }))
  }
}

export const projectPapers = (papers: MeetingPaper[], viewer: Viewer): MeetingPaper[] => papers.filter(({ audience }) => canSee(audience, viewer))
