import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import os from 'node:os'

/** What Linux tells in /proc of a process and of the machine. */

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/**
 * CPU time of all threads of a process so far, user and system, in seconds: to the nanosecond where the kernel shows its
 * scheduler's own figures, else in its ticks. Threads that have ended are left out of the former.
 */
export function cpuSeconds(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + scheduledSeconds(`/proc/${pid}/task/${thread}/sched`), 0)
  } catch {
    return tickSeconds(`/proc/${pid}/stat`)
  }
}

function scheduledSeconds(file: string): number {
  const milliseconds = /^se\.sum_exec_runtime\s*:\s*([\d.]+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
  if (milliseconds === undefined) throw new Error(`${file} does not tell the run time`)
  return Number(milliseconds) / 1_000
}

function tickSeconds(file: string): number {
  const stat = readFileSync(file, 'utf8')
  // The second field, the name, may hold blanks; what follows its closing parenthesis does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Memory that is the process's own and not shared, in bytes. */
export function ownMemory(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].map((match) => Number(match[1]))
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024
}

/** Puts a running process, every thread of it, on these cores. */
export function pin(pid: number, cores: number[]): void {
  if (cores.length > 0) execFileSync('taskset', ['-acp', cores.join(','), String(pid)], { stdio: 'ignore' })
}

export function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? [] : children.split(' ').map(Number)
}

/** Datagrams that arrived at the UDP sockets of a process, and were dropped because it did not read them in time. */
export function udpDrops(pid: number): number {
  const inodes = new Set<string>()
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      if (inode) inodes.add(inode)
    } catch {
      // Closed between the listing and the look.
    }
  }
  let drops = 0
  for (const line of readFileSync(`/proc/${pid}/net/udp`, 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    if (inodes.has(fields[9] ?? '')) drops += Number(fields[12])
  }
  return drops
}

/** Share of a core that was busy between two calls of the returned function, 0 … 1, for each core. */
export function watchCores(): () => number[] {
  const read = () => os.cpus().map(({ times }) => ({ idle: times.idle, all: Object.values(times).reduce((sum, one) => sum + one, 0) }))
  let before = read()
  return () => {
    const now = read()
    const busy = now.map(({ idle, all }, n) => {
      const last = before[n] ?? { idle: 0, all: 0 }
      return all === last.all ? 0 : 1 - (idle - last.idle) / (all - last.all)
    })
    before = now
    return busy
  }
}
