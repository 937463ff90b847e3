import { expect, test } from 'vitest'
import type { MediaControl } from './media-control.ts'
import { createMediaEvents } from './media-events.ts'
import type { ReachedNode } from './media-nodes.ts'

const links = { update: () => undefined, show: () => undefined, pass: () => undefined, broken: () => undefined }
const control: MediaControl = { request: () => Promise.reject(new Error('not asked')), close: () => undefined }
const node = (id: string): ReachedNode => ({ id, control, workers: 1, draining: false, lead: () => undefined })

test('a node that says it is drained takes nobody new, also where it says so before it is reached again', () => {
  const one = node('one')
  const nodes = new Map([['one', one]])
  const events = createMediaEvents({ presence: { nodeOf: () => undefined, report: () => undefined }, nodes, links })
  events.of('one').draining()
  events.of('two').draining()
  expect(one.draining).toBe(true)
  expect(['two', 'three'].map((id) => events.drained(node(id)).draining)).toEqual([true, false])
})
