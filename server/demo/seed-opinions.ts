import type { Opining } from '../opining.ts'
import type { Caller } from '../platform/contract.ts'
import type { ProposalDomain } from '../proposals/domain.ts'
import type { Triaging } from '../triaging.ts'
import { demoOpinions, type DemoOpinion } from './opinions.ts'

export interface DemoOpinionsDeps { opining: Pick<Opining, 'at'>, triaging: Pick<Triaging, 'at'>, proposals: ProposalDomain }

/** Why members are asked although the rules may propose another way. */
const REASON = 'Các cơ quan đã thống nhất, nội dung rõ; xin ý kiến bằng văn bản để không phải họp.'

const DAY_MS = 24 * 3600_000
const HOUR_MS = 3600_000

/** Decided, asked and answered as of then, and closed at its deadline. Made once; one that somebody has worked on since is left alone. */
export async function seedOpinions(
  deps: DemoOpinionsDeps, matters: ReadonlyMap<string, string>, callerNamed: (username: string) => Caller, now: Date,
): Promise<void> {
  for (const [index, opinion] of demoOpinions.entries()) {
    const matterId = matters.get(opinion.proposal.title)
    if (matterId) await seedOpinion(deps, opinion, { matterId, index, callerNamed, now })
  }
}

async function seedOpinion({ opining, triaging, proposals }: DemoOpinionsDeps, { question, begunDaysAgo, answers, closed, points }: DemoOpinion, scene: {
  matterId: string, index: number, callerNamed: (username: string) => Caller, now: Date
}): Promise<void> {
  const { matterId, index, callerNamed, now } = scene
  const clerk = callerNamed('chi')
  let at = new Date(now.getTime() - begunDaysAgo * DAY_MS)
  const { opinions, answering, closing, consolidating, reading } = opining.at(() => at)
  const triage = triaging.at(() => at, proposals.planning, opinions.begin)
  const found = await triage.reading.get(matterId, clerk)
  if (found.may.decide && found.office && found.decisions.length === 0) {
    await triage.deciding.decide(matterId, clerk, {
      version: found.version, seen: 0, proposed: found.office.result.way, reason: REASON, key: `demo opinion ${index}`, choice: { way: 'write', dueOn: null, question },
    })
  }
  const opinionId = (await triage.reading.get(matterId, clerk)).decisions[0]?.opinionId
  // Somebody has decided otherwise since.
  if (!opinionId) return
  const before = await reading.get(opinionId, clerk)
  if (before.state === 'open' && before.answered === 0) {
    for (const [place, { username, choice, text }] of answers.entries()) {
      at = new Date(Date.parse(before.openedAt) + (place + 1) * HOUR_MS / 4)
      await answering.answer(opinionId, callerNamed(username), { choice, text, seen: 0, key: `demo answer ${index}` })
    }
  }
  const { dueAt } = before
  if (!closed || Date.parse(dueAt) > now.getTime()) return
  at = new Date(dueAt)
  await closing.settle(opinionId)
  const after = await reading.get(opinionId, clerk)
  if (after.state === 'open' || after.points.length) return
  const drafter = callerNamed(demoOpinions[index]?.proposal.drafter ?? '')
  for (const [place, { of, summary, accepted, why }] of points.entries()) {
    at = new Date(Date.parse(dueAt) + (place + 1) * HOUR_MS)
    const personIds = of.map((username) => callerNamed(username).personId)
    const { point } = await consolidating.add(opinionId, clerk, { summary, personIds, key: `demo point ${place}` })
    await consolidating.reply(opinionId, point.id, drafter, { version: point.version, accepted, why })
  }
}
