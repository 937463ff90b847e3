/** What a peer of the load needs to get into a room. Plain data: it goes to another process. */
export type Admission =
  | { side: 'node'; socket: string; nodeId: string; peer: string; grant: string }
  | { side: 'janus'; address: string; room: number }

export interface BenchRoom {
  /** Valid for a minute, for one peer. */
  admit(peer: string, right: 'send' | 'receive'): Promise<Admission>
}

/** A media server under measurement: ours or Janus. */
export interface MediaServer {
  /** Processes that receive and send media. */
  mediaPids(): number[]
  /** Processes that only signal. */
  signallingPids(): number[]
  openRoom(): Promise<BenchRoom>
  /** Ends its processes and removes its files. */
  stop(): Promise<void>
}
