/** A colour of the theme, as the browser works it out within this element. */
export function themeColour(within: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  within.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  // Charts read no `oklch`: a canvas says it as it is drawn.
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (!pen) return found
  pen.fillStyle = found
  pen.fillRect(0, 0, 1, 1)
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data
  return `rgb(${r}, ${g}, ${b})`
}
