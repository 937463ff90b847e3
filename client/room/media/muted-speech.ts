/** Loudness (dB below full scale, of one reading) above which a voice near the microphone lies, and a quiet office does not. */
const VOICE_DB = -45
/** Speech for this long is meant for others; a cough is over by then. It is forgotten as fast as it came. In ms. */
const SPEECH_MS = 600
/** How long after the last word it is still said. In ms. */
const LINGER_MS = 2_500

/** Judges readings of loudness, taken in turn: is somebody speaking, rather than making a noise? */
export function createSpeechJudge() {
  let voicedMs = 0
  let speaksUntil = 0
  return {
    /** `at` and `sinceLast` in ms. */
    hear(loudness: number, at: number, sinceLast: number): boolean {
      const voiced = loudness > VOICE_DB
      // Words have gaps between syllables, so a silent moment takes only half of what was gathered in that time.
      voicedMs = Math.max(0, Math.min(SPEECH_MS, voicedMs + (voiced ? sinceLast : -sinceLast / 2)))
      if (voicedMs >= SPEECH_MS) speaksUntil = at + LINGER_MS
      return at < speaksUntil
    },
  }
}

const READ_MS = 100

/** Reads how loud a track is, in dB below full scale, every 100 ms until it is stopped. The track is not touched. */
export function measureLoudness(track: MediaStreamTrack, hear: (loudness: number, at: number, sinceLast: number) => void): () => void {
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 2_048 })
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
  void context.resume()
  const samples = new Float32Array(analyser.fftSize)
  let last = performance.now()
  const reading = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    const at = performance.now()
    // A throttled page reads seldom; what it did not hear it does not count.
    hear(10 * Math.log10(power + 1e-12), at, Math.min(at - last, 2 * READ_MS))
    last = at
  }, READ_MS)
  return () => {
    clearInterval(reading)
    void context.close()
  }
}

/** Listens to a microphone on mute by a copy of it that is not; tells when somebody begins and ends to speak into it. */
export function watchMutedSpeech(microphone: MediaStreamTrack, tell: (speaking: boolean) => void): () => void {
  const copy = microphone.clone()
  copy.enabled = true
  const judge = createSpeechJudge()
  let told = false
  const stop = measureLoudness(copy, (loudness, at, sinceLast) => {
    const speaking = judge.hear(loudness, at, sinceLast)
    if (speaking === told) return
    told = speaking
    tell(speaking)
  })
  return () => {
    stop()
    copy.stop()
    if (told) tell(false)
  }
}
