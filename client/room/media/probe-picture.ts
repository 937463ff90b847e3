const SIZE = { width: 960, height: 540, framesPerSecond: 20 }
const GRAIN = 256

/** A picture that no encoder can make small: coarse noise that moves. */
export function synthesizePicture(): { track: MediaStreamTrack, stop(): void } {
  const grain = document.createElement('canvas')
  grain.width = GRAIN
  grain.height = GRAIN
  const noise = new ImageData(GRAIN, GRAIN)
  for (let at = 0; at < noise.data.length; at += 1) noise.data[at] = at % 4 === 3 ? 255 : Math.random() * 256
  grain.getContext('2d')?.putImageData(noise, 0, 0)

  const canvas = document.createElement('canvas')
  canvas.width = SIZE.width
  canvas.height = SIZE.height
  const context = canvas.getContext('2d')
  const shift = () => -Math.floor(Math.random() * GRAIN)
  const drawing = setInterval(() => {
    for (let x = shift(); x < SIZE.width; x += GRAIN) for (let y = shift(); y < SIZE.height; y += GRAIN) context?.drawImage(grain, x, y)
  }, 1_000 / SIZE.framesPerSecond)
  const [track] = canvas.captureStream(SIZE.framesPerSecond).getVideoTracks()
  if (!track) throw new Error('this browser gives no picture of a canvas')
  return {
    track,
    stop() {
      clearInterval(drawing)
      track.stop()
    },
  }
}
