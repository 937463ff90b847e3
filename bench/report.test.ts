import { expect, it } from 'vitest'
import { tableText, verdict } from './report.ts'

it('says by how much a goal was missed', () => {
  expect(verdict({ what: 'ratio', figure: 0.7, atMost: 0.8 })).toEqual({ what: 'ratio', goal: '≤ 0.8', figure: '0.70', met: true })
  expect(verdict({ what: 'consumers', figure: 600, digits: 0, atLeast: 750 })).toEqual({
    what: 'consumers', goal: '≥ 750', figure: '600', met: false, missedBy: '20 %',
  })
  expect(verdict({ what: 'nothing measured', figure: Number.NaN, atMost: 1 }).met).toBe(false)
})

it('aligns a table', () => {
  expect(tableText({ columns: ['a', 'bcd'], rows: [['wide', '1']] })).toBe('| a    | bcd |\n|------|-----|\n| wide | 1   |')
})
