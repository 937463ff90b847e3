import { createCutOff } from './cut-off.ts'
import { createRequests } from './requests.ts'
import { ruleReader, type FloorDeps } from './speech.ts'
import { createStatistics } from './statistics.ts'
import { createTurns } from './turns.ts'

/** The floor of a meeting: who asks to speak, whose turn it is, and what was spoken. */
export function createFloor(deps: FloorDeps) {
  const ruleOf = ruleReader(deps)
  const cutOff = createCutOff({ ...deps, ruleOf })
  return {
    ...createRequests(deps),
    ...createTurns({ ...deps, ruleOf, cutOff }),
    ...createStatistics(deps),
    /** Tells the media node what these may send now. */
    tellRights: deps.enforcement.rights,
    resume: cutOff.resume,
    stop: cutOff.stop,
  }
}

export type Floor = ReturnType<typeof createFloor>
