import { describe, expect, it } from 'vitest'
import { nodeProblem } from './entry.mjs'
import { countTests, skippedTests } from './check-summary.mjs'
import { step } from './progress.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

describe('nodeProblem', () => {
  it.each(['20.0.0', '24.21.0', '100.0.0'])('is content with Node %s', (version) => expect(nodeProblem(version)).toBeUndefined())
  it('says what is needed when Node is too old', () => {
    expect(nodeProblem('18.19.0')).toMatch(/This is Node 18\.19\.0; Node 20 or newer is needed[^]*Install a newer one/)
  })
})

describe('countTests', () => {
  const test = (status: string) => ({ status })
  it('counts tests, and a file that broke before its tests as one failure', () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 1,
      testResults: [
        { status: 'passed', assertionResults: [test('passed')] },
        { status: 'failed', assertionResults: [test('failed'), test('passed')] },
        { status: 'failed', assertionResults: [] },
      ],
    }
    expect(countTests(report, 1)).toEqual({ passed: 5, failed: 2 })
  })
  it('counts a crash, and an error outside the tests, as a failure', () => {
    expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1 })
    expect(countTests({ numPassedTests: 5, numFailedTests: 0, testResults: [] }, 1)).toEqual({ passed: 5, failed: 1 })
    expect(countTests({ numPassedTests: 5, numFailedTests: 0, testResults: [] }, 0)).toEqual({ passed: 5, failed: 0 })
  })
})

describe('skippedTests', () => {
  const meta = { needs: 'root' }
  const assertionResults = [
    { fullName: 'a', status: 'passed', meta: {} }, { fullName: 'b', status: 'failed', meta }, { fullName: 'c', status: 'skipped', meta },
    { fullName: 'd', status: 'skipped', meta: {} }, { fullName: 'e', status: 'todo' },
  ]
  it('names what did not run and what it needs; what arguments left out, only in a whole run', () => {
    const report = { testResults: [{ status: 'passed', assertionResults }] }
    expect(skippedTests(report, false)).toEqual([{ name: 'c', needs: 'root' }])
    expect(skippedTests(report, true)).toEqual([{ name: 'c', needs: 'root' }, { name: 'd', needs: undefined }, { name: 'e', needs: undefined }])
    expect(skippedTests(undefined, true)).toEqual([])
  })
})

describe('step', () => {
  it('says what begins, and how it ended', async () => {
    const lines: string[] = []
    const out = { write: (text: string) => lines.push(text) }
    expect(await step('work', async () => 7, out)).toBe(7)
    await expect(step('more work', async () => Promise.reject(new Error('no')), out)).rejects.toThrow('no')
    expect(lines).toEqual(['… work\n', '✓ work (0 s)\n', '… more work\n', '✗ more work (0 s)\n'])
  })
})

describe('ensureSystemPackages', () => {
  it('asks for nothing that is there', async () => {
    await ensureSystemPackages(['base-files', 'dpkg'], 'the test')
  })
})
