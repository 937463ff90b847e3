import { answerCalls } from '../child.ts'
import { receiveFromJanus, sendToJanus } from './janus-peers.ts'
import { joinNode } from './node-api.ts'
import { everything, receiveFromNode, sendToNode } from './node-peers.ts'
import { watchSrtpProfiles, type MediaPeer } from './peer.ts'
import type { Admission } from './server.ts'
import { createSpeaker, type Speaker } from './speaker.ts'
import { createTally } from './tally.ts'
import type { StreamPlan } from './traffic.ts'

/** The program of a process that makes load on either server: a speaker, or viewers who receive all that is sent. */

/** Kept, so that they are not collected while they run. */
const viewers: MediaPeer[] = []
const profiles = new Set<string>()
const tally = createTally()
let speaker: Speaker | undefined

async function send(admission: Admission, streams: StreamPlan[]): Promise<MediaPeer> {
  return admission.side === 'janus' ? await sendToJanus(admission, streams) : await sendToNode(await joinNode(admission), streams)
}

async function receive(admission: Admission, onMedia: ((packet: Buffer) => void) | undefined): Promise<MediaPeer> {
  if (admission.side === 'janus') return await receiveFromJanus(admission, onMedia)
  const viewer = await receiveFromNode(await joinNode(admission), onMedia)
  await viewer.view(everything)
  return viewer.peer
}

const calls = {
  /** From now on the SRTP profiles that new connections agree upon are noted. */
  watchProfiles: async (_: void) => watchSrtpProfiles((profile) => profiles.add(profile)),
  profiles: async (_: void) => [...profiles],

  async prepareSpeaker({ admission, streams }: { admission: Admission; streams: StreamPlan[] }) {
    speaker = createSpeaker(await send(admission, streams), streams)
  },
  speak: async (_: void) => speaker?.start(),
  fallSilent: async (_: void) => speaker?.stop(),

  /** Not `counted`: they receive and decrypt, which costs the load the least. */
  async receive({ admissions, counted }: { admissions: Admission[]; counted: boolean }) {
    viewers.push(...await Promise.all(admissions.map((admission) => receive(admission, counted ? tally.add : undefined))))
  },

  /** Packets sent from now on carry this phase, and those alone are counted. 0: none. */
  async begin(phase: number) {
    const sent = speaker?.sent().reduce((sum, stream) => sum + stream.sent, 0) ?? 0
    speaker?.begin(phase)
    if (phase > 0) tally.begin(phase)
    return { sent }
  },
  counts: async (_: void) => tally.counts(),
}

export type LoadCalls = typeof calls
answerCalls(calls)
