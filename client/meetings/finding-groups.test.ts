import { expect, test } from 'vitest'
import type { Finding } from '../../protocol/readiness.ts'
import { groupFindings } from './finding-groups.ts'

const missing = (code: 'presenterMissing' | 'papersMissing', number: string): Finding => ({ code, severity: 'warns', itemId: `item ${number}`, details: { number } })
const caution = (cautionId: string): Finding => ({ code: 'shouldNotMeet', severity: 'needsReason', details: { cautionId } })

test('what is found of several items is one point that keeps each of them', () => {
  const groups = groupFindings([missing('presenterMissing', '1'), missing('papersMissing', '1'), missing('papersMissing', '1.1'), missing('presenterMissing', '2')])
  expect(groups.map(({ finding, items }) => [finding.code, items])).toEqual([
    ['presenterMissing', [{ itemId: 'item 1', number: '1' }, { itemId: 'item 2', number: '2' }]],
    ['papersMissing', [{ itemId: 'item 1', number: '1' }, { itemId: 'item 1.1', number: '1.1' }]],
  ])
})

test('what is found of the meeting stands alone, each with what it says', () => {
  const late = { lastDay: '2026-11-20', days: 3 }
  const findings: Finding[] = [
    caution('a'), caution('b'), { code: 'papersLate', severity: 'needsReason', details: late },
    { code: 'papersLate', severity: 'needsReason', itemId: 'item 1', details: { ...late, number: '1' } },
  ]
  expect(groupFindings(findings).map(({ finding, items }) => [finding, items.length])).toEqual(findings.map((finding) => [finding, 'itemId' in finding ? 1 : 0]))
})
