import { expect, test } from 'vitest'
import { createOutbox, type Report } from './outbox.ts'

const joined = (peer: string) => ({ event: 'peerJoined' as const, room: 'r', peer, label: '', at: 1 })
const peersOf = (reports: Report[]) => reports.map(({ report }) => report.peer)

test('what no server confirmed is told to the next one, in order and once', () => {
  const outbox = createOutbox()
  const first: Report[] = []
  const second: Report[] = []
  outbox.add(joined('a'))
  const deliver = (report: Report) => void first.push(report)
  outbox.subscribe(deliver)
  outbox.add(joined('b'))
  outbox.confirm(first[0]?.seq ?? 0)
  outbox.unsubscribe(deliver)
  outbox.add(joined('c'))
  expect(outbox.subscribe((report) => second.push(report))).toEqual({ overflowed: false })
  outbox.add(joined('d'))
  expect(peersOf(first)).toEqual(['a', 'b'])
  expect(peersOf(second)).toEqual(['b', 'c', 'd'])
})

test('beyond its capacity the oldest are dropped, and that is told', () => {
  const outbox = createOutbox(10)
  for (let n = 0; n < 12; n += 1) outbox.add(joined(String(n)))
  const told: Report[] = []
  expect(outbox.subscribe((report) => told.push(report))).toEqual({ overflowed: true })
  expect(peersOf(told).at(-1)).toBe('11')
  expect(told.length).toBeLessThanOrEqual(10)
  expect(outbox.subscribe(() => undefined)).toEqual({ overflowed: false })
})
