import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { runProgram } from '../program.mjs'
import { step } from '../progress.mjs'

const ANSWER_WITHIN_MS = 10_000
const DONE_WITHIN_MS = 120_000

function archiveUrl(manifest) {
  const base = process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL ||
    `${manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`
  const kernel = os.release().split('.')[0]
  return `${base}/${manifest.version}/mediasoup-worker-${manifest.version}-${os.platform()}-${os.arch()}-kernel${kernel}.tgz`
}

async function download(url, file) {
  const stop = new AbortController()
  const patience = setTimeout(() => stop.abort(new Error('no answer')), ANSWER_WITHIN_MS)
  const limit = setTimeout(() => stop.abort(new Error('too slow')), DONE_WITHIN_MS)
  try {
    const answer = await fetch(url, { signal: stop.signal })
    clearTimeout(patience)
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(file))
  } finally {
    clearTimeout(patience)
    clearTimeout(limit)
  }
}

/**
 * Tries for a short time to get the worker that the makers of mediasoup built for this kind of machine. Resolves to
 * whether a program lies at `target`; whether it runs here is for the caller to see.
 */
export async function fetchPrebuiltWorker(manifest, folder, target) {
  try {
    return await step('media worker: looking for a prebuilt one', async (report) => {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      const archive = path.join(folder, 'worker.tgz')
      try {
        await download(archiveUrl(manifest), archive)
      } catch (error) {
        report('')
        process.stdout.write(`  none to be had here (${error.cause?.code ?? error.message})\n`)
        return false
      }
      const unpacked = await runProgram('tar', ['-xzf', archive, '-C', folder, 'mediasoup-worker'])
      if (unpacked.status !== 0) return false
      chmodSync(path.join(folder, 'mediasoup-worker'), 0o755)
      renameSync(path.join(folder, 'mediasoup-worker'), target)
      return true
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
