import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileFailure, SetupFailure } from './failure.mjs'
import { withLock } from './lock.mjs'
import { buildWorker, RECIPE } from './media-worker/build.mjs'
import { fetchPrebuiltWorker } from './media-worker/prebuilt.mjs'
import { runProgram } from './program.mjs'

/** What the worker exits with when nobody told it the version it is to serve: it was loaded and ran. */
const RUNS = 41

export async function workerRuns(program) {
  return existsSync(program) && (await runProgram(program, [], { env: {} })).status === RUNS
}

/** Names the kind of machine that a program built here runs on: system, processor, distribution and its release. */
export function machineAbi(osRelease = readFileSync('/etc/os-release', 'utf8')) {
  const value = (key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
  return `${os.platform()}-${os.arch()}-${value('ID') || 'linux'}${value('VERSION_ID')}`
}

/** Where the worker of this machine is kept, outside any checkout. */
export function workerPlace(version, env = process.env) {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), '.cache')
  return path.join(cache, 'nghi-su', 'mediasoup-worker', `${version}-${RECIPE}-${machineAbi()}`, 'mediasoup-worker')
}

/**
 * The path of a media worker that runs on this machine: the one named by MEDIASOUP_WORKER_BIN, else the one in the
 * cache folder, put there once: the makers' own where it can be had, else built from the npm package's sources.
 */
export async function ensureMediaWorker(root) {
  const given = process.env.MEDIASOUP_WORKER_BIN
  if (given) {
    if (await workerRuns(given)) return path.resolve(given)
    throw new SetupFailure(
      `MEDIASOUP_WORKER_BIN=${given} is not a mediasoup worker that runs on this machine.`,
      'Correct the path, or leave the variable out to have the worker found or built.',
    )
  }
  const source = path.join(root, 'node_modules', 'mediasoup')
  const manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'))
  const place = workerPlace(manifest.version)
  if (await workerRuns(place)) return place

  const folder = path.dirname(place)
  const wait = (pid) => process.stdout.write(`  process ${pid} is getting the media worker; waiting for it\n`)
  return withLock(`${folder}.lock`, async () => {
    if (await workerRuns(place)) return place
    const fresh = path.join(folder, `mediasoup-worker.${process.pid}`)
    const work = path.join(folder, 'build')
    try {
      mkdirSync(folder, { recursive: true })
      const fetched = (await fetchPrebuiltWorker(manifest, work, fresh)) && (await workerRuns(fresh))
      if (!fetched) await buildWorker(path.join(source, 'worker'), work, fresh)
      if (!(await workerRuns(fresh))) {
        const remedy = 'Name one that does: MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker'
        throw new SetupFailure('The media worker was built, but does not run on this machine.', remedy)
      }
      renameSync(fresh, place)
    } catch (error) {
      throw fileFailure(error, folder)
    } finally {
      rmSync(fresh, { force: true })
    }
    return place
  }, wait)
}
