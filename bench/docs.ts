import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { partText, type Report } from './report.ts'

/**
 * `npm run bench:docs`: puts the results of the last full runs into docs/performance.md, each between
 * `<!-- results of NAME -->` and `<!-- end of NAME -->`. What stands outside these lines is written by hand.
 */

const page = new URL('../docs/performance.md', import.meta.url)

function resultsOf(name: string): string {
  const file = new URL(`results/${name}.json`, import.meta.url)
  if (!existsSync(file)) return 'Not measured in full yet.'
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report
  return [
    `\`${report.command}\` on ${report.takenAt.slice(0, 10)}: ${report.machine}.`,
    ...report.parts.map(partText),
  ].join('\n\n')
}

const text = readFileSync(page, 'utf8').replace(
  /(<!-- results of ([\w-]+) -->\n)[^]*?(<!-- end of \2 -->)/g,
  (_, begin: string, name: string, end: string) => `${begin}\n${resultsOf(name)}\n\n${end}`,
)
writeFileSync(page, text)
