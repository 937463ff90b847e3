import { expect, test } from 'vitest'
import { compareByGivenName } from './identity.ts'

test('official lists go by the last word of the name in Vietnamese order, then by the whole name', () => {
  const names = ['Nguyễn Văn Đạt', 'Trần An', 'Lê Thị Ân', 'Bùi Dũng', 'Nguyễn An', 'Phạm Ánh', 'Võ Ăn']
  expect(names.map((fullName) => ({ fullName })).toSorted(compareByGivenName).map(({ fullName }) => fullName)).toEqual([
    'Nguyễn An', 'Trần An', 'Phạm Ánh', 'Võ Ăn', 'Lê Thị Ân', 'Bùi Dũng', 'Nguyễn Văn Đạt',
  ])
})
