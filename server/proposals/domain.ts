import type { Checking } from './checking.ts'
import type { Kinds } from './kinds.ts'
import type { Papers } from './papers.ts'
import type { Planning } from './planning.ts'
import type { Proposals } from './proposals.ts'
import type { Reading } from './reading.ts'

/** What is done with proposals, by whom it concerns: the unit, the office that checks, and the administrator. */
export interface ProposalDomain { proposals: Proposals, checking: Checking, papers: Papers, planning: Planning, reading: Reading, kinds: Kinds }
