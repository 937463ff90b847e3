import { diffArrays } from 'diff'
import type { ComparedPassage, Comparison } from '../../protocol/conversion.ts'

interface Passage { text: string, page: number }

/** Passages that are the same on each side of a change, for orientation. */
const CONTEXT = 2
/** More differences than that are another text, not another version. */
const MAX_DIFFERENCES = 4_000
const PATIENCE_MS = 300

/**
 * What two texts, given by pages, differ in. Lines and pages break elsewhere in every version, so that sentences are what is
 * compared: the rest of a line is joined to the next one, and numbers of pages are left out.
 */
export function compareTexts(before: readonly string[], after: readonly string[]): Comparison {
  const [left, right] = [passagesOf(before), passagesOf(after)]
  const changes = diffArrays(left, right, {
    comparator: (one, other) => one.text === other.text, maxEditLength: MAX_DIFFERENCES, timeout: PATIENCE_MS,
  })
  if (!changes) return { ...outline(pair(left.slice(0, 50), right.slice(0, 50))), complete: false }
  const passages: ComparedPassage[] = []
  let [l, r] = [0, 0]
  for (let index = 0; index < changes.length; index += 1) {
    const change = changes[index]
    if (!change) continue
    if (change.added || change.removed) {
      const next = changes[index + 1]
      const isPair = next && (next.added || next.removed) && next.added !== change.added
      const both = isPair ? [change, next] : [change]
      const gone = both.find(({ removed }) => removed)?.count ?? 0
      const come = both.find(({ added }) => added)?.count ?? 0
      passages.push(...pair(left.slice(l, l + gone), right.slice(r, r + come)))
      l += gone
      r += come
      if (isPair) index += 1
    } else {
      for (let count = 0; count < change.count; count += 1) passages.push(passage('same', left[l++], right[r++]))
    }
  }
  return { ...outline(passages), complete: true }
}

/** Sentences of the text with the page that each begins on. */
function passagesOf(pages: readonly string[]): Passage[] {
  const passages: Passage[] = []
  let open: Passage | undefined
  const close = () => {
    if (open) passages.push(...sentences(open))
    open = undefined
  }
  for (const [index, text] of pages.entries()) {
    const lines = text.split('\n').map((line) => line.replace(/\s+/gu, ' ').trim())
    for (const line of withoutPageNumber(lines, index + 1)) {
      if (line === '') close()
      else if (open) open.text += ` ${line}`
      else open = { text: line, page: index + 1 }
    }
    // A sentence goes on over the page, unless it was ended.
    if (open && END.test(open.text) && !isLabel(splitSentences(open.text).at(-1) ?? '')) close()
  }
  close()
  return passages
}

const END = /[.;:!?…]["”)]?$/u

const splitSentences = (text: string) => text.split(/(?<=[.;:!?…]["”)]?) (?=\S)/u)

/** `Điều 12.`, `1.2.`, `IV.`: belongs to what follows. */
const isLabel = (text: string) =>
  /^(?:\d+(?:\.\d+)*|[IVXLC]+)[.:]$/u.test(text) || /^(?:Phần|Chương|Mục|Tiểu mục|Điều|Khoản|Điểm|Phụ lục) [\divxlc.]+[.:]$/iu.test(text)

function sentences({ text, page }: Passage): Passage[] {
  const found: Passage[] = []
  let label = ''
  for (const one of splitSentences(text)) {
    if (isLabel(one)) {
      label += `${one} `
      continue
    }
    found.push({ text: `${label}${one}`.normalize('NFC'), page })
    label = ''
  }
  return label ? [...found, { text: label.trim().normalize('NFC'), page }] : found
}

/** Beyond that a number is none of the page, whatever the first pages were numbered. */
const NUMBERED_APART = 10

/** A page's number stands alone in its first or last line, with what is empty around it. */
function withoutPageNumber(lines: readonly string[], page: number): readonly string[] {
  const isNumber = (line: string | undefined) => {
    const number = /^[–-]? ?(\d{1,4}) ?[–-]?$/u.exec(line ?? '')?.[1]
    return number !== undefined && Math.abs(Number(number) - page) <= NUMBERED_APART
  }
  const whole = trimmed(lines)
  const from = isNumber(whole[0]) ? 1 : 0
  return trimmed(whole.slice(from, whole.length > from && isNumber(whole.at(-1)) ? -1 : undefined))
}

function trimmed(lines: readonly string[]): readonly string[] {
  const from = lines.findIndex((line) => line !== '')
  return from < 0 ? [] : lines.slice(from, lines.findLastIndex((line) => line !== '') + 1)
}

function passage(kind: ComparedPassage['kind'], before: Passage | undefined, after: Passage | undefined): ComparedPassage {
  return { kind, before: before?.text ?? null, beforePage: before?.page ?? null, after: after?.text ?? null, afterPage: after?.page ?? null }
}

/** What went beside what came in its place, in order. */
function pair(gone: readonly Passage[], come: readonly Passage[]): ComparedPassage[] {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, index) => {
    const [before, after] = [gone[index], come[index]]
    return passage(before && after ? 'changed' : before ? 'removed' : 'added', before, after)
  })
}

/** Leaves out what is the same, but for what stands beside a change. */
function outline(passages: readonly ComparedPassage[]): Pick<Comparison, 'passages' | 'skippedAtEnd'> {
  const near = new Set<number>()
  for (const [index, { kind }] of passages.entries()) {
    if (kind === 'same') continue
    for (let at = index - CONTEXT; at <= index + CONTEXT; at += 1) near.add(at)
  }
  const kept: Comparison['passages'] = []
  let skipped = 0
  for (const [index, one] of passages.entries()) {
    if (near.has(index)) {
      kept.push({ ...one, skipped })
      skipped = 0
    } else {
      skipped += 1
    }
  }
  return { passages: kept, skippedAtEnd: skipped }
}
