import { expect, test } from 'vitest'
import { createMediaNodes, type ReachedNode } from './media-nodes.ts'

/** Peers by room and node, as presence would know them. */
function start(peers: [room: string, peer: string, node: string][]) {
  const nodes = createMediaNodes({
    nodeOf: (room, peer) => peers.find(([r, p]) => r === room && p === peer)?.[2],
    nodesOf: (room) => [...new Set(peers.filter(([r]) => r === room).map(([, , node]) => node))],
    load: (node) => peers.filter(([, , of]) => of === node).length,
  }, 2)
  const add = (id: string, workers = 1): ReachedNode => {
    const node: ReachedNode = {
      id, workers, draining: false, lead: () => undefined, control: { request: () => Promise.reject(new Error(id)), close: () => undefined },
    }
    nodes.add(node)
    return node
  }
  return { nodes, add, choose: (room: string, peer: string) => nodes.choose(room, peer)?.id }
}

test('without a node nobody is led anywhere', () => {
  expect(start([]).choose('r', 'ann')).toBeUndefined()
})

test('a peer that is there stays, also where its node is full', () => {
  const { add, choose } = start([['r', 'ann', 'one'], ['r', 'binh', 'one'], ['r', 'chi', 'one']])
  add('one')
  add('two')
  expect(choose('r', 'ann')).toBe('one')
})

test('a room stays together until its node is full, then goes on at the one with the fewest peers a worker', () => {
  const { add, choose } = start([['r', 'ann', 'one'], ['s', 'binh', 'two'], ['s', 'chi', 'two'], ['s', 'dung', 'two']])
  add('one')
  add('two', 4)
  add('three')
  expect(choose('r', 'em')).toBe('one')
  // Those who were just led there count, though they have not arrived.
  expect(choose('r', 'giang')).toBe('three')
})

test('a new room begins at the emptiest node; one that is drained takes nobody, its own people neither', () => {
  const { add, choose } = start([['r', 'ann', 'one'], ['r', 'binh', 'two']])
  add('one').draining = true
  add('two')
  add('three')
  expect(choose('new', 'chi')).toBe('three')
  expect(choose('r', 'ann')).toBe('two')
})

test('all are told, and a failure comes out afterwards', async () => {
  const { nodes, add } = start([])
  add('one')
  add('two')
  await expect(nodes.tell('closeRoom', { room: 'r', at: 1 })).rejects.toThrow('one')
})

test('what is told again is told to those alone that did not do it', async () => {
  const { nodes, add } = start([])
  const asked: string[] = []
  for (const id of ['one', 'two']) {
    const request = async () => {
      asked.push(id)
      if (id === 'two' && asked.length < 3) throw new Error(id)
      return {}
    }
    nodes.add({ ...add(id), control: { request, close: () => undefined } } as ReachedNode)
  }
  const told = new Set<string>()
  await expect(nodes.tell('mute', { room: 'r' }, told)).rejects.toThrow('two')
  await nodes.tell('mute', { room: 'r' }, told)
  expect(asked).toEqual(['one', 'two', 'two'])
})
