const OLDEST_NODE = 20

/** What a too old Node is told; undefined when it will do. */
export function nodeProblem(version) {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return undefined
  return `This is Node ${version}; Node ${OLDEST_NODE} or newer is needed to set the program up.\n` +
    'Install a newer one (https://nodejs.org, or the nodejs package of a current system), then start again.'
}

/** Prints why the setup stopped and ends the process: two sentences for what a person can mend, the stack for a defect. */
export function stopSetup(error) {
  process.stderr.write(error.remedy ? `\n${error.message}\n${error.remedy}\n` : `\n${error.stack || error}\n`)
  process.exit(1)
}

/**
 * Begins a program of the setup: refuses a Node that is too old before anything that it could not read is loaded, and
 * ends at a signal with what it started (`exit` listeners stop programs and give locks up).
 */
export function begin(main) {
  const problem = nodeProblem(process.versions.node)
  if (problem) {
    process.stderr.write(`${problem}\n`)
    process.exit(1)
  }
  const stop = (signal, number) => process.exit(128 + number)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  main(() => ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.off(signal, stop))).catch(stopSetup)
}
