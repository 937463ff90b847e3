import type { ProposalContent } from '../../protocol/proposals.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { ProposalDomain } from '../../server/proposals/domain.ts'
import { choose, typeInto } from './convening.ts'
import { freshKey } from './house.ts'
import { pdfOf } from './pdf.ts'
import { at, confirm, type Seat } from './seat.ts'

/** A matter of a unit in the pool of a body, with its tờ trình, found in order by the office; its id. */
export async function acceptedMatter(
  { proposals, papers, checking, reading, kinds }: ProposalDomain, { unit, office }: { unit: Caller, office: Caller }, content: Omit<ProposalContent, 'kindId'>,
): Promise<string> {
  const kind = (await kinds.inForce()).find(({ required }) => required.length === 1 && required[0] === 'submission')
  if (!kind) throw new Error('no kind asks for a tờ trình alone')
  const { proposalId } = await proposals.create(unit, { ...content, kindId: kind.kindId, secrecy: 'none', key: freshKey() })
  await papers.attachMade(proposalId, unit, { pdf: await pdfOf([content.title]), kind: 'submission', name: 'Tờ trình.pdf', key: freshKey() })
  await proposals.submit(proposalId, unit, (await reading.get(proposalId, unit)).version)
  for (const { id } of kind.checklist) await checking.check(proposalId, office, id, { revision: 0, state: 'ok', note: '' })
  await checking.accept(proposalId, office, (await reading.get(proposalId, office)).version)
  return proposalId
}

/** A unit proposes a matter that nobody disputes to the Standing Committee, for a meeting of its own, and hands it in; its id. */
export async function proposeOnPage(unit: Seat, origin: string, { title, day }: { title: string, day: string }): Promise<string> {
  await unit.page.goto(`${origin}/proposals/new`)
  await unit.page.getByRole('radio', { name: 'Không có độ mật' }).click()
  await choose(unit, 'proposal-body', 'Ban Thường vụ')
  await choose(unit, 'proposal-kind', 'Báo cáo, xin ý kiến chỉ đạo')
  await at(unit, 'proposal-title').fill(title)
  await at(unit, 'proposal-summary').fill('Sáu xã mới chưa có kho đạt chuẩn; đề nghị dùng chung hai kho của tỉnh trong hai năm.')
  await at(unit, 'proposal-basis').fill('Luật Lưu trữ số 33/2024/QH15')
  await choose(unit, 'proposal-disagreement', 'Không')
  await at(unit, 'proposal-wants-meeting').click()
  await typeInto(unit, 'proposal-day', day)
  await unit.page.waitForURL(/\/proposals\/[0-9a-f-]{36}\/edit$/)
  const buffer = await pdfOf(['TỜ TRÌNH', title])
  await at(unit, 'attach-submission').setInputFiles({ name: 'Tờ trình.pdf', mimeType: 'application/pdf', buffer })
  await at(unit, 'paper').getByText('Tờ trình.pdf').waitFor()
  const id = new URL(unit.page.url()).pathname.split('/')[2] ?? ''
  await at(unit, 'submit-proposal').click()
  await confirm(unit, 'Trình nội dung')
  return id
}

/** On the page of a matter, the clerk finds every point in order and accepts it. */
export async function acceptOnPage(clerk: Seat): Promise<void> {
  const points = at(clerk, 'check-panel').locator('[data-testid^="point-"]')
  await points.first().waitFor()
  for (const point of await points.all()) {
    await point.getByRole('button', { name: 'Đạt' }).click()
    await point.and(clerk.page.locator('[data-state="ok"]')).waitFor()
  }
  await at(clerk, 'accept-proposal').click()
  await confirm(clerk, 'Tiếp nhận nội dung')
}
