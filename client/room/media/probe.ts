import type { ShallowRef } from 'vue'

/** Whether a way to the media node is open. `notConfigured`: there is no relay to try. */
export type WayVerdict = 'ok' | 'blocked' | 'notConfigured'

/** What to tell somebody about their connection, the most important first; the words are the page's. */
export type Advice =
  | 'unreachable' // nothing comes through at all: a firewall or a lost network
  | 'udpBlocked' // it works over TCP, with more delay: ask the administrator to open UDP
  | 'relayOnly' // only the relay comes through
  | 'slowUpload' // others will see a small or halting picture: turn the camera off, or use a cable
  | 'slowDownload' // few pictures at once: sound only
  | 'farAway' // long round trip: people will speak into each other
  | 'lossy' // packets get lost: move closer to the access point, or use a cable

/** What a check has found so far. Null is not known (yet). */
export interface ConnectionReport {
  running: boolean
  udp: WayVerdict | null
  tcp: WayVerdict | null
  relay: WayVerdict | null
  /** Estimates, in kbit/s. */
  upKbps: number | null
  downKbps: number | null
  rttMs: number | null
  /** Lost of what was sent, 0 to 1. */
  loss: number | null
  /** `none`: no way is open. */
  verdict: 'good' | 'fair' | 'poor' | 'none' | null
  advice: Advice[]
}

/** A check under way. `report` is replaced at each finding. */
export interface ConnectionCheck {
  report: Readonly<ShallowRef<ConnectionReport>>
  stop(): void
}
