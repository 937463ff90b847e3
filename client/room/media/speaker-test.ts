/** Two rising notes (Hz), as of a friendly bell, and how long each sounds (s). */
const NOTES = [523.25, 783.99]
const NOTE_S = 0.45

/** Plays two short notes on a speaker ('' is the system's choice). Resolves when they are over; rejects where it cannot play. */
export async function playTestTone(speakerId: string): Promise<void> {
  const context = new AudioContext()
  try {
    const target = context.createMediaStreamDestination()
    NOTES.forEach((frequency, n) => {
      const start = context.currentTime + 0.1 + n * NOTE_S
      const gain = new GainNode(context, { gain: 0 })
      gain.gain.setValueAtTime(0, start)
      gain.gain.linearRampToValueAtTime(0.3, start + 0.02)
      gain.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S)
      const tone = new OscillatorNode(context, { frequency })
      tone.connect(gain).connect(target)
      tone.start(start)
      tone.stop(start + NOTE_S)
    })
    const audio = new Audio()
    audio.srcObject = target.stream
    if (speakerId && 'setSinkId' in audio) await audio.setSinkId(speakerId)
    await context.resume()
    await audio.play()
    await new Promise((resolve) => setTimeout(resolve, 1_000 * (0.2 + NOTES.length * NOTE_S)))
    audio.pause()
  } finally {
    await context.close()
  }
}
