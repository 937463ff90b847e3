import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { addDays, localDay } from '../../protocol/calendar.ts'
import type { ProposalContent, ProposalStep } from '../../protocol/proposals.ts'
import type { Kinds } from '../../server/proposals/kinds.ts'
import { idsOf, pick, type People } from './seed-people.ts'
import type { Size } from './size.ts'

const DAY_MS = 24 * 3600_000
type Status = 'draft' | 'submitted' | 'returned' | 'accepted' | 'withdrawn'
/** Ten after one another; half of them are accepted. */
const kinds: readonly { status: Status, steps: readonly ProposalStep['kind'][] }[] = [
  { status: 'draft', steps: ['drafted'] },
  { status: 'submitted', steps: ['drafted', 'submitted'] },
  { status: 'submitted', steps: ['drafted', 'submitted', 'checking'] },
  { status: 'returned', steps: ['drafted', 'submitted', 'checking', 'returned'] },
  { status: 'withdrawn', steps: ['drafted', 'submitted', 'withdrawn'] },
  ...Array.from({ length: 5 }, () => ({ status: 'accepted', steps: ['drafted', 'submitted', 'checking', 'accepted'] } as const)),
]

const holders: Record<ProposalStep['kind'], ProposalStep['holder']> = {
  drafted: 'unit', submitted: 'office', checking: 'office', returned: 'unit', accepted: 'office', withdrawn: 'none',
}

export interface Proposals {
  /** For each body, what was accepted for it. */
  accepted: Map<string, string[]>
  /** One that the office is checking. */
  checking: string
}

/** Proposals of all units, half of them to one body, spread over half a year. As rows, since thousands would take minutes by their acts. */
export async function seedProposals(owner: Knex, book: Pick<Kinds, 'inForce'>, people: People, size: Size): Promise<Proposals> {
  const [kind] = await book.inForce()
  if (!kind) throw new Error('no kind of procedure is in force')
  const { rows: matters } = await owner.raw<{ rows: { id: string }[] }>('INSERT INTO matter SELECT FROM generate_series(1, ?) RETURNING id', [size.proposals])
  const today = localDay(new Date())
  const all = matters.map(({ id }, index) => {
    const { status, steps } = pick(kinds, index)
    const round = status === 'draft' ? 0 : 1
    const ten = Math.floor(index / 10)
    const drafter = people.members[(index * 7) % people.members.length] ?? people.clerk
    const content: ProposalContent = {
      bodyId: (ten % 2 === 0 ? people.bodies[0] : people.bodies[1 + ten % (people.bodies.length - 1)]) ?? people.largeBody,
      kindId: kind.kindId, title: `Chủ trương đầu tư công trình số ${index + 1} của đơn vị`,
      summary: 'Sự cần thiết, phương án, nguồn vốn và kiến nghị của đơn vị trình. '.repeat(10), asks: 'decide', proposedOn: addDays(today, index % 60),
      legalBasis: 'Luật Đầu tư công', presenterId: drafter,
    }
    const since = new Date(Date.now() - (index % 180) * DAY_MS - index * 1000)
    return { id, status, steps, round, content, since, drafter, unitId: pick(people.units, index), dueOn: addDays(localDay(since), 90) }
  })
  const submitted = all.filter(({ round }) => round > 0)

  await owner.batchInsert('proposal', all.map(({ id, status, round, content, since, drafter, unitId, dueOn, steps }) => ({
    id, unit_id: unitId, body_id: content.bodyId, kind_id: kind.kindId, kind_version: round ? kind.version : null, status, round, since,
    due_on: status === 'draft' || status === 'withdrawn' ? null : dueOn, checker_id: steps.includes('checking') ? people.clerk : null,
    title: content.title, summary: content.summary, asks: content.asks, proposed_on: content.proposedOn, legal_basis: content.legalBasis,
    presenter_id: content.presenterId, edited_at: since, edited_by: drafter, creator_id: drafter, creation_key: `bench ${id}`,
  })), 500)
  await owner.batchInsert('proposal_step', all.flatMap(({ id, steps, since, drafter, dueOn }) => steps.map((step, index) => ({
    proposal_id: id, seq: index + 1, at: new Date(since.getTime() - (steps.length - 1 - index) * DAY_MS), kind: step, holder: holders[step], reason: '',
    actor_id: step === 'checking' || step === 'returned' || step === 'accepted' ? people.clerk : drafter, due_on: holders[step] === 'none' ? null : dueOn,
  }))), 1000)
  const documents = await idsOf(owner, 'proposal_document', submitted.map(({ id, since, drafter }) => ({
    proposal_id: id, kind: 'submission', name: 'Tờ trình.pdf', sha256: randomBytes(32), bytes: 200_000, added_at: since, added_by: drafter, upload_key: 'bench',
  })))
  await owner.batchInsert('proposal_submission', submitted.map(({ id, since, content }, index) => ({
    proposal_id: id, round: 1, at: since, content: JSON.stringify(content), documents: [documents[index]],
  })), 500)
  await owner.batchInsert('proposal_check', submitted.filter(({ steps }) => steps.includes('checking')).flatMap(({ id, since, status }) => (
    kind.checklist.map((point, index) => ({
      proposal_id: id, round: 1, item_id: point.id, state: status === 'returned' && index === 0 ? 'missing' : 'ok', note: '', revision: 1, actor_id: people.clerk, at: since,
    }))
  )), 1000)

  const accepted = new Map<string, string[]>()
  for (const { id, status, content: { bodyId } } of all) {
    if (status === 'accepted') accepted.set(bodyId, [...accepted.get(bodyId) ?? [], id])
  }
  return { accepted, checking: all.find(({ steps }) => steps.at(-1) === 'checking')?.id ?? '' }
}
