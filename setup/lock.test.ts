import { afterEach, beforeEach, expect, it } from 'vitest'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { withLock } from './lock.mjs'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lock-'))
  file = path.join(folder, 'deep', 'work.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Another process that writes `begin`, works for a moment, and writes `end`. */
function worker(name: string): Promise<number | null> {
  const program = `
    const { withLock } = await import(${JSON.stringify(path.resolve('setup/lock.mjs'))})
    const { appendFileSync } = await import('node:fs')
    await withLock(${JSON.stringify(file)}, async () => {
      appendFileSync(${JSON.stringify(path.join(folder, 'log'))}, 'begin ${name}\\n')
      await new Promise((resolve) => setTimeout(resolve, 100))
      appendFileSync(${JSON.stringify(path.join(folder, 'log'))}, 'end ${name}\\n')
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', resolve))
}

it('lets one process work at a time', async () => {
  expect(await Promise.all(['a', 'b', 'c'].map(worker))).toEqual([0, 0, 0])
  const lines = readFileSync(path.join(folder, 'log'), 'utf8').trim().split('\n')
  expect(lines).toHaveLength(6)
  for (let at = 0; at < lines.length; at += 2) expect(lines[at]?.replace('begin', 'end')).toBe(lines[at + 1])
  expect(existsSync(file)).toBe(false)
})

it('takes a lock whose process was killed', async () => {
  const gone = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' }).stdout.trim()
  await withLock(file, async () => {})
  writeFileSync(file, `${gone} 12345`)
  expect(await withLock(file, async () => 'done')).toBe('done')
})

it('takes a lock whose number now belongs to another process, and gives it up after a failure', async () => {
  await withLock(file, async () => {})
  writeFileSync(file, `${process.pid} 1`)
  await expect(withLock(file, async () => {
    throw new Error('work failed')
  })).rejects.toThrow('work failed')
  expect(existsSync(file)).toBe(false)
})
