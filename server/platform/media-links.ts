import type { Logger } from 'pino'
import type { LinkedSaying, LinkState } from '../../protocol/media-link.ts'
import type { MediaNodes } from './media-nodes.ts'

/** Introduces the nodes of a room to each other, and carries between them what each has to show. */
export interface MediaLinks {
  /** Somebody came to the room or left it: each two nodes that have peers of it are to be linked, and no others. */
  update(room: string): void
  /** One side shows what it has. */
  show(nodeId: string, state: LinkState): void
  pass(nodeId: string, saying: LinkedSaying): void
  /** One side cannot go on: it is made anew. */
  broken(room: string, link: string): void
  /** A node was reached that may have links already, of before this server. */
  adopt(node: { id: string }): Promise<void>
  /** A node is reached no more: what it had to show is gone at the others. */
  lost(nodeId: string): void
}

const RETRY_MS = 500
/** How long one end of a link of before this server waits for the node of the other end to be reached, in ms. */
const RETURN_MS = 6_000

/** Both ends know a link by the same name, which names them both. */
const nameOf = (pair: readonly [string, string]) => pair.toSorted().join('~')
const keyOf = (room: string, link: string) => `${room} ${link}`
const endsOf = (link: string) => link.split('~')

export function createMediaLinks({ nodes, nodesOf, log }: {
  nodes: Pick<MediaNodes, 'get'>
  nodesOf(room: string): string[]
  log: Pick<Logger, 'warn'>
}): MediaLinks {
  /** The ends that stand, by room, link and node. */
  const standing = new Map<string, Map<string, Set<string>>>()
  /** Until when the end that is not known yet is waited for, by room and link. */
  const returning = new Map<string, number>()
  const working = new Map<string, { again: boolean }>()

  const linksOf = (room: string) => standing.get(room) ?? new Map<string, Set<string>>()
  const control = (nodeId: string) => nodes.get(nodeId)?.control

  function stand(room: string, link: string, nodeId: string): void {
    const links = linksOf(room)
    standing.set(room, links.set(link, (links.get(link) ?? new Set<string>()).add(nodeId)))
  }

  function forget(room: string, link: string): void {
    const links = linksOf(room)
    links.delete(link)
    returning.delete(keyOf(room, link))
    if (links.size === 0) standing.delete(room)
  }

  async function close(room: string, link: string): Promise<void> {
    forget(room, link)
    await Promise.allSettled(endsOf(link).map((end) => control(end)?.request('closeLink', { room, link })))
  }

  async function open(room: string, link: string): Promise<void> {
    const [a, b] = endsOf(link).map(control)
    if (!a || !b) return
    const opening = [a.request('openLink', { room, link }), b.request('openLink', { room, link })] as const
    try {
      const [atA, atB] = await Promise.all(opening)
      await Promise.all([a.request('connectLink', { room, link, remote: atB }), b.request('connectLink', { room, link, remote: atA })])
    } catch (error) {
      // An end that stands alone would keep its port.
      await Promise.allSettled(opening)
      await close(room, link)
      throw error
    }
    for (const end of endsOf(link)) stand(room, link, end)
  }

  async function bring(room: string): Promise<void> {
    const having = nodesOf(room).filter((id) => nodes.get(id))
    const wanted = new Set(having.flatMap((a, n) => having.slice(n + 1).map((b) => nameOf([a, b]))))
    const waits = (link: string) => (returning.get(keyOf(room, link)) ?? 0) > Date.now() && linksOf(room).get(link)?.size !== 2
    for (const link of [...linksOf(room).keys()]) if (!wanted.has(link) && !waits(link)) await close(room, link)
    for (const link of wanted) if (linksOf(room).get(link)?.size !== 2 && !waits(link)) await open(room, link)
  }

  /** One after the other for each room, and once more when it changed meanwhile. */
  function update(room: string): void {
    const busy = working.get(room)
    if (busy) {
      busy.again = true
      return
    }
    if (nodesOf(room).length < 2 && !standing.has(room)) return
    const work = { again: false }
    working.set(room, work)
    bring(room).catch((err: unknown) => {
      log.warn({ room, err }, 'the media nodes of a room could not be linked yet')
      return new Promise<void>((resolve) => { setTimeout(() => { work.again = true; resolve() }, RETRY_MS).unref() })
    }).finally(() => {
      working.delete(room)
      if (work.again) update(room)
    })
  }

  const otherEnd = (nodeId: string, link: string) => {
    const ends = endsOf(link)
    return ends.includes(nodeId) ? control(ends.find((end) => end !== nodeId) ?? '') : undefined
  }
  const untold = (what: string) => (err: unknown) => log.warn({ what, err }, 'a media node could not be told of another')

  return {
    update,
    show: (nodeId, state) => void otherEnd(nodeId, state.link)?.request('showLinked', state).catch(untold('state')),
    pass: (nodeId, saying) => void otherEnd(nodeId, saying.link)?.request('passSaying', saying).catch(untold('saying')),
    broken: (room, link) => void close(room, link).then(() => update(room)),
    async adopt({ id }) {
      const { links } = await control(id)?.request('listLinks', {}) ?? { links: [] }
      for (const { room, link } of links) {
        stand(room, link, id)
        returning.set(keyOf(room, link), Date.now() + RETURN_MS)
      }
      for (const room of new Set(links.map((link) => link.room))) setTimeout(update, RETURN_MS, room).unref()
    },
    lost(nodeId) {
      for (const [room, links] of [...standing]) {
        for (const link of [...links.keys()]) if (endsOf(link).includes(nodeId)) void close(room, link)
      }
    },
  }
}
