// `npm test`: brings the machine to where everything can be tested, checks, tests, and prints what was skipped and `N passed, N failed` last.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin } from './entry.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** Scripts of package.json that count as one check each. */
const CHECKS = ['lint', 'lint:dependencies', 'typecheck:programs', 'typecheck:client']

/** Runs a command out of sight; resolves to whether it went well and what it said. */
function runQuietly(command, args, options) {
  return new Promise((resolve) => {
    let said = ''
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text })
    child.on('error', (error) => resolve({ ok: false, said: error.message }))
    child.on('close', (status) => resolve({ ok: status === 0, said }))
  })
}

/** Runs a command in the terminal's sight; resolves to its status, 1 when a signal ended it. */
function show(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.on('error', () => resolve(1))
    child.on('exit', (status) => resolve(status ?? 1))
  })
}

/** All at once, since each keeps one core busy; what each said comes in one piece when it ends. */
async function runChecks(env) {
  const results = await Promise.all(CHECKS.map(async (name) => {
    const from = Date.now()
    const { ok, said } = await runQuietly('sh', ['-c', scripts[name]], { env })
    process.stdout.write(`${said.trim() ? `${said.trim()}\n` : ''}${ok ? '✓' : '✗'} ${name} (${Math.round((Date.now() - from) / 1000)} s)\n`)
    return ok
  }))
  const passed = results.filter(Boolean).length
  return { passed, failed: results.length - passed }
}

async function runTests(env, args, { countTests, skippedTests }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'nghi-su-report-'))
  const file = path.join(folder, 'report.json')
  try {
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const status = await show(path.join(root, 'node_modules', '.bin', 'node'), [vitest, 'run', ...reporters, ...args], { env })
    const report = readReport(file)
    return { ...countTests(report, status), skipped: skippedTests(report, args.length === 0) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

begin(async () => {
  const { prepare, prepareDependencies, programEnvironment } = await import('./prepare.mjs')
  const { ensureTestTools } = await import('./browser.mjs')
  const summary = await import('./check-summary.mjs')
  await prepareDependencies(root)
  // They need no more than the dependencies, and go on while the rest is brought here and built.
  const checking = runChecks(programEnvironment(root))
  const env = await prepare(root)
  env.CHROMIUM = await ensureTestTools()
  // Without a locale Chromium loses the Vietnamese in names of files.
  env.LC_ALL = 'C.UTF-8'
  const checks = await checking
  const tests = await runTests(env, process.argv.slice(2), summary)
  const failed = checks.failed + tests.failed
  const named = tests.skipped.map(({ name, needs }) => `${name} (${needs ? `needs ${needs}` : 'no reason given'})`).join('; ')
  if (named) process.stdout.write(`${tests.skipped.length} skipped: ${named}\n`)
  process.stdout.write(`${checks.passed + tests.passed} passed, ${failed} failed\n`, () => process.exit(failed === 0 ? 0 : 1))
})
