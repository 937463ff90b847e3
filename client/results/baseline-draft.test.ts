import { describe, expect, it } from 'vitest'
import { gapsOf, type BaselineCount } from '../../protocol/baselines.ts'
import { newSeries, toCounts, toSeries } from './baseline-draft.ts'

const bodyId = '00000000-0000-4000-8000-000000000001'
const count = (month: number, meetings: number | null, gap = ''): BaselineCount => ({ bodyId, kind: 'briefing', month, meetings, online: meetings === null ? null : 0, gap })

describe('a draft of a baseline', () => {
  it('is saved as it was loaded', () => {
    const counts = Array.from({ length: 12 }, (_, index) => index < 10 ? count(index + 1, index) : count(index + 1, null, 'Thất lạc sổ'))
    expect(toCounts(toSeries(counts))).toEqual(counts)
    expect(gapsOf(toCounts(toSeries(counts)))).toEqual([])
  })

  it('leaves out months with neither figure nor explanation, so that they are told as gaps', () => {
    const series = newSeries(bodyId, 'briefing')
    series.meetings[0] = 3
    series.online[0] = 5 // never more than there were
    expect(toCounts([series])).toEqual([{ ...count(1, 3), online: 3 }])
    expect(gapsOf(toCounts([series]))).toEqual([{ bodyId, kind: 'briefing', months: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }])
    series.gap = 'Chưa thành lập'
    expect(toCounts([series])).toHaveLength(12)
  })
})
