import { describe, expect, it } from 'vitest'
import { inOrder, toOrder } from './member-order.ts'

const member = (fullName: string, rank: number) => ({ rank, person: { id: fullName, kind: 'person' as const, fullName, office: '' } })

describe('the order of members', () => {
  const members = [member('Nguyễn Văn Ân', 2), member('Lê Thị Đào', 1), member('Trần An', 2), member('Phạm Thị Bình', 3)]

  it('is by given name, the last word, as Vietnamese sorts it', () => {
    expect(inOrder(members, 'name').map(({ person }) => person.fullName)).toEqual(['Trần An', 'Nguyễn Văn Ân', 'Phạm Thị Bình', 'Lê Thị Đào'])
  })

  it('is by rank, and by given name within one', () => {
    expect(inOrder(members, 'rank').map(({ person }) => person.fullName)).toEqual(['Lê Thị Đào', 'Trần An', 'Nguyễn Văn Ân', 'Phạm Thị Bình'])
  })

  it('is by rank unless the address says otherwise', () => {
    expect([toOrder('name'), toOrder(undefined), toOrder('other')]).toEqual(['name', 'rank', 'rank'])
  })
})
