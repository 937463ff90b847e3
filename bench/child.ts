import { spawn } from 'node:child_process'

/** Calls that a child process carries out: by name, one input, one result, both plain data. */
export type Calls = Record<string, (input: never) => Promise<unknown>>

interface Request { id: number; method: string; input: unknown }
type Answer = { id: number; result: unknown } | { id: number; error: string }

export interface Child<C extends Calls> {
  pid: number
  call<M extends keyof C & string>(method: M, input: Parameters<C[M]>[0]): Promise<Awaited<ReturnType<C[M]>>>
  /** Ends the process; waits until it is gone. */
  stop(): Promise<void>
}

/** The command that runs another one on these cores alone; all cores when none is named. */
export function onCores(cores: number[], command: string[]): [string, ...string[]] {
  const [first = '', ...rest] = command
  return cores.length === 0 ? [first, ...rest] : ['taskset', '-c', cores.join(','), ...command]
}

/** Runs one of our programs as a child that answers calls. `yielding`: at the lowest priority. */
export function startChild<C extends Calls>(program: URL, cores: number[], { yielding = false } = {}): Child<C> {
  const [command, ...args] = onCores(cores, [...(yielding ? ['nice', '-n', '19'] : []), process.execPath, program.pathname])
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const failAll = (message: string) => {
    for (const { reject } of waiting.values()) reject(new Error(message))
    waiting.clear()
  }
  child.once('error', (error) => failAll(error.message))
  child.once('exit', (code, signal) => failAll(`${program.pathname} ended (${signal ?? code})`))
  child.on('message', (message) => {
    const answer = message as Answer
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) call?.reject(new Error(answer.error))
    else call?.resolve(answer.result)
  })
  return {
    pid: child.pid ?? 0,
    call<M extends keyof C & string>(method: M, input: Parameters<C[M]>[0]) {
      lastId += 1
      const request: Request = { id: lastId, method, input }
      return new Promise<Awaited<ReturnType<C[M]>>>((resolve, reject) => {
        waiting.set(request.id, { resolve: (result) => resolve(result as Awaited<ReturnType<C[M]>>), reject })
        child.send(request)
      })
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
      child.kill('SIGTERM')
      await gone
      clearTimeout(timer)
    },
  }
}

/** In the child: answers the calls of the parent, one after another as they come, and ends with the parent. */
export function answerCalls(calls: Calls): void {
  process.on('disconnect', () => process.exit(0))
  process.on('SIGTERM', () => process.exit(0))
  // The terminal's Ctrl-C reaches every process of the group; it is the parent that ends us.
  process.on('SIGINT', () => undefined)
  process.on('message', (message) => {
    const { id, method, input } = message as Request
    const carryOut = calls[method] as ((input: unknown) => Promise<unknown>) | undefined
    if (!carryOut) return void process.send?.({ id, error: `no call ${method}` })
    carryOut(input).then(
      (result) => process.send?.({ id, result }),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    )
  })
}
