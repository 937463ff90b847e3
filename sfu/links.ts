import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { LinkAddress, type LinkedProducer, type LinkedSaying, type LinkState } from '../protocol/media-link.ts'
import { RtpParameters } from '../protocol/rtp.ts'
import type { Telling } from './control.ts'
import type { Room } from './room.ts'
import { createSource, type Source } from './source.ts'

/** This node's ends of the links of its rooms. What goes wrong with one is told to the server, which makes it anew. */
export interface Links {
  /** Fails where the room has nobody here. */
  open(room: string, link: string): Promise<LinkAddress>
  connect(room: string, link: string, remote: LinkAddress): Promise<void>
  /** Whoever was seen through it is gone. Idempotent, like `show` and `pass` of a link that is no more. */
  close(room: string, link: string): void
  show(state: LinkState): void
  pass(saying: LinkedSaying): void
  /** Tells the state of each again. */
  list(): { room: string; link: string }[]
}

interface End {
  room: Room
  transport: types.PipeTransport
  /** What is sent over it, by the producer's id. */
  sent: Map<string, Promise<types.Consumer>>
  /** What comes in over it. */
  received: Map<string, Promise<types.Producer>>
  remotePeers: Map<string, string>
  connected: boolean
  telling: NodeJS.Immediate | undefined
  stop(): void
}

/** The links of different rooms between the same two nodes have one name. */
const keyOf = (room: string, link: string) => `${room} ${link}`
const linkOf = (key: string) => key.slice(key.lastIndexOf(' ') + 1)

export function createLinks({ roomOf, listen, tell, log }: {
  roomOf(id: string): Promise<Room> | undefined
  /** Where pipes listen, a port each, and how the other nodes reach that address. */
  listen: { ip: string; announcedAddress: string; portRange: { min: number; max: number } }
  tell(what: Telling): void
  log: Pick<Logger, 'warn' | 'debug'>
}): Links {
  const ends = new Map<string, End>()

  const isOwn = (end: End, peerId: string) => end.room.members.has(peerId)

  async function send(end: End, source: Source): Promise<types.Consumer> {
    const { router } = end.room.places.main()
    await source.on(router)
    return await end.transport.consume({ producerId: source.id })
  }

  /** Everything of this side as it is now, once however many changes there were. */
  function report(key: string, end: End): void {
    if (!end.connected) return
    end.telling ??= setImmediate(() => {
      end.telling = undefined
      void stateOf(key, end).then((state) => { if (ends.get(key) === end) tell({ linked: state }) })
    })
  }

  async function stateOf(key: string, { room, sent }: End): Promise<LinkState> {
    const made = await Promise.all([...sent].map(async ([producerId, consumer]): Promise<LinkedProducer[]> => {
      const source = room.sources.get(producerId)
      const made = await consumer.catch(() => undefined)
      if (!source || !made || made.closed) return []
      const { peerId, source: of } = source
      // As it goes over the wire, where what is undefined is absent.
      const rtpParameters = RtpParameters.parse(JSON.parse(JSON.stringify(made.rtpParameters)))
      return [{ producerId, peerId, source: of, kind: made.kind, rtpParameters, paused: source.paused() }]
    }))
    const peers = [...room.members.values()].map(({ peer }) => ({ peerId: peer.id, label: peer.label }))
    return { room: room.id, link: linkOf(key), peers, producers: made.flat() }
  }

  function follow(key: string, end: End): () => void {
    const { room } = end
    const added = (source: Source) => {
      if (!isOwn(end, source.peerId) || end.sent.has(source.id)) return
      const consumer = send(end, source)
      end.sent.set(source.id, consumer)
      consumer.then(() => report(key, end), (error: unknown) => {
        end.sent.delete(source.id)
        log.debug({ err: error }, 'not sent over a link')
      })
    }
    const changed = (source: Source) => { if (end.sent.has(source.id)) report(key, end) }
    const removed = (source: Source) => { if (end.sent.delete(source.id)) report(key, end) }
    const peers = () => report(key, end)
    const said = ({ peerId, channel, text }: { peerId: string; channel: LinkedSaying['channel']; text: string }) => {
      if (end.connected && isOwn(end, peerId)) tell({ saying: { room: room.id, link: linkOf(key), peerId, channel, text } })
    }
    room.events.on('sourceAdded', added).on('sourcePaused', changed).on('sourceResumed', changed).on('sourceRemoved', removed)
    room.events.on('memberAdded', peers).on('memberRemoved', peers).on('said', said)
    for (const source of room.sources.values()) added(source)
    return () => {
      room.events.off('sourceAdded', added).off('sourcePaused', changed).off('sourceResumed', changed).off('sourceRemoved', removed)
      room.events.off('memberAdded', peers).off('memberRemoved', peers).off('said', said)
    }
  }

  async function receive(end: End, { producerId, peerId, source, kind, rtpParameters, paused }: LinkedProducer): Promise<types.Producer> {
    const { router } = end.room.places.main()
    const producer = await end.transport.produce({ id: producerId, kind, paused, rtpParameters: rtpParameters as types.RtpParameters })
    end.room.addSource(createSource({ producer, router, peerId, label: end.remotePeers.get(peerId) ?? '', source }))
    return producer
  }

  /** Brings what is shown here of the other side into line with what it says. */
  function mirror(end: End, { peers, producers }: LinkState): void {
    const theirs = new Map(peers.map(({ peerId, label }) => [peerId, label]))
    for (const [peerId, label] of theirs) {
      if (end.remotePeers.get(peerId) === label) continue
      end.remotePeers.set(peerId, label)
      end.room.addVisitor({ peerId, label })
    }
    const shown = new Map(producers.map((one) => [one.producerId, one]))
    for (const [id, producer] of end.received) {
      const told = shown.get(id)
      if (!told) end.received.delete(id)
      producer.then(async (one) => {
        if (!told) one.close()
        else if (told.paused !== one.paused) await one[told.paused ? 'pause' : 'resume']()
      }).catch((error: unknown) => log.debug({ err: error }, 'a linked producer ended meanwhile'))
    }
    for (const told of producers) {
      if (end.received.has(told.producerId)) continue
      const producer = receive(end, told)
      end.received.set(told.producerId, producer)
      producer.catch((error: unknown) => {
        end.received.delete(told.producerId)
        log.warn({ err: error }, 'not received over a link')
      })
    }
    for (const peerId of [...end.remotePeers.keys()]) {
      if (theirs.has(peerId)) continue
      end.remotePeers.delete(peerId)
      end.room.removeVisitor(peerId)
    }
  }

  function close(key: string): void {
    const end = ends.get(key)
    if (!end) return
    ends.delete(key)
    end.stop()
    clearImmediate(end.telling)
    end.transport.close()
    for (const peerId of end.remotePeers.keys()) end.room.removeVisitor(peerId)
  }

  return {
    async open(roomId, link) {
      close(keyOf(roomId, link))
      const room = await roomOf(roomId)
      if (!room || room.closed()) throw new Error('nobody is in that room here')
      const transport = await room.places.main().router.createPipeTransport({
        listenInfo: { protocol: 'udp', ...listen }, enableRtx: true, enableSrtp: true,
      })
      const end: End = {
        room, transport, sent: new Map(), received: new Map(), remotePeers: new Map(), connected: false, telling: undefined,
        stop: () => undefined,
      }
      const key = keyOf(roomId, link)
      ends.set(key, end)
      // With the worker that it was on, or with the room.
      transport.observer.once('close', () => {
        if (ends.get(key) !== end) return
        close(key)
        tell({ unlinked: { room: roomId, link } })
      })
      const { localAddress, localPort: port } = transport.tuple
      return LinkAddress.parse({ ip: listen.announcedAddress || localAddress, port, srtpParameters: transport.srtpParameters })
    },
    async connect(roomId, link, { ip, port, srtpParameters }) {
      const key = keyOf(roomId, link)
      const end = ends.get(key)
      if (!end) throw new Error('there is no such link')
      await end.transport.connect({ ip, port, srtpParameters: srtpParameters as types.SrtpParameters })
      end.connected = true
      end.stop = follow(key, end)
      report(key, end)
    },
    close: (room, link) => close(keyOf(room, link)),
    show(state) {
      const end = ends.get(keyOf(state.room, state.link))
      if (end) mirror(end, state)
    },
    pass({ room, link, peerId, channel, text }) {
      const end = ends.get(keyOf(room, link))
      if (end?.remotePeers.has(peerId)) end.room.tellAll('said', { peerId, channel, text })
    },
    list() {
      for (const [key, end] of ends) report(key, end)
      return [...ends].map(([key, { room }]) => ({ room: room.id, link: linkOf(key) }))
    },
  }
}
