/**
 * Counts a vitest JSON report: every test is one, and so is a file that failed before any test of it ran. A run that
 * crashed, left no report or failed outside its tests (status not 0 with no failure counted) is one failure more.
 */
export function countTests(report, status) {
  if (!report) return { passed: 0, failed: 1 }
  const failedTestIn = (file) => file.assertionResults.some((one) => one.status === 'failed')
  const brokenFiles = report.testResults.filter((file) => file.status === 'failed' && !failedTestIn(file))
  const failed = report.numFailedTests + brokenFiles.length
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed }
}

/**
 * The tests of a vitest JSON report that this machine could not run, each with what it needs (`meta.needs` of the test
 * or of a suite around it). Arguments leave tests out without such a reason: those are named only in a whole run.
 */
export function skippedTests(report, wholeRun) {
  const tests = (report?.testResults ?? []).flatMap((file) => file.assertionResults)
  return tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName, meta }) => ({ name: fullName, needs: meta?.needs }))
    .filter(({ needs }) => needs !== undefined || wholeRun)
}
