import type { types } from 'mediasoup-client'
import type { Findings } from './verdict.ts'

/** Until the estimate of the bandwidth has left its start behind, and how long is measured then. In ms. */
const SETTLE_MS = 1_000
const MEASURE_MS = 2_000
/** What a browser believes of its bandwidth beyond this is not tried, so not told. In kbit/s. */
const MOST_KBPS = 5_000

/** The numbers of a connection's statistics that count here. */
interface Reading {
  at: number
  bytes: number
  packets: number
  lost: number
  rttS: number | undefined
  availableBps: number | undefined
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function read(transport: types.Transport, type: 'outbound-rtp' | 'inbound-rtp'): Promise<Reading> {
  const reading: Reading = { at: performance.now(), bytes: 0, packets: 0, lost: 0, rttS: undefined, availableBps: undefined }
  for (const report of (await transport.getStats()).values()) {
    if (report.type === type) {
      reading.bytes += report.bytesSent ?? report.bytesReceived ?? 0
      reading.packets += report.packetsSent ?? report.packetsReceived ?? 0
      reading.lost += report.packetsLost ?? 0
    }
    // What the node says of how our packets came there.
    if (report.type === 'remote-inbound-rtp') reading.lost += report.packetsLost ?? 0
    if (report.type === 'candidate-pair' && report.nominated) {
      reading.rttS = report.currentRoundTripTime ?? reading.rttS
      reading.availableBps = report.availableOutgoingBitrate ?? reading.availableBps
    }
  }
  return reading
}

const kbps = (before: Reading, after: Reading) => Math.round(8 * (after.bytes - before.bytes) / (after.at - before.at))

/** The share that was lost; of what was sent, or of what should have come. */
function lossOf(before: Reading, after: Reading, isSender: boolean): number {
  const lost = Math.max(0, after.lost - before.lost)
  const packets = after.packets - before.packets + (isSender ? 0 : lost)
  return packets > 0 ? Math.min(1, lost / packets) : 0
}

/** The share of what was sent that may be missing at the other end for reasons of measuring alone. */
const AS_SENT = 0.8

/**
 * What comes back was sent up first, so only where clearly less came than was sent is the way down what limits. Else it is
 * not known. In kbit/s.
 */
export const downOf = (sentKbps: number, cameKbps: number) => (cameKbps < AS_SENT * sentKbps ? cameKbps : null)

/** Watches what flows from one open transport to the other. */
export async function measureFlow(sending: types.Transport, receiving: types.Transport): Promise<Partial<Findings>> {
  const readBoth = () => Promise.all([read(sending, 'outbound-rtp'), read(receiving, 'inbound-rtp')])
  await pause(SETTLE_MS)
  const [sentBefore, cameBefore] = await readBoth()
  await pause(MEASURE_MS)
  const [sent, came] = await readBoth()
  const believed = Math.min(MOST_KBPS, Math.round((sent.availableBps ?? 0) / 1_000))
  const rttS = sent.rttS ?? came.rttS
  const sentKbps = kbps(sentBefore, sent)
  return {
    upKbps: Math.max(sentKbps, believed),
    downKbps: downOf(sentKbps, kbps(cameBefore, came)),
    rttMs: rttS === undefined ? null : Math.round(rttS * 1_000),
    loss: Math.max(lossOf(sentBefore, sent, true), lossOf(cameBefore, came, false)),
  }
}
