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
