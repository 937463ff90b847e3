/** Two soft notes, as of a door bell: frequency in Hz, begin in s. */
const NOTES = [[659, 0], [523, 0.35]] as const
const NOTE_S = 0.9

/**
 * Plays a chime on a speaker (`sinkId`; '' is the system's choice) and resolves when it has ended.
 * @throws {DOMException} the speaker cannot be used
 */
export async function playChime(sinkId: string): Promise<void> {
  const context = new AudioContext()
  try {
    const out = context.createMediaStreamDestination()
    const audio = new Audio()
    audio.srcObject = out.stream
    if (sinkId && 'setSinkId' in audio) await audio.setSinkId(sinkId)
    await audio.play()
    const begin = context.currentTime + 0.1
    for (const [frequency, after] of NOTES) {
      const note = new OscillatorNode(context, { frequency })
      const loudness = new GainNode(context, { gain: 0 })
      loudness.gain.setValueAtTime(0, begin + after)
      loudness.gain.linearRampToValueAtTime(0.25, begin + after + 0.02)
      loudness.gain.exponentialRampToValueAtTime(0.001, begin + after + NOTE_S)
      note.connect(loudness).connect(out)
      note.start(begin + after)
      note.stop(begin + after + NOTE_S)
    }
    await new Promise((resolve) => { setTimeout(resolve, 1_000 * (NOTES[1][1] + NOTE_S + 0.2)) })
    audio.srcObject = null
  } finally {
    await context.close()
  }
}
