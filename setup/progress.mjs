const EVERY_MS = 10_000

function seconds(from) {
  const all = Math.round((Date.now() - from) / 1000)
  return all < 60 ? `${all} s` : `${Math.floor(all / 60)} min ${all % 60} s`
}

/**
 * Runs one step of the setup and says so: a line at its beginning, one at its end, and in between how far it is (what
 * `report` was last told) and how long it takes: always on a terminal, every ten seconds elsewhere.
 *
 * @template T
 * @param {string} title
 * @param {(report: (text: string) => void) => Promise<T>} work
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} out
 * @returns {Promise<T>}
 */
export async function step(title, work, out = process.stdout) {
  const from = Date.now()
  let detail = ''
  let shown = Date.now()
  out.write(`… ${title}\n`)
  const show = () => {
    const line = `  ${title}: ${[detail, seconds(from)].filter(Boolean).join(' · ')}`
    if (out.isTTY) out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}`)
    else if (Date.now() - shown >= EVERY_MS) {
      shown = Date.now()
      out.write(`${line}\n`)
    }
  }
  const timer = setInterval(show, out.isTTY ? 500 : 1000)
  try {
    const result = await work((text) => (detail = text))
    if (out.isTTY) out.write('\r\x1b[K')
    out.write(`✓ ${title} (${seconds(from)})\n`)
    return result
  } catch (error) {
    if (out.isTTY) out.write('\r\x1b[K')
    out.write(`✗ ${title} (${seconds(from)})\n`)
    throw error
  } finally {
    clearInterval(timer)
  }
}
