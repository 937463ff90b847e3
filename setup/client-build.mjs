import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileFailure, programFailure } from './failure.mjs'
import { runProgram } from './program.mjs'
import { step } from './progress.mjs'

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.test\.ts$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
}

/** A hash of everything that the client is built from. */
export function clientSources(root) {
  const hash = createHash('sha256')
  const files = ['client', 'protocol'].flatMap((folder) => filesBelow(path.join(root, folder)))
  for (const file of [...files.sort(), path.join(root, 'package-lock.json'), path.join(root, 'tsconfig.base.json')]) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

const stampFile = (root) => path.join(root, 'dist', 'client.sources')

/** What the build leaves behind: the client, and the themes in node_modules that the type checker reads. */
const RESULTS = ['dist/client/index.html', 'node_modules/.nuxt-ui/ui']

export function clientIsBuilt(root) {
  const stamp = stampFile(root)
  if (![stamp, ...RESULTS.map((one) => path.join(root, one))].every((one) => existsSync(one))) return false
  return readFileSync(stamp, 'utf8') === clientSources(root)
}

/** Builds the client into dist/client where its sources changed since the last build. */
export async function ensureClientBuild(root) {
  if (clientIsBuilt(root)) return
  await step('client build', async (report) => {
    try {
      rmSync(stampFile(root), { force: true })
    } catch (error) {
      throw fileFailure(error, path.join(root, 'dist'))
    }
    const sources = clientSources(root)
    const node = path.join(root, 'node_modules', '.bin', 'node')
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    const done = await runProgram(node, [vite, 'build', '--config', 'client/vite.config.ts'], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
      onLine: (line) => {
        const modules = /(\d+) modules transformed/.exec(line)
        if (modules) report(`${modules[1]} modules`)
      },
    })
    if (done.status !== 0) throw programFailure('vite build', done.output, root, 'Mend what it names above, then start again.')
    writeFileSync(stampFile(root), sources)
  })
}
