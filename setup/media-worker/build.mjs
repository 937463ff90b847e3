import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileFailure, programFailure } from '../failure.mjs'
import { runProgram } from '../program.mjs'
import { step } from '../progress.mjs'
import { ensureSystemPackages } from '../system-packages.mjs'
import { overlayWorker } from './overlay.mjs'

const PACKAGES = ['meson', 'ninja-build', 'pkg-config', 'g++', 'libuv1-dev', 'libssl-dev', 'libsrtp2-dev', 'libabsl-dev',
  'libflatbuffers-dev', 'flatbuffers-compiler']

/** Raised whenever the build comes to another program, so that a machine with the old one makes its own anew. */
export const RECIPE = 2

const REMEDY = 'Start again to try once more, or name a worker that runs here: MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker'

/**
 * Builds the worker from the sources in the npm package against Debian's libraries, in `folder`, which is removed at
 * the end. Puts the stripped program at `target`. About 6 minutes on 2 cores.
 */
export async function buildWorker(sources, folder, target) {
  await ensureSystemPackages(PACKAGES, 'the media worker')
  await step('media worker: building it from its sources (several minutes, once a machine)', async (report) => {
    try {
      rmSync(folder, { recursive: true, force: true })
      cpSync(sources, path.join(folder, 'worker'), { recursive: true })
      overlayWorker(path.join(folder, 'worker'))
      const out = path.join(folder, 'out')
      // The build is Debian's meson's business alone: nothing of the caller's compilers or flags enters it.
      const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LC_ALL: 'C', NINJA_STATUS: '[%f/%t] ' }
      const run = async (name, program, args, onLine) => {
        const done = await runProgram(program, args, { cwd: folder, env, onLine })
        if (done.status !== 0) throw programFailure(name, done.output, folder, REMEDY)
      }
      report('configuring')
      await run('meson', 'meson', ['setup', out, 'worker', '--buildtype', 'release', '-Db_ndebug=true', '-Db_lto=true'])
      await run('the build of the media worker', 'ninja', ['-C', out, 'mediasoup-worker'], (line) => {
        const counter = /^\[(\d+)\/(\d+)\]/.exec(line)
        if (counter) report(`${counter[1]} of ${counter[2]} files`)
      })
      await run('strip', 'strip', ['-o', target, path.join(out, 'mediasoup-worker')])
    } catch (error) {
      throw fileFailure(error, folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}
