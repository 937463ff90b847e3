import { aptFailure, SetupFailure } from './failure.mjs'
import { answers, runProgram } from './program.mjs'
import { step } from './progress.mjs'

async function missingOf(packages) {
  const known = await runProgram('dpkg-query', ['-W', '-f', '${Package} ${Status}\n', ...packages])
  const lines = known.output.split('\n').filter((line) => line.endsWith(' ok installed'))
  const installed = new Set(lines.map((line) => line.split(' ')[0]))
  return packages.filter((name) => !installed.has(name))
}

/**
 * Sees to it that packages of Debian are installed; `why` says what needs them, in a word or two.
 * As an ordinary user it installs by sudo where that asks no password.
 */
export async function ensureSystemPackages(packages, why) {
  if (!(await answers('apt-get', ['--version']))) {
    throw new SetupFailure(
      `apt-get is missing on this system, and ${why} needs packages that it would install.`,
      `Install what these Debian packages hold by the means of this system, then start again: ${packages.join(' ')}`,
    )
  }
  const missing = await missingOf(packages)
  if (missing.length === 0) return
  const root = process.getuid() === 0
  if (!root && !(await answers('sudo', ['-n', 'true']))) {
    throw new SetupFailure(
      `${why} needs packages of the system, and only root may install them.`,
      `Run this once, then start again: sudo apt-get install --no-install-recommends ${missing.join(' ')}`,
    )
  }
  await step(`packages of the system for ${why}: ${missing.join(' ')}`, async (report) => {
    const apt = (args, onLine) => {
      const command = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args]
      // sudo hands no further descriptor on, so only root is told how far apt-get is.
      const [program, ...rest] = root ? [...command, '-o', 'APT::Status-Fd=3'] : ['sudo', '-n', ...command]
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
      return runProgram(program, rest, { env, onLine, statusLines: root })
    }
    const onLine = (line) => {
      const status = /^(dlstatus|pmstatus):[^:]*:([\d.]+):/.exec(line)
      if (status) report(`${status[1] === 'dlstatus' ? 'downloading' : 'installing'} ${Math.round(Number(status[2]))} %`)
    }
    await apt(['update', '-q'], onLine)
    const done = await apt(['install', '-y', '-q', '--no-install-recommends', ...missing], onLine)
    if (done.status !== 0) throw aptFailure(done.output, missing)
  })
}
