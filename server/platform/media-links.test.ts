import { expect, test } from 'vitest'
import pino from 'pino'
import type { ControlInput, ControlMethod } from '../../protocol/media-control.ts'
import { createMediaLinks } from './media-links.ts'
import type { ReachedNode } from './media-nodes.ts'

const srtpParameters = { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64: 'a' }

/** Nodes that write down what they are asked. `failing`: `openLink` fails there so often. */
function start(having: Record<string, string[]>, failing: Record<string, number> = {}) {
  const asked: string[] = []
  const nodes = new Map(['a', 'b', 'c'].map((id) => [id, {
    id, workers: 1, draining: false, lead: () => undefined,
    control: {
      close: () => undefined,
      async request(method: ControlMethod, data: ControlInput<ControlMethod>) {
        const link = 'link' in data ? data.link : ''
        asked.push(`${id} ${method} ${link}${'remote' in data ? ` at ${data.remote.port}` : ''}`)
        if (method === 'openLink' && (failing[id] = (failing[id] ?? 0) - 1) >= 0) throw new Error('not now')
        if (method === 'openLink') return { ip: '127.0.0.1', port: id.charCodeAt(0), srtpParameters }
        return method === 'listLinks' ? { links: [{ room: 'r', link: 'a~b' }] } : {}
      },
    },
  } as ReachedNode]))
  const links = createMediaLinks({ nodes, nodesOf: (room) => having[room] ?? [], log: pino({ level: 'silent' }) })
  const since = async (expected: string[]) => {
    await expect.poll(() => asked.toSorted(), { timeout: 3_000 }).toEqual(expected.toSorted())
    asked.length = 0
  }
  return { links, nodes, asked, since }
}

const opening = (a: string, b: string) => [
  `${a} openLink ${a}~${b}`, `${b} openLink ${a}~${b}`,
  `${a} connectLink ${a}~${b} at ${b.charCodeAt(0)}`, `${b} connectLink ${a}~${b} at ${a.charCodeAt(0)}`,
]

test('each two nodes of a room are linked once, and taken apart when one has nobody left', async () => {
  const having: Record<string, string[]> = { r: ['a'] }
  const { links, asked, since } = start(having)
  links.update('r')
  expect(asked).toEqual([])
  having.r = ['b', 'a', 'c']
  links.update('r')
  links.update('r')
  await since([...opening('a', 'b'), ...opening('b', 'c'), ...opening('a', 'c')])
  having.r = ['a', 'b']
  links.update('r')
  await since(['a closeLink a~c', 'c closeLink a~c', 'b closeLink b~c', 'c closeLink b~c'])
})

test('a link that could not be made leaves no end open, and is tried again', async () => {
  const { links, since } = start({ r: ['a', 'b'] }, { b: 1 })
  links.update('r')
  await since(['a openLink a~b', 'b openLink a~b', 'a closeLink a~b', 'b closeLink a~b', ...opening('a', 'b')])
})

test('what one side shows is told to the other one alone', async () => {
  const { links, since } = start({ r: ['a', 'b'] })
  const state = { room: 'r', link: 'a~b', peers: [], producers: [] }
  links.show('a', state)
  links.show('c', state)
  links.pass('b', { room: 'r', link: 'a~b', peerId: 'p', channel: 'reaction', text: 'x' })
  await since(['b showLinked a~b', 'a passSaying a~b'])
})

test('a link of before this server is kept, though its two nodes are reached one after the other; a broken one is made anew', async () => {
  const having: Record<string, string[]> = { r: ['a'] }
  const { links, since } = start(having)
  await links.adopt({ id: 'a' })
  links.update('r')
  having.r = ['a', 'b']
  await links.adopt({ id: 'b' })
  links.update('r')
  await since(['a listLinks ', 'b listLinks '])
  links.broken('r', 'a~b')
  await since(['a closeLink a~b', 'b closeLink a~b', ...opening('a', 'b')])
})

test('a node that is lost is taken out of sight at the others', async () => {
  const { links, nodes, since } = start({ r: ['a', 'b'] })
  links.update('r')
  await since(opening('a', 'b'))
  nodes.delete('b')
  links.lost('b')
  await since(['a closeLink a~b'])
})
