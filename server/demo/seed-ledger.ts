import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { startOfDay } from '../../protocol/calendar.ts'
import type { LedgerWay } from '../../protocol/ledger.ts'
import type { Month } from '../../protocol/results.ts'
import type { TriageFacts, TriageResult } from '../../protocol/triage-rules.ts'
import type { Resulting } from '../resulting.ts'
import type { WouldHaveMet } from '../results/ledger.ts'

interface Elsewhere { title: string, summary: string, way: Exclude<LedgerWay, 'merge'>, reason: string, note: string, rebound?: true }

/** Meetings that units had asked for and that were not held; one matter came back, and was withdrawn by its unit. */
const matters: readonly Elsewhere[] = [
  {
    title: 'Chủ trương sửa chữa trụ sở làm việc của ba cơ quan đảng cấp tỉnh', way: 'write', reason: 'Các cơ quan đã thống nhất mức vốn; đủ điều kiện xin ý kiến bằng văn bản.',
    summary: 'Sửa chữa mái và hệ thống điện, trong kế hoạch vốn đã giao.', note: 'Đủ quá nửa số thành viên đồng ý.',
  },
  {
    title: 'Danh sách đoàn công tác học tập mô hình trung tâm hành chính công', way: 'delegate', reason: 'Việc đã phân công trong quy chế làm việc.',
    summary: 'Đoàn bảy người, ba ngày, kinh phí trong dự toán.', note: 'Đã duyệt danh sách và lịch trình.',
  },
  {
    title: 'Kế hoạch kiểm tra công tác lưu trữ sáu tháng cuối năm', way: 'delegate', reason: 'Không có ý kiến khác nhau; giao đồng chí Bí thư duyệt.',
    summary: 'Kiểm tra tám xã, mỗi xã một ngày.', note: 'Đã duyệt kế hoạch.',
  },
  {
    title: 'Bổ sung thành viên Hội đồng thi đua, khen thưởng', way: 'write', reason: 'Nhân sự đã qua các bước lấy ý kiến.',
    summary: 'Bổ sung hai thành viên do thay đổi công tác.', note: 'Một uỷ viên đề nghị thảo luận tại hội nghị.', rebound: true,
  },
]

const FACTS: TriageFacts = {
  asks: 'decide', urgency: 'normal', disagreement: 'none', legal: 'none', cautions: [], secret: false, wantsMeeting: true, minutes: 20,
  daysLeft: 10, quotaPercent: null, freeMinutes: null, travellers: null, onlinePercent: null,
}
const NOTHING_SAID: TriageResult = { way: null, open: [], reasons: [] }
const DAY_MS = 24 * 3600_000

/** Matters of some months of the past, from before the product, in rows alone; with how they were decided, and the ledger's lines of them. */
export async function seedLedger(
  trx: Knex.Transaction, { ledger }: Pick<Resulting, 'ledger'>, { bodyId, clerkId, chairId, months }: { bodyId: string, clerkId: string, chairId: string, months: readonly Month[] },
): Promise<void> {
  const kind = await trx('proposal_kind').orderBy('version', 'desc').first<{ kind_id: string, version: number }>('kind_id', 'version')
  const unit = await trx('unit').orderBy('code').first<{ id: string }>('id')
  const { rows: attendees } = await trx.raw<{ rows: WouldHaveMet[] }>(`
    SELECT m.person_id AS "personId", work.unit_id AS "unitId" FROM membership m
    LEFT JOIN unit_membership work ON work.person_id = m.person_id AND work.until IS NULL WHERE m.body_id = ? AND m.voting AND m.until IS NULL`, [bodyId])
  for (const [index, { title, summary, way, reason, note, rebound }] of matters.entries()) {
    const month = months[months.length - 1 - index * 2]
    if (!month) continue
    const [id, asked] = [randomUUID(), `${month}-20`]
    const [submitted, decided, ended] = [3, 8, 13].map((day) => new Date(startOfDay(`${month}-01`).getTime() + day * DAY_MS + 9 * 3600_000)) as [Date, Date, Date]
    await trx('matter').insert({ id })
    const content = { body_id: bodyId, kind_id: kind.kind_id, title, summary, asks: 'decide', proposed_on: asked, legal_basis: 'Quy chế làm việc', disagreement: 'none', wants_meeting: true }
    await trx('proposal').insert({
      ...content, id, unit_id: unit.id, kind_version: kind.version, status: rebound ? 'withdrawn' : 'accepted', round: 1, since: ended, edited_at: submitted, edited_by: clerkId, creator_id: clerkId,
      creation_key: `demo ledger ${id}`, settled: rebound ? null : 'decided',
    })
    await trx('proposal_submission').insert({
      proposal_id: id, round: 1, at: submitted, documents: [],
      content: JSON.stringify({ bodyId, kindId: kind.kind_id, title, summary, asks: 'decide', proposedOn: asked, legalBasis: 'Quy chế làm việc', presenterId: null, wantsMeeting: true }),
    })
    await trx('proposal_step').insert([
      { proposal_id: id, seq: 1, at: submitted, actor_id: clerkId, kind: 'accepted', reason: '', holder: 'office' },
      ...rebound ? [{ proposal_id: id, seq: 2, at: ended, actor_id: clerkId, kind: 'withdrawn', reason: 'Rút để hoàn thiện thêm', holder: 'none' }] : [],
    ])
    await trx('triage_decision').insert({
      matter_id: id, nth: 1, body_id: bodyId, way, proposed: null, reason, facts: JSON.stringify(FACTS),
      result: JSON.stringify(NOTHING_SAID), decider_id: clerkId, at: decided,
      delegate_id: way === 'delegate' ? chairId : null, due_on: way === 'delegate' ? asked : null, key: `demo ledger ${id}`,
    })
    await ledger.avoided(trx, {
      bodyId, date: asked, cause: { kind: 'requestedElsewhere', matterId: id, way }, attendees, byId: clerkId, reason,
    })
    await trx('triage_outcome').insert({ matter_id: id, nth: 1, kind: rebound ? 'rebound' : 'decided', at: ended, actor_id: chairId, note })
    if (rebound) await ledger.reverse(trx, { matterId: id }, { kind: 'rebound', reason: note })
  }
}
