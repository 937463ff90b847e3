import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { BaselineCount } from '../../protocol/baselines.ts'
import { localDay, startOfDay } from '../../protocol/calendar.ts'
import { monthsLater, monthsOf, type Month } from '../../protocol/results.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Units } from '../bodies/units.ts'
import { genesis } from '../journal/chain.ts'
import type { Caller } from '../platform/contract.ts'
import type { Resulting } from '../resulting.ts'
import { scienceCouncil, standingCommittee } from './province.ts'
import { seedLedger } from './seed-ledger.ts'

export interface DemoYearDeps {
  bodies: Pick<Bodies, 'findByName'>
  units: Pick<Units, 'list'>
  resulting: Pick<Resulting, 'baselines' | 'rates' | 'ledger'>
}

/** Kilometres to the seat of the Provincial Committee: since two provinces became one, some offices stand in the other town. */
const ways: Record<string, number> = { VPTU: 1, PTH: 1, PCYCNTT: 1, BTC: 1, UBKT: 1, DUCQ: 3, DUUB: 2, BTGDV: 62, BNC: 62, SKHCN: 62, SNV: 2 }

/** What was held in a month: day, hour, kind, how, and for how many minutes. */
const plans = [
  { body: standingCommittee, every: 1, day: 6, hour: 8, kind: 'committeeRegular', minutes: 205, modes: ['hybrid', 'inPerson', 'hybrid'] },
  { body: standingCommittee, every: 1, day: 17, hour: 14, kind: 'briefing', minutes: 95, modes: ['online', 'online', 'hybrid', 'inPerson'] },
  { body: standingCommittee, every: 3, day: 23, hour: 8, kind: 'thematic', minutes: 380, modes: ['hybrid', 'inPerson'] },
  { body: scienceCouncil, every: 2, day: 12, hour: 8, kind: 'advisory', minutes: 150, modes: ['online', 'inPerson', 'online'] },
] as const

/** Meetings of the year before, a month, from the book of the office. */
const before = {
  committeeRegular: [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2], briefing: [3, 1, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2], thematic: [0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1],
}
const councilBefore = [0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1]

/**
 * The year until last month, so that results show something: meetings that were held before the product was there, in rows alone (the
 * journal tells nothing of them, and nobody takes part in them who could open them), the baseline of the year before, distances, and
 * a ledger. Made once.
 */
export async function seedYear(
  { bodies, units, resulting }: DemoYearDeps, db: Knex, people: { administrator: Caller, clerk: Caller }, personOf: (username: string) => Caller, now: Date,
): Promise<void> {
  const last = monthsLater(localDay(now).slice(0, 7), -1)
  const year = Number(last.slice(0, 4))
  const [committee, council] = [await bodies.findByName(standingCommittee.name), await bodies.findByName(scienceCouncil.name)]
  if (!committee || !council) throw new Error('the bodies were not seeded')
  const { baselines } = await resulting.baselines.list(people.administrator)
  if (!baselines.some((one) => one.year === year - 1)) await seedBaseline(resulting, people.administrator, year - 1, committee.id, council.id)
  await seedWays({ units, resulting }, people.administrator)
  const key = `demo year ${year}`
  if (await db('meeting').where({ creator_id: people.clerk.personId }).whereLike('creation_key', `${key} %`).first('id')) return
  const kinds = new Map((await db('meeting_kind').whereNull('until').select<{ id: string, code: string }[]>('id', 'code')).map(({ id, code }) => [code, id]))
  const months = monthsOf({ from: `${year}-01`, to: last })
  const held = months.flatMap((month, at) => plans.filter(({ every }) => at % every === 0).map((plan, nth) => ({ month, nth, at, plan })))
  const rows = held.map(({ month, nth, at, plan }) => {
    const bodyId = plan.body === standingCommittee ? committee.id : council.id
    const opened = momentOf(month, plan.day, plan.hour)
    const mode = plan.modes[at % plan.modes.length]!
    const ids = { meeting: randomUUID(), title: randomUUID(), place: randomUUID() }
    const members = plan.body.members.filter(({ voting }) => voting)
    return {
      ids, members, mode, minutes: plan.minutes + (at * 7) % 30,
      row: {
        id: ids.meeting, body_id: bodyId, title_text: ids.title, place_text: ids.place, mode, starts_at: opened, planned_minutes: plan.minutes,
        kind_id: kinds.get(plan.kind) ?? null,
        status: 'closed', published_at: opened, opened_at: opened, closed_at: new Date(opened.getTime() + (plan.minutes + (at * 7) % 30) * 60_000),
        creator_id: people.clerk.personId, creation_key: `${key} ${month} ${nth}`, creation_fingerprint: Buffer.alloc(32),
      },
    }
  })
  await db.transaction(async (trx) => {
    await trx('journal_head').insert(rows.map(({ ids }) => ({ meeting_id: ids.meeting, seq: 0, hash: Buffer.from(genesis(ids.meeting).hash, 'hex') })))
    await trx('journal_text').insert(rows.flatMap(({ ids }) => [[ids.title, 'Cuộc họp trước khi dùng hệ thống'], [ids.place, 'Trụ sở Tỉnh uỷ']].map(([id, body]) => ({ id, meeting_id: ids.meeting, body, key: Buffer.alloc(32) }))))
    await trx('meeting').insert(rows.map(({ row }) => row))
    await trx('attendance_result').insert(rows.flatMap(({ ids, members, mode, minutes }, at) => members.map(({ username }, index) => {
      const away = (index + at) % 11 === 0
      const online = mode === 'online' || (mode === 'hybrid' && index % 3 === at % 3)
      return { meeting_id: ids.meeting, person_id: personOf(username).personId, state: away ? 'absentExcused' : online ? 'online' : 'inPerson', present_ms: away ? 0 : minutes * 60_000 }
    })))
    const chair = standingCommittee.members.find(({ role }) => role === 'chair')
    if (chair) await seedLedger(trx, resulting, { bodyId: committee.id, clerkId: people.clerk.personId, chairId: personOf(chair.username).personId, months })
  })
}

const momentOf = (month: Month, day: number, hour: number) => new Date(startOfDay(`${month}-${String(day).padStart(2, '0')}`).getTime() + hour * 3600_000)

async function seedBaseline({ baselines }: DemoYearDeps['resulting'], administrator: Caller, year: number, committeeId: string, councilId: string): Promise<void> {
  const series = (bodyId: string, kind: string, meetings: readonly number[]): BaselineCount[] =>
    meetings.map((count, index) => ({ bodyId, kind, month: index + 1, meetings: count, online: Math.floor(count / 3), gap: '' }))
  const counts = [...Object.entries(before).flatMap(([kind, meetings]) => series(committeeId, kind, meetings)), ...series(councilId, 'advisory', councilBefore)]
  const facts = { reason: 'Lập lần đầu để so sánh kết quả thí điểm', source: `Sổ họp của Văn phòng Tỉnh uỷ năm ${year}` }
  const { baseline } = await baselines.begin(administrator, { year, ...facts })
  const { baseline: saved } = await baselines.save(baseline.id, administrator, { revision: baseline.revision, ...facts, counts })
  await baselines.freeze(baseline.id, administrator, saved.revision)
}

async function seedWays({ units, resulting }: Pick<DemoYearDeps, 'units' | 'resulting'>, administrator: Caller): Promise<void> {
  if ((await resulting.rates.distances({ limit: 1 })).distances.length > 0) return
  const known = new Map((await units.list(true)).map(({ code, id }) => [code, id]))
  const basis = (km: number) => km > 10 ? 'Bản đồ đường bộ; trụ sở tại cơ sở 2' : 'Bản đồ đường bộ'
  const set = async (from: string, to: string, km: number) => {
    const [fromId, toId] = [known.get(from), known.get(to)]
    const unsure = Math.ceil(km / 10)
    const kilometres = { low: km - unsure, likely: km, high: km + unsure }
    if (fromId && toId) await resulting.rates.setDistance(administrator, { fromId, toId, ...kilometres, basis: basis(km), version: null })
  }
  for (const [code, km] of Object.entries(ways)) await set('TU', code, km)
  await set('SKHCN', 'SNV', 62)
}
