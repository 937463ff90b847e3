import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isDiskFull, npmFailure } from './failure.mjs'
import { runProgram } from './program.mjs'
import { step } from './progress.mjs'

const RETRIES = 2

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Whether node_modules holds what package-lock.json names: npm writes down what it installed, last of all, so an
 * install that was cut short has no such record. Optional packages of other platforms may be absent.
 */
export function dependenciesMatch(root) {
  const wanted = packagesOf(path.join(root, 'package-lock.json'))
  const present = packagesOf(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !present || !existsSync(path.join(root, 'node_modules', '.bin', 'node'))) return false
  return Object.entries(wanted).every(([place, one]) => {
    if (place === '') return true
    const installed = present[place]
    if (!installed) return one.optional === true || one.devOptional === true
    return installed.version === one.version && installed.integrity === one.integrity
  })
}

/** The npm that runs us, else the one on PATH. */
function npm() {
  const cli = process.env.npm_execpath
  return cli && /npm-cli\.c?js$/.test(cli) && existsSync(cli) ? [process.execPath, cli] : ['npm']
}

/**
 * Installs the dependencies of the lockfile where they are not there. No package's install script runs: what they would
 * fetch or build is prebuilt in the packages, restored at the start (PostgreSQL) or built by us (media worker).
 */
export async function ensureDependencies(root) {
  if (dependenciesMatch(root)) return
  await step('dependencies of the lockfile (npm ci)', async (report) => {
    const [program, ...args] = npm()
    const lockfile = packagesOf(path.join(root, 'package-lock.json')) ?? {}
    const total = Object.values(lockfile).filter((one) => one.integrity && !one.optional).length
    const fetched = new Set()
    // npm goes on asking for other packages when the registry does not answer for one: minutes, to the same end.
    const onLine = (line, end) => {
      // A full disk it only warns of, and ends as if all were well.
      if (new RegExp(`attempt ${RETRIES + 1} failed with E`).test(line) || isDiskFull(line)) end()
      const archive = /^npm http (?:fetch GET 200|cache) \S*?(https?:\S+\.tgz)/.exec(line)
      if (archive) report(`${fetched.add(archive[1]).size} of about ${total} packages`)
    }
    const done = await runProgram(program, [...args, 'ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund',
      '--loglevel=http', `--fetch-retries=${RETRIES}`, '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000',
      '--fetch-timeout=60000'], { cwd: root, onLine })
    if (done.status !== 0 || !dependenciesMatch(root)) {
      const registry = await runProgram(program, [...args, 'config', 'get', 'registry'], { cwd: root })
      throw npmFailure(done.output, registry.status === 0 ? registry.output.trim() : '', root)
    }
  })
}
