import { expect, it } from 'vitest'
import { marksOf, searchKinds } from '../../protocol/search.ts'
import { linkOf } from './hit-link.ts'
import { partsOf } from './parts.ts'

it('leads to where each kind is read, a document at the page that was hit', () => {
  const of = (kind: typeof searchKinds[number], page: number | null = null) =>
    linkOf({ kind, id: 'one', meetingId: ['proposal', 'task', 'opinion', 'procedure', 'procedureFile'].includes(kind) ? null : 'm', itemId: kind === 'item' || kind === 'conclusion' ? 'one' : null, page })
  expect(searchKinds.map((kind) => of(kind))).toEqual([
    '/proposals/one', '/meetings/m', '/meetings/m#item-one', '/meetings/m/documents/one', '/meetings/m/minutes', '/meetings/m#item-one', '/tasks/one', '/opinions/one',
    '/procedures/one', '/procedures/files/one',
  ])
  expect(of('document', 12)).toBe('/meetings/m/documents/one?page=12')
})

it('parts a text into what was hit and what was not, and loses nothing of it', () => {
  const text = 'Báo cáo về uỷ quyền, bao gồm cáo trạng'
  const parts = partsOf(text, 'bao cao')
  expect(parts.filter(({ hit }) => hit).map(({ text: part }) => part)).toEqual(['Báo', 'cáo', 'bao', 'cáo'])
  expect(parts.map(({ text: part }) => part).join('')).toBe(text)
  expect(partsOf(text, '')).toEqual([{ text, hit: false }])
  expect(marksOf('ỦY', 'uỷ')).toEqual([[0, 2]])
})
