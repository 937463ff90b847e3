import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileFailure } from './failure.mjs'

/** Field 22 of /proc/PID/stat: tells a process from a later one with the same number. */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function holder(file) {
  try {
    const [pid, started] = readFileSync(file, 'utf8').split(' ')
    return started && startTimeOf(pid) === started ? pid : undefined
  } catch {
    return undefined
  }
}

/**
 * Does `work` while holding a lock file, so that two starts do not do it twice. A lock whose process is gone is void.
 * `onWait` is told once which process is waited for.
 */
export async function withLock(file, work, onWait = () => {}) {
  const mine = `${process.pid} ${startTimeOf(process.pid)}`
  let told = false
  for (;;) {
    try {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, mine, { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw fileFailure(error, path.dirname(file))
    }
    const pid = holder(file)
    if (!pid) {
      // It may also be half-written by a process that just took it: look twice before removing it.
      await sleep(200)
      if (!holder(file)) rmSync(file, { force: true })
      continue
    }
    if (!told) onWait(pid)
    told = true
    await sleep(500)
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}
