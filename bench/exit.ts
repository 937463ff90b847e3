import { rmSync } from 'node:fs'

/** Servers that must not outlive the benchmark, however it ends. */
const running = new Map<number, string>()

process.on('exit', () => {
  for (const [pid, folder] of running) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It is gone already.
    }
    rmSync(folder, { recursive: true, force: true })
  }
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** Ends this process and removes its folder when we end. Call the returned function once it has been stopped in order. */
export function endAtExit(pid: number, folder: string): () => void {
  running.set(pid, folder)
  return () => void running.delete(pid)
}
