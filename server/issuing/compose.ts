import type { Letterhead } from '../../protocol/bodies.ts'
import type { PaperTemplate, Placeholder, TemplateLine, TemplateSignature } from '../../protocol/paper-templates.ts'
import { officialDate } from './dates.ts'
import type { OwnBlock, Paper, PaperBlock, Signature } from './paper.ts'

/** What a template is filled in with. An empty value leaves out the line that asks for it. */
export interface PaperFacts {
  letterhead: Letterhead
  /** After the number: `TB/TU`. */
  symbol: string
  body: string
  abstract: string
  blocks: readonly PaperBlock[]
  /** Full names of who presides or signs, and of the minute taker; null: not known. */
  chair: string | null
  chairOffice: string
  clerk: string | null
  meeting: { title: string, startsAt: string } | null
  /** Nơi nhận by name. */
  recipients: readonly string[]
  foot: string | null
}

type Values = Record<Exclude<Placeholder, 'recipients'>, string>

function valuesOf({ letterhead, body, chair, chairOffice, clerk, meeting }: PaperFacts): Values {
  const { superior, issuer, place } = letterhead
  return {
    superior, issuer, place, body, chair: chair ?? '', chairOffice, clerk: clerk ?? '', meeting: meeting?.title ?? '',
    meetingDay: meeting ? officialDate(meeting.startsAt) : '',
  }
}

/** The line, or null where it asks for what is not there: half a sentence is worse than none. */
function filled(line: TemplateLine, values: Values): string | null {
  let text = ''
  for (const part of line) {
    const piece = typeof part === 'string' ? part : part.put === 'recipients' ? '' : values[part.put]
    if (!piece) return null
    text += piece
  }
  return text
}

const linesOf = (lines: readonly TemplateLine[], values: Values) => lines.flatMap((line) => filled(line, values) ?? [])

function signature({ who, titles }: TemplateSignature, values: Values): Signature {
  return { title: linesOf(titles, values).join('\n'), name: values[who] || null, who }
}

/** The last sentence ends as the layout has it. */
function ending(body: PaperBlock[], mark: '.' | './.'): PaperBlock[] {
  const last = body.at(-1)
  if (mark === '.' || !last || last.kind === 'table' || !/[^/]\.$/.test(last.text)) return body
  return [...body.slice(0, -1), { ...last, text: `${last.text.slice(0, -1)}${mark}` }]
}

/** The paper of these facts, by its template; still without number and date. */
export function composePaper(template: PaperTemplate, facts: PaperFacts): Paper {
  const values = valuesOf(facts)
  const block = (kind: 'basis' | 'paragraph') => (text: string): PaperBlock => ({ kind, text })
  const { left, right } = template.signatures
  const own = facts.blocks.flatMap((one): OwnBlock[] => one.kind === 'table' || one.kind === 'basis' ? [] : [{ kind: one.kind, text: one.text }])
  return {
    style: facts.letterhead.style, frame: template.frame, symbol: facts.symbol, place: facts.letterhead.place,
    superior: filled(template.superior, values) ?? '', issuer: filled(template.issuer, values) ?? '',
    number: null, date: null, draft: true, type: template.type, abstract: facts.abstract,
    body: ending([
      ...linesOf(template.bases, values).map(block('basis')), ...linesOf(template.opening, values).map(block('paragraph')),
      ...facts.blocks, ...linesOf(template.closing, values).map(block('paragraph')),
    ], template.frame.endMark),
    signatures: [left && signature(left, values), signature(right, values)],
    recipients: template.recipients.flatMap((line) => line.some((part) => typeof part !== 'string' && part.put === 'recipients')
      ? facts.recipients
      : filled(line, values) ?? []),
    foot: facts.foot,
    ...own.length === facts.blocks.length ? { own } : {},
    facts: { chairOffice: facts.chairOffice, meeting: facts.meeting, foot: facts.foot },
  }
}
