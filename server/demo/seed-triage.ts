import { addDays, addWorkingDays, localDay } from '../../protocol/calendar.ts'
import type { Calendar } from '../bodies/calendar.ts'
import type { Caller } from '../platform/contract.ts'
import type { ProposalDomain } from '../proposals/domain.ts'
import type { Triaging } from '../triaging.ts'

export interface DemoTriageDeps {
  triaging: Pick<Triaging, 'at'>
  calendar: Pick<Calendar, 'load'>
  proposals: ProposalDomain
}

/** Matters that were delegated: to whom, when and why, and how that ended. */
const delegated = [
  {
    title: 'Điều chuyển ba bộ thiết bị họp trực tuyến về các xã mới sáp nhập', to: 'khai', daysAgo: 6, days: 15, done: null, delegatedAlready: true,
    reason: 'Việc điều chuyển tài sản giữa các xã đã phân cấp; không cần đưa ra tập thể.',
  },
  {
    title: 'Lịch trực lãnh đạo các cơ quan cấp tỉnh dịp nghỉ lễ cuối năm', to: 'khai', daysAgo: 13, days: 5, done: { daysAgo: 11, note: 'Đã duyệt lịch trực, gửi các cơ quan thực hiện.' },
    delegatedAlready: false,
    reason: 'Các cơ quan đã thống nhất danh sách; giao đồng chí Bí thư duyệt.',
  },
]

const DAY_MS = 24 * 3600_000

/** How some matters are dealt with; the others wait for somebody to decide. One that was decided, or worked on since, is left alone. */
export async function seedTriage(
  { triaging, calendar, proposals }: DemoTriageDeps, matters: ReadonlyMap<string, string>, callerNamed: (username: string) => Caller, now: Date,
): Promise<void> {
  const clerk = callerNamed('chi')
  for (const { title, to, daysAgo, days, done, reason, delegatedAlready } of delegated) {
    const matterId = matters.get(title)
    let at = new Date(now.getTime() - daysAgo * DAY_MS)
    const { reading, deciding, ending } = triaging.at(() => at, proposals.planning)
    if (!matterId) continue
    const before = await reading.get(matterId, clerk)
    if (delegatedAlready && before.may.note && before.office && before.version === 0) {
      await ending.note(matterId, clerk, 0, { ...before.office.notes, cautions: ['delegated'] })
    }
    const found = await reading.get(matterId, clerk)
    if (found.may.decide && found.office && found.decisions.length === 0) {
      const dueOn = addWorkingDays(localDay(at), days, await calendar.load(localDay(at), addDays(localDay(at), 60)))
      await deciding.decide(matterId, clerk, {
        version: found.version, seen: 0, proposed: found.office.result.way, reason, key: `demo triage ${matterId}`.slice(0, 60),
        choice: { way: 'delegate', personId: callerNamed(to).personId, dueOn },
      })
    }
    const decided = await reading.get(matterId, clerk)
    if (!done || !decided.may.finish || decided.decisions.length !== 1) continue
    at = new Date(now.getTime() - done.daysAgo * DAY_MS)
    await ending.finish(matterId, callerNamed(to), { nth: 1, kind: 'decided', note: done.note })
  }
}
