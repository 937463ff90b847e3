import type { TaskAgenda } from './agenda.ts'
import type { Assigning } from './assigning.ts'
import type { TaskDigest } from './digest.ts'
import type { TasksDue } from './due.ts'
import type { TaskEvidence } from './evidence.ts'
import type { TaskPlacing } from './placing.ts'
import type { TaskReading } from './reading.ts'
import type { Tasks } from './tasks.ts'

/** What is done with tasks: given, lived through, proved, read, brought back before the body, and told of. */
export interface TaskDomain {
  assigning: Assigning, tasks: Tasks, evidence: TaskEvidence, reading: TaskReading, agenda: TaskAgenda, placing: TaskPlacing, due: TasksDue, digest: TaskDigest
}
