import type { PaperTemplate, TemplateLine } from '../../protocol/paper-templates.ts'

/** A line as it is kept: words that were emptied are no part of it, and neighbours are one; null where nothing is left. */
export function tidyLine(line: TemplateLine): TemplateLine | null {
  const tidy: TemplateLine = []
  for (const part of line) {
    const last = tidy.at(-1)
    if (typeof part !== 'string') tidy.push(part)
    else if (typeof last === 'string') tidy[tidy.length - 1] = last + part
    else if (part !== '') tidy.push(part)
  }
  const [first] = tidy
  if (typeof first === 'string') tidy[0] = first.trimStart()
  const end = tidy.at(-1)
  if (typeof end === 'string') tidy[tidy.length - 1] = end.trimEnd()
  const filled = tidy.filter((part) => part !== '')
  return filled.length ? filled : null
}

const tidyLines = (lines: readonly TemplateLine[]) => lines.flatMap((line) => {
  const tidy = tidyLine(line)
  return tidy ? [tidy] : []
})

/** The template as it may be saved, without lines that were left empty. */
export function tidyTemplate(template: PaperTemplate): PaperTemplate {
  const signature = <S extends { titles: TemplateLine[] }>(one: S): S => ({ ...one, titles: tidyLines(one.titles) })
  const { left, right } = template.signatures
  return {
    ...template, superior: tidyLine(template.superior) ?? [{ put: 'superior' }], issuer: tidyLine(template.issuer) ?? [{ put: 'issuer' }],
    bases: tidyLines(template.bases), opening: tidyLines(template.opening), closing: tidyLines(template.closing), recipients: tidyLines(template.recipients),
    signatures: { left: left && signature(left), right: signature(right) },
  }
}
