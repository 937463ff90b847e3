import { spawn } from 'node:child_process'

const KEPT = 200_000
const alive = new Set()
process.on('exit', () => alive.forEach((child) => child.kill()))

/**
 * Runs a program to its end without a terminal. Resolves to its status (null when a signal ended it or when it is not
 * there) and the end of what it printed; never rejects. `onLine` gets every printed line as it comes, and a function that
 * ends the program early. It ends with us.
 */
export function runProgram(command, args, { cwd, env = process.env, onLine = () => {}, statusLines = false } = {}) {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', ...(statusLines ? ['pipe'] : [])] })
    alive.add(child)
    const take = (keep) => {
      let rest = ''
      return (chunk) => {
        if (keep) output = (output + chunk).slice(-KEPT)
        const lines = (rest + chunk).split(/[\r\n]/)
        rest = lines.pop()
        lines.forEach((line) => onLine(line, () => child.kill()))
      }
    }
    child.stdout.setEncoding('utf8').on('data', take(true))
    child.stderr.setEncoding('utf8').on('data', take(true))
    child.stdio[3]?.setEncoding('utf8').on('data', take(false))
    const end = (outcome) => {
      alive.delete(child)
      resolve(outcome)
    }
    child.on('error', (error) => end({ status: null, output: `${error.code ?? ''} ${error.message}` }))
    child.on('close', (status) => end({ status, output }))
  })
}

/** Whether a program answers at all. */
export async function answers(command, args) {
  return (await runProgram(command, args)).status === 0
}
