import { addDays, addWorkingDays, localDay, startOfDay } from '../../protocol/calendar.ts'
import { ProposalDocumentKind, type ProposalKind } from '../../protocol/proposal-kinds.ts'
import type { ProposalContent, ProposalStep } from '../../protocol/proposals.ts'
import type { Progress } from '../agenda/progress.ts'
import type { CheckIn } from '../attendance/check-in.ts'
import type { Paper } from '../issuing/paper.ts'
import { renderPdf } from '../issuing/pdf.ts'
import type { Meetings } from '../meetings/meetings.ts'
import type { MinutesReview } from '../minutes/review.ts'
import type { Caller } from '../platform/contract.ts'
import type { ProposalDomain } from '../proposals/domain.ts'
import type { Past } from './past.ts'
import { seedConclusion, seedTasks, type DemoTasksDeps } from './seed-tasks.ts'
import { dealtWith, demoProposals, heldConference, leftUndone, type DemoProposal, type DemoStep } from './proposals.ts'
import { earliestStart } from './starts.ts'

export interface DemoProposalsDeps extends DemoTasksDeps {
  /** Proposals by another clock, so that the demo has a past. */
  proposalsAt(now: () => Date): ProposalDomain
  meetings: Pick<Meetings, 'list' | 'get' | 'create' | 'publish' | 'open' | 'close'>
  roll: { checkIn: Pick<CheckIn, 'checkIn'> }
  agenda: Pick<Progress, 'goTo'>
  minuting: { review: Pick<MinutesReview, 'open' | 'comment'> }
}

const DAY_MS = 24 * 3600_000

/**
 * The demo's proposals by title, each brought as far as its steps go. What a killed start had done is gone on from; one that
 * somebody has worked on since is left alone.
 */
export async function seedProposals(
  { proposalsAt }: Pick<DemoProposalsDeps, 'proposalsAt'>, bodyId: string, clerk: Caller, callerNamed: (username: string) => Caller, now: Date,
): Promise<Map<string, string>> {
  let at = now
  const domain = proposalsAt(() => at)
  const kinds = await domain.kinds.inForce()
  const seeded = new Map<string, string>()
  for (const [index, proposal] of demoProposals.entries()) {
    const kind = kinds.find(({ name }) => name.vi === proposal.kind)
    if (!kind) continue
    const drafter = callerNamed(proposal.drafter)
    if (!(await domain.reading.form(drafter)).unit) continue
    const content: ProposalContent = {
      bodyId, kindId: kind.kindId, title: proposal.title, summary: proposal.summary.join('\n'), asks: proposal.asks,
      proposedOn: addDays(localDay(now), proposal.proposedInDays), legalBasis: proposal.legalBasis.join('\n'),
      presenterId: callerNamed(proposal.presenter).personId,
    }
    at = new Date(now.getTime() - proposal.draftedDaysAgo * DAY_MS)
    const { proposalId } = await domain.proposals.create(drafter, { ...content, secrecy: 'none', key: `demo proposal ${index}` })
    seeded.set(proposal.title, proposalId)
    const { steps, documents } = await domain.reading.get(proposalId, drafter)
    const expected = kindsOf(proposal.steps)
    if (steps.some(({ kind: done }, place) => done !== expected[place])) continue
    if (steps.length === 1 && documents.length < kind.required.length) await attachPapers(domain, proposalId, drafter, proposal, kind)
    let done = steps.length - 1
    for (const step of proposal.steps) {
      const leaves = kindsOf([step]).length - 1
      if (done > 0) done -= leaves
      else {
        at = new Date(now.getTime() - step.daysAgo * DAY_MS)
        await take(domain, proposalId, step, { drafter, clerk, content })
      }
    }
  }
  return seeded
}

/** How many working days ago that conference was. */
const HELD_DAYS_AGO = 7
const MORNING_MS = 7.75 * 3600_000
/** How long after it was called its first matter was concluded on, and it ended. */
const CONCLUDED_MINUTES = 82.4
const ENDED_MINUTES = 131

/**
 * A conference that was held before anybody looked, some days ago: one matter was dealt with, the other left undone. Made once, and
 * gone on with from wherever a killed start left it.
 */
export async function seedHeldConference(
  domains: DemoProposalsDeps, past: Past, matters: ReadonlyMap<string, string>, bodyId: string, { clerk, chair }: { clerk: Caller, chair: Caller },
  callerNamed: (username: string) => Caller, now: Date,
): Promise<void> {
  const { proposalsAt, meetings, agenda, roll, calendar } = domains
  const [done, undone] = [matters.get(dealtWith), matters.get(leftUndone)]
  const known = (await meetings.list(clerk, { limit: 100 })).meetings.find(({ title }) => title === heldConference.title)
  if (!done || !undone || known?.status === 'closed' || known?.status === 'cancelled') return
  const today = localDay(now)
  const held = new Date(startOfDay(addWorkingDays(today, -HELD_DAYS_AGO, await calendar.load(addDays(today, -60), today))).getTime() + MORNING_MS)
  const after = (minutes: number) => new Date(held.getTime() + minutes * 60_000)
  const { lateReason, ...facts } = heldConference
  const meetingId = await past.during(held, async () => {
    const startsAt = earliestStart(held).toISOString()
    const id = known?.id ?? (await meetings.create(clerk, { ...facts, startsAt, bodyId, key: `demo held ${startsAt}` })).meetingId
    const { planning, reading } = proposalsAt(() => held)
    // Under its key each is added once, and its item found again.
    const plan = (proposalId: string) => planning.plan(proposalId, clerk, { meetingId: id, minutes: 45, key: `demo held ${proposalId}` })
    if ((await reading.get(done, clerk)).stage !== 'decided') {
      const { itemId } = await plan(done)
      await plan(undone)
      if (!known || known.status === 'draft') await meetings.publish(id, clerk, lateReason)
      const { people, participants } = await meetings.get(id, clerk)
      // One does not come: the last of the members.
      const away = participants.findLast(({ voting }) => voting)?.personId
      await roll.checkIn.checkIn(id, clerk, { key: 'demo held roll', personIds: people.filter((one) => one.kind === 'person' && one.id !== away).map((one) => one.id) })
      if (known?.status !== 'live') await meetings.open(id, clerk, 'demo held open')
      await agenda.goTo(id, clerk, 'demo held begun', itemId)
      const concluded = after(CONCLUDED_MINUTES)
      const place = { meetingId: id, itemId, clerk, chair, held: concluded, now }
      await past.during(concluded, async () => {
        await seedConclusion(domains, place)
        await agenda.goTo(id, clerk, 'demo held ended', null)
        await seedTasks(domains, place, callerNamed)
      })
    }
    await past.during(after(ENDED_MINUTES), () => meetings.close(id, clerk, 'demo held close'))
    return id
  })
  const { review } = domains.minuting
  await review.open(meetingId, clerk, { dueAt: new Date(now.getTime() + 3 * DAY_MS).toISOString(), key: 'demo held review' })
  await review.comment(meetingId, callerNamed('hang'), {
    blockId: null, quote: null, key: 'demo held comment',
    text: 'Đề nghị ghi rõ ý kiến của Ban Tổ chức về tiến độ số hoá hồ sơ và thời hạn báo cáo lại Thường trực.',
  })
}

/** The steps that a proposal has once all this has happened. */
function kindsOf(steps: readonly DemoStep[]): ProposalStep['kind'][] {
  const kinds = { submit: 'submitted', check: 'checking', return: 'returned', accept: 'accepted', withdraw: 'withdrawn' } as const
  return ['drafted', ...steps.flatMap(({ act }) => act === 'mend' ? [] : [kinds[act]])]
}

async function take(
  domain: ProposalDomain, proposalId: string, step: DemoStep,
  { drafter, clerk, content }: { drafter: Caller, clerk: Caller, content: ProposalContent },
): Promise<void> {
  const { proposals, checking, reading } = domain
  const { version } = await reading.get(proposalId, drafter)
  const reason = step.reason ?? ''
  switch (step.act) {
    case 'submit': return void await proposals.submit(proposalId, drafter, version)
    case 'withdraw': return void await proposals.withdraw(proposalId, drafter, { version, reason })
    case 'mend':
      return void await proposals.change(proposalId, drafter, { ...content, summary: step.summary ?? content.summary, secrecy: 'none', version })
    case 'check': return await tick(domain, proposalId, clerk, step.missing ?? {})
    case 'return': return void await checking.return(proposalId, clerk, { version, reason })
    case 'accept':
      await tick(domain, proposalId, clerk, {})
      return void await checking.accept(proposalId, clerk, version)
  }
}

/** Every point that was not ticked yet. */
async function tick({ reading, checking }: ProposalDomain, proposalId: string, clerk: Caller, missing: Record<string, string>): Promise<void> {
  const { kind, checks } = await reading.get(proposalId, clerk)
  for (const { id } of kind?.checklist ?? []) {
    if (checks.some(({ itemId }) => itemId === id)) continue
    const note = missing[id]
    await checking.check(proposalId, clerk, id, { revision: 0, state: note === undefined ? 'ok' : 'missing', note: note ?? '' })
  }
}

async function attachPapers(
  { papers }: ProposalDomain, proposalId: string, drafter: Caller, proposal: DemoProposal, { required }: ProposalKind,
): Promise<void> {
  const names = { submission: 'Tờ trình.pdf', draft: 'Dự thảo.pdf', annex: 'Phụ lục.pdf', legalBasis: 'Căn cứ pháp lý.pdf' }
  for (const kind of ProposalDocumentKind.options.filter((one) => required.includes(one))) {
    const pdf = await renderPdf(paperOf(proposal, kind))
    await papers.attachMade(proposalId, drafter, { pdf, kind, name: names[kind], key: `demo paper ${kind}` })
  }
}

function paperOf({ title, summary, legalBasis }: DemoProposal, kind: ProposalDocumentKind): Paper {
  const submission = kind === 'submission'
  const types = { submission: 'Tờ trình', draft: 'Dự thảo', annex: 'Phụ lục', legalBasis: 'Căn cứ pháp lý' }
  const paragraphs = kind === 'legalBasis' ? legalBasis : summary
  return {
    style: 'party', place: 'Bình Sơn', foot: null, draft: !submission, superior: 'TỈNH UỶ BÌNH SƠN', issuer: 'CƠ QUAN TRÌNH',
    number: null, symbol: submission ? 'TTr' : 'DT', date: null, type: types[kind], abstract: title,
    body: [
      ...(submission ? [{ kind: 'paragraph' as const, text: 'Kính trình Ban Thường vụ Tỉnh uỷ xem xét nội dung sau:' }] : []),
      ...paragraphs.map((text) => ({ kind: 'paragraph' as const, text })),
    ],
    signatures: [{ title: '', name: null }, { title: 'Thủ trưởng cơ quan', name: null }],
    recipients: ['Ban Thường vụ Tỉnh uỷ', 'Lưu cơ quan trình'],
  }
}
