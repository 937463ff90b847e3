import { z } from 'zod'
import { Day } from './calendar.ts'
import { PaperKind } from './issuing-entries.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/**
 * Templates of official papers, one for each kind and layout (thể thức): what stands around the text. Versions with the day
 * from which they hold; administrators write new ones by choosing, never by code. Sizes, spaces and indents are in points,
 * margins in millimetres (Party: Quy định 399-QĐ/TW, Hướng dẫn 36-HD/VPTW; State: Nghị định 30/2020/NĐ-CP).
 */

export const PaperStyle = z.enum(['party', 'state'])
export type PaperStyle = z.infer<typeof PaperStyle>

const Size = z.number().min(8).max(24)
const Margin = z.number().min(5).max(60)
/** A rule of this part of the length of the text above it. */
const Part = z.number().min(0.1).max(1)

/** How a paper looks. */
export const PaperFrame = z.object({
  margins: z.object({ top: Margin, bottom: Margin, left: Margin, right: Margin }),
  /** The issuer's share of the letterhead's width; the rest is the national or party title's. */
  issuerShare: z.number().min(0.3).max(0.6),
  /** The title at the top right, line by line. `ruled`: a rule of equal length beneath. */
  heading: z.array(z.object({ text: Line(80), size: Size, ruled: z.boolean() })).min(1).max(3),
  superiorSize: Size,
  issuerSize: Size,
  /** Part of the issuer's length that the rule beneath has; null where a star stands instead. */
  issuerRule: Part.nullable(),
  numberSize: Size,
  /** Before the number, and between it and the symbol: `Số 07-BB/TU`, `Số: 07/BB-UBND`. */
  numberLabel: z.enum(['Số', 'Số:']), numberSeparator: z.enum(['-', '/']),
  dateSize: Size,
  typeSize: Size,
  abstractSize: Size,
  /** Between abstract and text: five hyphens, a rule of this part of the abstract's length, or nothing. */
  separator: z.union([z.literal('-----'), Part]).nullable(),
  bodySize: Size,
  /** Least distance from line to line, least distance between paragraphs, and indent of a paragraph's first line. */
  leading: z.number().min(10).max(40), paragraphSpace: z.number().min(0).max(30), firstLineIndent: z.number().min(0).max(80),
  /** How what the paper is based upon is set: in italics (State), or behind a dash (Party). */
  basisItalics: z.boolean(), basisDash: z.boolean(),
  /** How the last sentence ends. */
  endMark: z.enum(['.', './.']),
  signatureSize: Size,
  recipientsTitle: z.object({ size: Size, bold: z.boolean(), italics: z.boolean(), underline: z.boolean() }),
  recipientsSize: Size,
  pageNumberSize: Size,
  /** Elements that may be left out. */
  shows: z.object({ superior: z.boolean(), recipients: z.boolean(), pageNumbers: z.boolean(), foot: z.boolean() }),
})
export type PaperFrame = z.infer<typeof PaperFrame>

/** What a template may ask for, chosen from a list: filled in when a paper is issued. */
export const Placeholder = z.enum([
  'superior', 'issuer', 'place', 'body', 'chair', 'chairOffice', 'clerk', 'meeting', 'meetingDay', 'recipients',
])
export type Placeholder = z.infer<typeof Placeholder>

/** A line of words and places to be filled in. */
export const TemplateLine = z.array(z.union([z.string().min(1).max(600), z.strictObject({ put: Placeholder })])).min(1).max(20)
export type TemplateLine = z.infer<typeof TemplateLine>

/** Who signs, and what stands above the name, line by line. */
const TemplateSignature = z.object({ who: z.enum(['chair', 'clerk']), titles: z.array(TemplateLine).min(1).max(4) })
export type TemplateSignature = z.infer<typeof TemplateSignature>

export const PaperTemplate = z.object({
  frame: PaperFrame,
  superior: TemplateLine, issuer: TemplateLine,
  /** Loại văn bản; set in capitals. */
  type: Line(80),
  /** What the paper is based upon, and how it opens and closes. */
  bases: z.array(TemplateLine).max(20), opening: z.array(TemplateLine).max(10), closing: z.array(TemplateLine).max(10),
  signatures: z.object({ left: TemplateSignature.nullable(), right: TemplateSignature }),
  /** Nơi nhận; a line that asks for the recipients becomes a line for each. */
  recipients: z.array(TemplateLine).max(20),
})
export type PaperTemplate = z.infer<typeof PaperTemplate>

export const TemplateVersion = z.object({
  style: PaperStyle, kind: PaperKind, version: z.int().positive(), since: Day,
  /** The regulation that it follows, and why this version was written. */
  basis: z.string(), reason: z.string(),
  template: PaperTemplate, by: z.string().nullable(), at: Instant,
  /** The one in force today. */
  inForce: z.boolean(),
})
export type TemplateVersion = z.infer<typeof TemplateVersion>

const params = z.object({ style: PaperStyle, kind: PaperKind })

export const listPaperTemplates = defineRoute({
  id: 'paperTemplates.list', method: 'get', path: '/api/paper-templates', access: 'administrator', errors: [],
  summary: 'The templates in force today, one for each kind and layout, and those that are to come.',
  response: z.object({ templates: z.array(TemplateVersion) }),
})

export const getPaperTemplate = defineRoute({
  id: 'paperTemplates.get', method: 'get', path: '/api/paper-templates/:style/:kind', access: 'administrator', errors: ['paperTemplateNotFound'],
  summary: 'All versions of a template, latest first.', params, response: z.object({ versions: z.array(TemplateVersion) }),
})

export const savePaperTemplate = defineRoute({
  id: 'paperTemplates.save', method: 'post', path: '/api/paper-templates/:style/:kind', access: 'administrator',
  errors: ['paperTemplateNotFound', 'paperTemplateChanged', 'dateOutOfRange'],
  summary: 'A new version, in force from `since` on, today at the earliest. `version` is the one the edit began from. Papers that were issued keep theirs. Audited.',
  params, body: z.object({ version: z.int().positive(), since: Day, basis: Line(300), reason: Line(300), template: PaperTemplate }),
  response: TemplateVersion,
})

export const previewPaperTemplate = defineRoute({
  id: 'paperTemplates.preview', method: 'post', path: '/api/paper-templates/:style/:kind/preview', access: 'administrator', errors: [],
  summary: 'A sample paper by this template, as PDF or DOCX.',
  params, query: z.object({ format: z.enum(['pdf', 'docx']).default('pdf') }), body: z.object({ template: PaperTemplate }),
  response: { stream: 'application/pdf' },
})
