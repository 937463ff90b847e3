import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { once } from 'node:events'

/** A4 at 200 dots an inch, as office scanners are set. */
const [WIDTH, HEIGHT] = [1654, 2339]

/** A page of paper as a scanner sees it: grain, which no compression shrinks. */
async function grainOf(quality: number): Promise<Buffer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-scan-'))
  try {
    const file = path.join(folder, 'page.jpg')
    execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', `color=white:s=${WIDTH}x${HEIGHT},noise=alls=24:allf=t`, '-frames:v', '1', '-q:v', String(quality), file])
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Writes a scan as scanners do: a flat list of pages, each before its picture, and a table of cross-references at the end. Every
 * picture is an object of its own. Gives its length; `name` makes its content another one.
 */
export async function writeScan(file: string, pages: number, name: string): Promise<number> {
  const picture = await grainOf(9)
  const out = createWriteStream(file)
  const places: number[] = []
  let at = 0
  const write = async (bytes: Buffer | string) => {
    at += Buffer.byteLength(bytes)
    if (!out.write(bytes)) await once(out, 'drain')
  }
  const begin = async (text: string) => {
    places.push(at)
    await write(`${places.length} 0 obj\n${text}\n`)
  }
  await write(`%PDF-1.4\n% ${name}\n`)
  await begin('<< /Type /Catalog /Pages 2 0 R >>\nendobj')
  await begin(`<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, page) => `${3 + 3 * page} 0 R`).join(' ')}] >>\nendobj`)
  const draw = 'q 595 0 0 842 0 0 cm /Scan Do Q'
  for (let page = 0; page < pages; page += 1) {
    const number = 3 + 3 * page
    await begin(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${number + 1} 0 R /Resources << /XObject << /Scan ${number + 2} 0 R >> >> >>\nendobj`)
    await begin(`<< /Length ${draw.length} >>\nstream\n${draw}\nendstream\nendobj`)
    await begin(`<< /Type /XObject /Subtype /Image /Width ${WIDTH} /Height ${HEIGHT} /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode /Length ${picture.length} >>\nstream`)
    await write(picture)
    await write('\nendstream\nendobj\n')
  }
  const table = at
  await write(`xref\n0 ${places.length + 1}\n0000000000 65535 f \n${places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')}`)
  await write(`trailer\n<< /Size ${places.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`)
  out.end()
  await once(out, 'finish')
  return at
}
